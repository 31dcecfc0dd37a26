"""Checks that tie a certificate to its evidence, to the log and to the policy."""

from __future__ import annotations

from certify.decide import LoadedPolicy, PolicyInput, decide, policy_from_document
from certify.errors import EvidenceMissing, HostileInput
from certify.evidence import statement as kinds
from certify.evidence.canonical import canonical_digest
from certify.evidence.certificate import Certificate, EvidenceReference, Level
from certify.evidence.decision import Decision, Verdict
from certify.evidence.looks import Interim
from certify.evidence.plan import EntropyKind
from certify.trust.bundle import Bundle, statement_of
from certify.trust.independence import assurance_level
from certify.trust.log_entry import entry_of
from certify.trust.tlog_proof import LogProof, verify_tlog_proof
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_statement
from certify.verify.document import Document
from certify.verify.evidence import EvidenceSet
from certify.verify.facts import check_term

SEVERAL = frozenset({kinds.DATASET, kinds.WAIVER, kinds.APPROVAL, kinds.INTERIM})
"""Kinds of statements of which a certificate may rest on more than one."""


def verify_decision(document: Document, trust: TrustFile) -> Verified[Decision]:
    """The one signed decision among the certificate's evidence.

    Raises:
        EvidenceMissing: CERT-E064, there is none.
        HostileInput: its signature, role or form is wrong.
    """
    decisions = [one for one in document.statements.values() if statement_of(one).predicate_type == kinds.VSA]
    if not decisions:
        raise EvidenceMissing("CERT-E064", "there is no signed decision")
    return verify_statement(decisions[0], role="issuer", predicate_type=kinds.VSA, model=Decision, trust=trust)


def check_references(document: Document, certificate: Certificate) -> str:
    """Every statement the certificate rests on is in the bundle, under its own name, and none besides.

    Raises:
        HostileInput: CERT-E090, a statement is missing, surplus, of another kind or by another key than named.
    """
    named = {reference.payload_sha256: reference for reference in certificate.evidence}
    if len(named) != len(certificate.evidence) or set(named) != set(document.statements):
        raise HostileInput("CERT-E090", "the bundle holds other statements than the certificate rests on")
    for digest, bundle in document.statements.items():
        _check_reference(named[digest], bundle)
    single = [reference.kind for reference in certificate.evidence if reference.predicate_type not in SEVERAL]
    if len(set(single)) != len(single):
        raise HostileInput("CERT-E090", "the certificate rests on two statements of a kind of which one decides")
    return f"{len(named)} statements, those that the certificate names"


def _check_reference(reference: EvidenceReference, bundle: Bundle) -> None:
    """Which statement stands for the plan is not the certificate's to say: the statement itself says what it is."""
    found = statement_of(bundle).predicate_type
    if (reference.predicate_type, reference.kind) != (found, kinds.SHORT_NAMES.get(found)):
        raise HostileInput("CERT-E090", f"the statement listed as {reference.kind[:40]} is of another kind")
    if bundle.keyid != reference.keyid:
        raise HostileInput("CERT-E090", f"the {reference.kind} is signed by another key than the one named")


def check_log(document: Document, certificate: Certificate, trust: TrustFile) -> str:
    """Plan, evaluation, decision and certificate are in the log, in this order; every interim look between plan and
    evaluation, in the order of its round; every waiver before the decision; every approval between decision and
    certificate; no other place of the log is named.

    Raises:
        HostileInput: a proof does not verify under the trust file's log key, the order is another, or an index is
            printed that no proof shows.
    """
    proven = proven_places(document, certificate, trust)
    by_kind = {reference.kind: proven.get(reference.payload_sha256) for reference in certificate.evidence}
    own = prove(document.certificate, document.file.certificate_proof, trust)
    places = []
    for kind in ("plan", "evaluation", "decision"):
        found = by_kind.get(kind)
        if found is None:
            raise HostileInput("CERT-E090", f"the certificate carries no log proof of its {kind}")
        places.append(found)
    places.append(own.index)
    if places != sorted(set(places)):
        raise HostileInput(
            "CERT-E090", "the log does not hold plan, evaluation, decision and certificate in this order"
        )
    for reference in certificate.evidence:
        if proven.get(reference.payload_sha256) != reference.log_index:
            raise HostileInput(
                "CERT-E090", f"the {reference.kind} is at another place of the log than the certificate says"
            )
    _check_approvers_order(certificate, proven, places)
    _check_interims_order(document, certificate, proven, places)
    shown = ", ".join(str(place) for place in places)
    return f"plan, evaluation, decision, certificate at {shown} of {own.origin}"


def _check_approvers_order(certificate: Certificate, proven: dict[str, int], places: list[int]) -> None:
    """What approvers signed is in the log where it can still have mattered."""
    _, _, decision, own = places
    for reference in certificate.evidence:
        if reference.predicate_type not in (kinds.WAIVER, kinds.APPROVAL):
            continue
        place = proven.get(reference.payload_sha256)
        if place is None:
            raise HostileInput("CERT-E090", f"the certificate carries no log proof of its {reference.kind}")
        first, last = (-1, decision) if reference.predicate_type == kinds.WAIVER else (decision, own)
        if not first < place < last:
            asked = "before the decision" if first < 0 else "between decision and certificate"
            raise HostileInput("CERT-E090", f"the log does not hold every {reference.kind} {asked}")


