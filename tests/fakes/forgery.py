"""What the genuine parties of a chain could make if they lied: statements changed, signed again, logged anew.

Everything that follows from a changed statement is made to follow: digests, seed, decision, references, proofs,
serial. What is left wrong is the one thing a test changed, so a verdict of ``invalid`` is about that thing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from certify.attest.statements import decision_statement
from certify.errors import CertifyError
from certify.evidence import statement as kinds
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.certificate import EvidenceReference, serial_for
from certify.evidence.decision import Decision
from certify.evidence.evaluation import EntropyUsed
from certify.evidence.merkle import inclusion_path, leaf_hash, tree_root
from certify.evidence.model import ModelIdentity
from certify.evidence.plan import EntropyKind, fresh_seed
from certify.pipeline.witnessing import sign_plan
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner
from certify.trust.log_entry import entry_of
from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.tlog_proof import format_tlog_proof
from certify.trust.trustfile import TrustFile
from certify.verify.chain import level_of, take_decision
from certify.verify.entropy import entropy_of
from certify.verify.evidence import verify_evidence
from tests.fakes.chain import Chain

Document = dict[str, Any]
Edit = Callable[[Document], object]
LOGGED = ("plan", "evaluation", "decision", "certificate")
SIGNED_BY = {
    "plan": "evaluator",
    "evaluation": "evaluator",
    "contamination": "evaluator",
    "dataset": "data-steward",
    "declaration": "data-steward",
    "decision": "issuer",
    "certificate": "issuer",
}


class Log:
    """A log under the genuine log key that takes anything in any order."""

    def __init__(self, chain: Chain) -> None:
        key = chain.house.signers["log"].private_key
        self._signer = NoteSigner(chain.trust.log_origin, key)  # type: ignore[arg-type]
        self._leaves: list[bytes] = [leaf_hash(b"an entry of somebody else")]

    def append(self, bundle: Bundle) -> int:
        """Logs a statement; gives its place."""
        self._leaves.append(leaf_hash(entry_of(bundle).to_bytes()))
        return len(self._leaves) - 1

    @property
    def checkpoint(self) -> str:
        """The newest signed checkpoint."""
        root = tree_root(self._leaves)
        return sign_checkpoint(Checkpoint(self._signer.name, len(self._leaves), root), self._signer)

    def proof(self, index: int) -> str:
        """The log proof of a place."""
        return format_tlog_proof(index, inclusion_path(self._leaves, index), self.checkpoint)


def parts_of(bundle: bytes) -> dict[str, Bundle]:
    """The statements of a certificate bundle by kind, the certificate among them."""
    document = parse_json(bundle)
    found = [parse_bundle(one) for one in (*document["statements"].values(), document["certificate"])]
    return {kinds.SHORT_NAMES[statement_of(one).predicate_type]: one for one in found}


def forge(
    chain: Chain,
    edits: Mapping[str, Edit] | None = None,
    *,
    instead: Mapping[str, Bundle] | None = None,
    signers: Mapping[str, KeySigner] | None = None,
    subjects: Mapping[str, Edit] | None = None,
    order: Sequence[str] = LOGGED,
    drop: Sequence[str] = (),
    more: Sequence[Bundle] = (),
    approvals: Callable[[Bundle], Sequence[Bundle]] | None = None,
    misplaced: bool = False,
) -> bytes:
    """The bundle of a chain in which one thing was changed and everything that follows from it made to follow.

    Args:
        chain: an honest chain.
        edits: kind of statement (or ``file``) to what changes its claim in place, just before it is signed.
        instead: statements taken from elsewhere, as they are.
        signers: kind of statement to another key than the one whose role it is.
        subjects: kind of statement to what changes the whole statement beside its claim.
        order: in which order the log takes the statements.
        drop: kinds of evidence left out.
        more: further statements among the evidence; waivers among them are logged before all else.
        approvals: what approvers sign of the decision that comes out; logged after it.
        misplaced: whether waivers are logged after the decision and approvals before it.
    """
    forgery = _Forgery(chain, edits or {}, instead or {}, signers or {}, subjects or {})
    forgery.approvals, forgery.misplaced = approvals, misplaced
    return forgery.bundle(order, drop, more)


class _Forgery:
    approvals: Callable[[Bundle], Sequence[Bundle]] | None = None
    misplaced = False

    def __init__(
        self,
        chain: Chain,
        edits: Mapping[str, Edit],
        instead: Mapping[str, Bundle],
        signers: Mapping[str, KeySigner],
        subjects: Mapping[str, Edit],
    ) -> None:
        self.chain, self.edits, self.instead, self.signers, self.subjects = chain, edits, instead, signers, subjects
        self.honest = parts_of(chain.bundle)
        self.made: dict[str, Bundle] = {}
        self.log = Log(chain)

    def bundle(self, order: Sequence[str], drop: Sequence[str], more: Sequence[Bundle]) -> bytes:
        for kind in ("dataset", "declaration", "plan"):
            if kind not in drop:
                self._make(kind, self._claim(kind))
        for kind, claim in (("evaluation", self._evaluation), ("contamination", self._contamination)):
            if kind not in drop and kind in self.honest:
                self._make(kind, claim())
        self._decide(more)
        if "certificate" in order[:-1]:
            raise ValueError("a certificate cannot prove what is logged after it")
        waivers = [one for one in more if statement_of(one).predicate_type == kinds.WAIVER]
        given = self.approvals(self.made["decision"]) if self.approvals else []
        first, last = (given, waivers) if self.misplaced else (waivers, given)
        places = {one.payload_sha256: self.log.append(one) for one in first}
        places |= {kind: self.log.append(self.made[kind]) for kind in order if kind != "certificate"}
        places |= {one.payload_sha256: self.log.append(one) for one in last}
        evidence = [*self.made.values(), *more, *given]
        self._make("certificate", self._certificate(places, evidence))
        own = self.log.append(self.made["certificate"])
        document: Document = {
            "schema": "certify/bundle/v1",
            "certificate": self.made["certificate"].document,
            "certificateProof": self.log.proof(own),
            "statements": {one.payload_sha256: one.document for one in evidence},
            "policy": copy.deepcopy(self.chain.policy.document),
        }
        self.edits.get("file", _nothing)(document)
        return canonical_bytes(document)

    def _claim(self, kind: str) -> Document:
        return copy.deepcopy(statement_of(self.honest[kind]).predicate)

    def _make(self, kind: str, claim: Document, statement: Document | None = None) -> None:
        if kind in self.instead:
            self.made[kind] = self.instead[kind]
            return
        document = statement or parse_json(self.honest[kind].payload)
        self.edits.get(kind, _nothing)(claim)
        document["predicate"] = claim
        self.subjects.get(kind, _nothing)(document)
        signer = self.signers.get(kind, self.chain.house.signers[SIGNED_BY[kind]])
        self.made[kind] = parse_bundle(sign_statement(canonical_bytes(document), signer))

    def _evaluation(self) -> Document:
        claim, plan = self._claim("evaluation"), self.made["plan"]
        used = EntropyUsed.from_document(claim["entropy"])
        if used.kind is EntropyKind.SEED_WITNESSES:
            answers = sorted(
                (sign_plan(plan.payload_sha256, key) for key in self.chain.house.witnesses), key=lambda one: one.keyid
            )
            used = EntropyUsed(kind=used.kind, value=entropy_of(answers), answers=tuple(answers))
        seed = fresh_seed(plan.payload_sha256, bytes.fromhex(used.value)).hex()
        return claim | {"planSha256": plan.payload_sha256, "entropy": used.document(), "seed": seed}

    def _contamination(self) -> Document:
        return self._claim("contamination") | {"planSha256": self.made["plan"].payload_sha256}

    def _decide(self, more: Sequence[Bundle]) -> None:
        """What the policy comes to on the changed evidence; the honest decision where it cannot be taken."""
        honest = self._claim("decision")[kinds.DECISION_FIELD]
        bundles = [*self.made.values(), *more]
        try:
            evidence = verify_evidence(bundles, self.chain.trust)
            issuer = self.chain.trust.party_of(self.chain.house.signers["issuer"].keyid)
            level = level_of(evidence, issuer, self.chain.trust)
            decided = take_decision(self.chain.policy, evidence, level, honest["decidedAt"]).document()
        except CertifyError:
            decided = honest | {"evidence": sorted(one.payload_sha256 for one in bundles)}
        self.edits.get("decision", _nothing)(decided)
        model = ModelIdentity.from_document(self._claim("plan")["model"])
        statement = parse_json(decision_statement(Decision.from_document(decided), model))
        forgery = self.edits
        self.edits = {kind: edit for kind, edit in forgery.items() if kind != "decision"}
        self._make("decision", statement["predicate"], statement)
        self.edits = forgery

    def _certificate(self, places: Mapping[str, int], evidence: Sequence[Bundle]) -> Document:
        decided = statement_of(self.made["decision"]).predicate[kinds.DECISION_FIELD]
        return self._claim("certificate") | {
            "evidence": [_reference(one, places, self.chain.trust) for one in evidence],
            "proofs": {kind: self.log.proof(index) for kind, index in places.items()},
            "serial": serial_for(self.made["decision"].payload_sha256),
            "rules": decided["rules"],
            "decidedAt": decided["decidedAt"],
        }


def _reference(bundle: Bundle, places: Mapping[str, int], trust: TrustFile) -> Document:
    predicate_type = statement_of(bundle).predicate_type
    kind = kinds.SHORT_NAMES[predicate_type]
    return EvidenceReference(
        kind=kind,
        predicate_type=predicate_type,
        payload_sha256=bundle.payload_sha256,
        keyid=bundle.keyid,
        party=trust.keys[bundle.keyid].party if bundle.keyid in trust.keys else "a stranger",
        log_index=places.get(bundle.payload_sha256, places.get(kind)),
    ).document()


def _nothing(_document: Document) -> None:
    """Leaves a document as it is."""


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """An edit that sets one place of a document."""

    def edit(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return edit
