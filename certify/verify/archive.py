"""Whose timestamps preserve an archived PDF, under the reader's own trust file."""

from __future__ import annotations

from certify.errors import CertifyError
from certify.trust.timestamps import verify_token
from certify.trust.trustfile import TrustFile
from certify.verify.document import Document
from certify.verify.result import Checklist

ARCHIVE = "archive"
"""The check's name; it is made where there is something to judge."""


def check_archive(document: Document, trust: TrustFile, checks: Checklist) -> None:
    """Records whose word the rounds of preservation are; nothing for a file that has none.

    That each round is exactly what it must be was checked when the document was opened. Here it counts who stamped it:
    an authority that the reader does not know preserves nothing for this reader, and was put there by somebody.
    """
    if not document.archive:
        return
    if not trust.timestamp_roots:
        checks.skipped(ARCHIVE, f"{document.archived}; your trust file names no timestamp authority")
        return
    try:
        found = [verify_token(one.token, one.signed, trust.timestamp_roots) for one in document.archive]
    except CertifyError as error:
        checks.failed(ARCHIVE, error.what + (f" ({error.why})" if error.why else ""), error.code)
        return
    parties = " and ".join(sorted({one.party for one in found}))
    checks.passed(ARCHIVE, f"{document.archived}; stamped by {parties}")
