"""Seed witnesses: parties that the issuer cannot steer, whose answers fix the fresh problems."""

from __future__ import annotations

from collections.abc import Iterable

from certify.errors import HostileInput
from certify.evidence.canonical import sha256_hex
from certify.evidence.evaluation import EntropyUsed, WitnessAnswer
from certify.evidence.plan import Plan
from certify.trust.keys import public_key_of, signature_matches
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified

DOMAIN = b"certify/seed-witness/v1\x00"


def witness_message(plan_payload_sha256: str) -> bytes:
    """What a seed witness signs: the plan's payload digest under a domain of its own.

    Source: docs/protocol.md. No time enters, so one plan has one answer of each witness.
    """
    return DOMAIN + bytes.fromhex(plan_payload_sha256)


def entropy_of(answers: Iterable[WitnessAnswer]) -> str:
    """The entropy (hex) of all witnesses' answers, in order of key ids."""
    ordered = sorted(answers, key=lambda answer: answer.keyid)
    return sha256_hex(b"".join(bytes.fromhex(answer.keyid) + bytes.fromhex(answer.signature) for answer in ordered))


def check_witnesses(plan: Verified[Plan], used: EntropyUsed, trust: TrustFile) -> None:
    """Returns if every planned witness answered for this plan and the entropy is made of these answers.

    Raises:
        HostileInput: CERT-E092, otherwise.
    """
    planned = tuple(sorted(plan.value.entropy.witnesses))
    answered = tuple(answer.keyid for answer in used.answers)
    if not planned or planned != answered:
        raise HostileInput("CERT-E092", "not exactly the planned seed witnesses answered")
    keys = {witness.keyid: witness.pem for witness in trust.seed_witnesses}
    message = witness_message(plan.payload_sha256)
    for answer in used.answers:
        pem = keys.get(answer.keyid)
        if pem is None:
            raise HostileInput("CERT-E092", f"the trust file does not know the seed witness {answer.keyid[:16]}")
        if not signature_matches(public_key_of(pem), bytes.fromhex(answer.signature), message):
            raise HostileInput("CERT-E092", f"the answer of the seed witness {answer.keyid[:16]} is not for this plan")
    if entropy_of(used.answers) != used.value:
        raise HostileInput("CERT-E092", "the entropy is not made of the witnesses' answers")
