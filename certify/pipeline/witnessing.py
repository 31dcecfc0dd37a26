"""A seed witness at work: one answer to one plan, and only to a plan that the log holds."""

from __future__ import annotations

from certify.errors import UsageError
from certify.evidence import statement as kinds
from certify.evidence.evaluation import WitnessAnswer
from certify.evidence.plan import Plan
from certify.trust.bundle import parse_bundle
from certify.trust.key_window import require_counting
from certify.trust.keys import StatementSigner, public_key_of, scheme_of
from certify.trust.trustfile import TrustFile
from certify.trust.verified import verify_statement
from certify.verify.chain import prove
from certify.verify.entropy import witness_message


def answer_plan(plan: bytes, proof: str, signer: StatementSigner, trust: TrustFile) -> WitnessAnswer:
    """The witness's answer to a plan that an evaluator signed and the log holds.

    A witness that answered plans before they are logged would let the evaluator see many seeds and log the
    plan that suits it.

    Args:
        plan: the signed plan.
        proof: its log proof.
        signer: the witness's own key.
        trust: the witness's own trust file.

    Raises:
        HostileInput: it is no plan, its signer is not trusted as evaluator, it is not in the log, or
            CERT-E126, the key does not count at its place there.
        UsageError: CERT-E011, the plan does not ask this witness, or the key is not Ed25519.
    """
    bundle = parse_bundle(plan, name="plan")
    found = verify_statement(bundle, role="evaluator", predicate_type=kinds.PLAN, model=Plan, trust=trust)
    require_counting(trust, bundle.keyid, prove(bundle, proof, trust).index, "plan")
    if signer.keyid not in found.value.entropy.witnesses:
        raise UsageError(
            "CERT-E011",
            "the plan does not ask this key",
            "it names the keys of other seed witnesses",
            "use your own key",
        )
    return sign_plan(bundle.payload_sha256, signer)


def sign_plan(plan_payload_sha256: str, signer: StatementSigner) -> WitnessAnswer:
    """The bare answer to a plan's digest; deterministic, so that asking twice gains nothing.

    Raises:
        UsageError: CERT-E011, the key is not Ed25519.
    """
    if scheme_of(public_key_of(signer.public_pem)) != "ed25519":
        raise UsageError(
            "CERT-E011",
            "a seed witness needs an Ed25519 key",
            "other signatures could be drawn again until the seed suits somebody",
            "certify keys make witness --scheme ed25519",
        )
    return WitnessAnswer(keyid=signer.keyid, signature=signer.sign(witness_message(plan_payload_sha256)).hex())
