"""Whether witnesses saw the history that a certificate rests on."""

from __future__ import annotations

from certify.errors import CertifyError
from certify.evidence.certificate import Certificate
from certify.trust.tlog_policy import NONE
from certify.trust.tlog_proof import parse_tlog_proof
from certify.trust.trustfile import TrustFile
from certify.trust.witnessed import Witnessed, require_quorum, too_few
from certify.verify.document import Document
from certify.verify.result import Checklist

WITNESSES = "witnesses"
"""Name of the check."""


def witnesses_required(trust: TrustFile, minimum: int) -> bool:
    """Whether a certificate is valid only with witnesses: the trust file or the reader says so."""
    return minimum > 0 or trust.log.policy.quorum != NONE


def check_witnesses(
    document: Document, certificate: Certificate, trust: TrustFile, minimum: int, checks: Checklist
) -> None:
    """Records whether enough witnesses cosigned each checkpoint that the certificate's log proofs rest on.

    Nothing is recorded where the trust file names no witnesses and the reader asks for none.

    Args:
        document: the certificate as a file.
        certificate: its statement, already verified.
        trust: whose signatures count.
        minimum: how many witnesses the reader asks for, whatever the trust file does.
        checks: collects what was found.
    """
    if not trust.log.policy.witnesses and not minimum:
        return
    proofs = [*certificate.proofs.values(), document.file.certificate_proof]
    checks.attempt(WITNESSES, lambda: (True, _witnessed(proofs, trust, minimum)))


def _witnessed(proofs: list[str], trust: TrustFile, minimum: int) -> str:
    """The fewest voices that any of the proofs has, in words, and how fresh the newest is; all of them are enough."""
    checkpoints = dict.fromkeys(parse_tlog_proof(proof).checkpoint for proof in proofs)
    found = [_enough(checkpoint, trust, minimum) for checkpoint in checkpoints]
    weakest, newest = (
        min(found, key=lambda one: len(one.times)), max(found, key=lambda one: one.checkpoint.size)
    )  # fmt: skip
    named = len({key.name for key in trust.log.policy.keys})
    names = ", ".join(sorted(weakest.times)) or "none"
    seen = f"{len(weakest.times)} of {named} witnesses cosigned the history it rests on: {names}"
    if newest.time is None:
        return seen
    return f"{seen}; enough of them had seen its {newest.checkpoint.size} entries at {newest.time_text}"


def _enough(checkpoint: str, trust: TrustFile, minimum: int) -> Witnessed:
    found = require_quorum(checkpoint, trust.log.policy)
    if len(found.times) < minimum:
        raise too_few(f"{found.words(trust.log.policy)}; you ask for {minimum}")
    return found


def answer_witnessed(checkpoint: str, trust: TrustFile) -> tuple[bool, str]:
    """Whether enough witnesses cosigned the checkpoint of a registry's answer, and that in words.

    Where the trust file names no witnesses nobody is asked: true, without words.
    """
    policy = trust.log.policy
    if not policy.witnesses:
        return True, ""
    try:
        found = require_quorum(checkpoint, policy)
    except CertifyError as error:
        return False, error.what
    return True, found.words(policy) + _as_of(found)


def _as_of(found: Witnessed) -> str:
    return f", enough of them at {found.time_text}" if found.time is not None else ""
