"""A seed witness at work: one answer to one plan."""

from __future__ import annotations

from certify.errors import UsageError
from certify.evidence import statement as kinds
from certify.evidence.evaluation import WitnessAnswer
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.keys import KeySigner
from certify.verify.entropy import witness_message


def answer_plan(plan: bytes, signer: KeySigner) -> WitnessAnswer:
    """The witness's answer: a deterministic signature, so that asking twice gains nothing.

    Raises:
        HostileInput: the bytes are not a signed statement.
        UsageError: CERT-E011, it is no plan, or the key is not Ed25519.
    """
    bundle = parse_bundle(plan, name="plan")
    if statement_of(bundle).predicate_type != kinds.PLAN:
        raise UsageError("CERT-E011", "this statement is not a plan", hint="name the run's plan.bundle.json")
    if signer.scheme != "ed25519":
        raise UsageError(
            "CERT-E011",
            "a seed witness needs an Ed25519 key",
            "other signatures could be drawn again until the seed suits somebody",
            "certify keys make witness --scheme ed25519",
        )
    return WitnessAnswer(keyid=signer.keyid, signature=signer.sign(witness_message(bundle.payload_sha256)).hex())