def _check_interims_order(
    document: Document, certificate: Certificate, proven: dict[str, int], places: list[int]
) -> None:
    """What was seen at a look was logged before the next one was taken, as far as the order of the log shows it."""
    named = [one.payload_sha256 for one in certificate.evidence if one.predicate_type == kinds.INTERIM]
    rounds = sorted(
        (Interim.from_document(statement_of(document.statements[digest]).predicate, by_name=False).round, digest)
        for digest in named
    )
    found = [proven[digest] for _, digest in rounds if digest in proven]
    if len(found) < len(rounds):
        raise HostileInput("CERT-E090", "the certificate carries no log proof of its interim")
    if [places[0], *found, places[1]] != sorted({places[0], *found, places[1]}):
        raise HostileInput("CERT-E090", "the log does not hold the interim looks between plan and evaluation, in order")


def proven_places(document: Document, certificate: Certificate, trust: TrustFile) -> dict[str, int]:
    """Payload digest to log index, for each statement of which the certificate carries a proof.

    Proofs are named by the statement's kind, or by its payload digest where there may be several of a kind.

    Raises:
        HostileInput: CERT-E075, CERT-E076, a proof does not hold; CERT-E090, one is of no statement.
    """
    named = {
        reference.payload_sha256 if reference.predicate_type in SEVERAL else reference.kind: reference.payload_sha256
        for reference in certificate.evidence
    }
    if surplus := sorted(set(certificate.proofs) - set(named)):
        raise HostileInput("CERT-E090", f"the certificate carries a log proof of {surplus[0][:64]}, which it lacks")
    return {
        digest: prove(document.statements[digest], certificate.proofs[name], trust).index
        for name, digest in named.items()
        if name in certificate.proofs
    }


def prove(bundle: Bundle, proof: str, trust: TrustFile) -> LogProof:
    """The place of a signed statement in the trusted log.

    Raises:
        HostileInput: CERT-E075, CERT-E076, the proof is malformed or does not verify.
    """
    return verify_tlog_proof(proof, entry_of(bundle).to_bytes(), trust.log_vkey)


def replay(
    document: Document, certificate: Certificate, evidence: EvidenceSet, decision: Verified[Decision], level: Level
) -> str:
    """The policy, applied again to the evidence, gives the signed decision.

    Raises:
        HostileInput: CERT-E091, it gives another one, or the policy is not the one planned; CERT-E090, the
            certificate is valid for longer than the policy allows.
    """
    if canonical_digest(document.file.policy) != certificate.policy.sha256:
        raise HostileInput("CERT-E091", "the policy in the bundle is not the one the certificate names")
    policy = policy_from_document(document.file.policy)
    if not policy.reference == certificate.policy == evidence.plan.value.policy == decision.value.policy:
        raise HostileInput("CERT-E091", "the policy in the bundle is not the one that was planned")
    again = take_decision(policy, evidence, level, decision.value.decided_at)
    if again != decision.value:
        raise HostileInput(
            "CERT-E091", "applied to this evidence, the policy comes to another decision than the one signed"
        )
    if again.verdict is not Verdict.CERTIFIED:
        raise HostileInput("CERT-E091", f"the decision is {again.verdict}; it cannot carry a certificate")
    check_term(certificate, policy)
    return f"policy {policy.reference.id} {policy.reference.version} applied again: the same decision, rule by rule"


def take_decision(policy: LoadedPolicy, evidence: EvidenceSet, level: Level, decided_at: str) -> Decision:
    """What the policy decides on verified evidence at a time."""
    return decide(policy, policy_input(evidence, level), decided_at, evidence.digests, evidence.waivers)


def policy_input(evidence: EvidenceSet, level: Level) -> PolicyInput:
    """The view of the evidence that policies can ask about."""
    return PolicyInput.build(
        plan=evidence.plan,
        evaluation=evidence.evaluation,
        datasets=evidence.datasets,
        declaration=evidence.declaration,
        level=level,
    )


def level_of(evidence: EvidenceSet, issuer_party: str, trust: TrustFile) -> Level:
    """The assurance level that follows from who signed and where the seed came from."""
    asked = evidence.plan.value.entropy.witnesses
    return assurance_level(
        issuer=issuer_party,
        evaluators=[evidence.plan.party, evidence.evaluation.party],
        stewards=[dataset.party for dataset in evidence.datasets],
        witnesses=[witness.party for witness in trust.seed_witnesses if witness.keyid in asked],
        entropy=evidence.plan.value.entropy.kind,
        development=trust.environment == "development",
    )


def check_seed(evidence: EvidenceSet, trust: TrustFile) -> str:
    """The seed follows from the plan and from the entropy source the plan named.

    Raises:
        HostileInput: CERT-E092, a witness's answer is missing or wrong, or the entropy is not theirs.
    """
    from certify.verify.entropy import check_witnesses

    kind = evidence.plan.value.entropy.kind
    if kind is EntropyKind.SELF:
        return "the seed follows from the plan; the issuer could have chosen it"
    if kind is not EntropyKind.SEED_WITNESSES:
        raise HostileInput("CERT-E092", f"this version cannot check a seed from a {kind}", "", "use a newer certify")
    check_witnesses(evidence.plan, evidence.evaluation.value.entropy, trust)
    count = len(evidence.plan.value.entropy.witnesses)
    return f"the seed follows from the plan and {count} witness{'es' if count != 1 else ''}"
