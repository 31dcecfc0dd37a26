"""Makes tests/vectors/archived-VERSION/ anew from certificate-VERSION: run it once for a form, never again.

    python -m tests.vectors.generate_archived 0.1

The copy has two rounds; later versions have to build every byte of it again.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from certify.issue.archive import archive_pdf
from certify.verify.pdf_revocation import Sources
from tests.fakes.tsa import authority
from tests.fakes.x509_chain import empty_list


def main(version: str) -> None:
    folder = Path(__file__).parent
    data = (folder / f"certificate-{version}" / "certificate.pdf").read_bytes()
    target = folder / f"archived-{version}"
    target.mkdir(exist_ok=True)
    now = datetime.now(UTC).replace(microsecond=0)
    moments = [now, now + timedelta(days=700)]
    tsa = authority(end=now + timedelta(days=3650), clock=lambda: moments[0])
    root = tsa.root.certificate.public_bytes(Encoding.DER)
    once, _ = archive_pdf(data, tsa, Sources(), moments[0])
    later = moments.pop()
    moments[0] = later
    lists = frozenset([empty_list("Test Root", tsa.root.key, later)])
    twice, _ = archive_pdf(once, tsa, Sources(frozenset([root]), lists), later)
    (target / "certificate.archive.pdf").write_bytes(twice)
    (target / "authority.pem").write_text(tsa.root.pem)


if __name__ == "__main__":
    main(sys.argv[1])
