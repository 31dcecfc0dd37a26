"""The copy of a certificate's PDF for decades: PAdES B-LTA, the issuer's file with a round of preservation after it."""

from __future__ import annotations

from datetime import datetime

from certify.trust.timestamps import Timestamper
from certify.trust.tokens import token_of
from certify.verify.pdf import read_pdf
from certify.verify.pdf_archive import prepare, take_apart
from certify.verify.pdf_preservation import check_rounds, subjects_of
from certify.verify.pdf_revocation import Sources, gather


def archive_pdf(data: bytes, stamp: Timestamper, sources: Sources, now: datetime) -> tuple[bytes, str]:
    """The file with one round of preservation more, and what it preserves, in words.

    Args:
        data: a signed certificate, archived before or not; it stays as it is, byte for byte.
        stamp: the timestamp authority.
        sources: certificates of timestamp authorities and their roots, revocation lists, OCSP answers.
        now: present time, aware.

    Raises:
        HostileInput: as ``certify.verify.document.open_document``, the file is not intact; CERT-E590, a certificate was
            revoked before it signed.
        EvidenceMissing: CERT-E592, a certificate or revocation data is missing.
        RegistryError: CERT-E132, the authority did not answer.
    """
    original, rounds = take_apart(data)
    signed = read_pdf(original)
    if rounds:
        check_rounds(signed, rounds)
    held = frozenset(one for former in rounds for one in former.material.certificates)
    known = sources._replace(certificates=sources.certificates | frozenset(signed.chain))
    prepared = prepare(data, gather(subjects_of(signed, rounds), held, known, now))
    archived = prepared.finished(token_of(stamp(prepared.signed)))
    # read as a stranger will: what cannot be read back is not handed out
    again, found = take_apart(archived)
    return archived, check_rounds(read_pdf(again), found)
