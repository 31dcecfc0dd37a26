"""Whether the rounds of an archived PDF hold what they must, and whose timestamps they carry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from certify.errors import CertifyError, EvidenceMissing
from certify.trust.timestamps import moment_of
from certify.trust.tokens import authority_of, read_token
from certify.verify.pdf import SignedPdf, moment_of_pdf
from certify.verify.pdf_archive import Round
from certify.verify.pdf_revision import ARCHIVE
from certify.verify.pdf_revocation import Sources, Subject, gather
from certify.verify.pdf_signature import rejected


def check_rounds(signed: SignedPdf, rounds: Sequence[Round]) -> str:
    """What the rounds preserve, in words, once each holds exactly what its subjects need.

    Args:
        signed: the issuer's file, read strictly.
        rounds: what follows it, oldest first.

    Raises:
        HostileInput: CERT-E591, a round lacks something, holds something else, or is older than the one before;
            CERT-E590, a certificate was revoked before it signed, or cannot be read.
    """
    try:
        return _checked(signed, rounds)
    except CertifyError:
        raise
    except (Exception, RecursionError) as error:  # parsers of strangers' certificates raise many kinds
        raise rejected("what its archive holds cannot be read", error, ARCHIVE) from error


def _checked(signed: SignedPdf, rounds: Sequence[Round]) -> str:
    held: frozenset[bytes] = frozenset()
    latest = signing_moment(signed)
    for number, one in enumerate(rounds):
        at = moment_of(read_token(one.token, one.signed).time)
        if at < latest:
            raise rejected("a timestamp of its archive is older than what it is over", code=ARCHIVE)
        subjects = subjects_of(signed, rounds[:number])
        sources = Sources(
            frozenset((*signed.chain, *one.material.certificates)),
            frozenset(one.material.lists),
            frozenset(one.material.answers),
        )
        try:
            wanted = gather(subjects, held, sources, at)
        except EvidenceMissing as error:
            raise rejected(f"its archive lacks something: {error.what}", error, ARCHIVE) from error
        if wanted != one.material:
            raise rejected("its archive holds data that belongs to no signature in it", code=ARCHIVE)
        held, latest = held | frozenset(one.material.certificates), at
    plural = "round" if len(rounds) == 1 else "rounds"
    return f"the issuer's file, unchanged, and {len(rounds)} {plural} of preservation, the last at {latest:%Y-%m-%d}"


def subjects_of(signed: SignedPdf, rounds: Sequence[Round]) -> list[Subject]:
    """Whose signatures the round after these has to preserve: what was put on last."""
    if rounds:
        last = rounds[-1]
        return [Subject(authority_of(last.token), moment_of(read_token(last.token, last.signed).time))]
    when = signing_moment(signed)
    own = [Subject(signed.chain[0], when)]
    return own if signed.token is None else [*own, Subject(authority_of(signed.token), when)]


def signing_moment(signed: SignedPdf) -> datetime:
    """When the issuer signed: by a timestamp authority's word where there is one, else by its own."""
    if signed.token is None:
        return moment_of_pdf(signed.signed_at)
    return moment_of(read_token(signed.token, signed.signature).time)
