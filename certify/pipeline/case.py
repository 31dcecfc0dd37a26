"""A decision with everything it rests on, read from a folder and checked: what an approver looks at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.decide import policy_from_document
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json
from certify.evidence.decision import Decision
from certify.files import read_file
from certify.pipeline.waiving import FIXED, read_bundle
from certify.trust.bundle import MAX_BUNDLE, Bundle, parse_bundle
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_statement
from certify.verify.chain import level_of, take_decision
from certify.verify.evidence import EvidenceSet, verify_evidence

DECISION = "decision.bundle.json"
POLICY = "policy.json"
MOST_INTERIMS = 9
"""A plan has at most ten looks, and the last of them is the evaluation."""
STATEMENTS = (
    *("dataset", "declaration", "plan", "evaluation", "contamination"),
    *(f"interim-{number}" for number in range(1, MOST_INTERIMS + 1)),
)
"""Statements that lie beside a decision, each as ``NAME.bundle.json``."""


@dataclass(frozen=True)
class Case:
    """A decision as an approver may look at it."""

    name: str
    """The run it belongs to."""
    decision: Verified[Decision]
    """Signed by the issuer."""
    evidence: EvidenceSet | None
    """What it follows from; absent where only the decision is at hand."""

    @property
    def parties(self) -> frozenset[str]:
        """Who issued, and as far as is known who evaluated and prepared the data."""
        return frozenset({self.decision.party}) | (self.evidence.parties if self.evidence else frozenset())


def read_case(decision: Path, name: str, trust: TrustFile) -> Case:
    """The decision in a file with the statements beside it, each verified, and the policy applied again.

    Args:
        decision: the signed decision.
        name: what to call the case.
        trust: the reader's own trust file.

    Raises:
        UsageError: CERT-E012, the file cannot be read.
        HostileInput: a signature or role is wrong; CERT-E091, the decision does not follow from what lies beside it.
    """
    folder = decision.parent
    found = verify_statement(
        read_bundle(decision), role="issuer", predicate_type=kinds.VSA, model=Decision, trust=trust
    )
    bundles = bundles_beside(folder)
    if not bundles:
        return Case(name, found, None)
    evidence = verify_evidence(bundles, trust)
    _follows(found, evidence, _policy(folder), trust)
    return Case(name, found, evidence)


def bundles_beside(folder: Path) -> list[Bundle]:
    """The evidence in a folder, signatures unchecked: its statements and the waivers the decision looked at."""
    paths = [folder / f"{kind}.bundle.json" for kind in STATEMENTS]
    found = [read_bundle(path) for path in paths if path.is_file()]
    waivers = folder / FIXED
    if waivers.is_file():
        if waivers.stat().st_size > MAX_BUNDLE:
            raise HostileInput("CERT-E045", f"{waivers} is larger than any list of waivers")
        found += [parse_bundle(line, name=FIXED) for line in read_file(waivers).splitlines()]
    return found


def _policy(folder: Path) -> Any:
    try:
        return parse_json(read_file(folder / POLICY), name=POLICY)
    except UsageError as error:
        raise EvidenceMissing(
            "CERT-E064", f"{folder} lacks {POLICY}, by which was decided", hint="ask for the whole folder"
        ) from error


def _follows(decision: Verified[Decision], evidence: EvidenceSet, policy: Any, trust: TrustFile) -> None:
    """Returns if the policy comes to this decision on this evidence.

    Raises:
        HostileInput: CERT-E091, it does not, or it is another policy than the one planned.
    """
    loaded = policy_from_document(policy)
    if not loaded.reference == decision.value.policy == evidence.plan.value.policy:
        raise HostileInput("CERT-E091", "the policy at hand is not the one that was planned")
    level = level_of(evidence, decision.party, trust)
    if take_decision(loaded, evidence, level, decision.value.decided_at) != decision.value:
        raise HostileInput("CERT-E091", "applied to this evidence, the policy comes to another decision")
    if decision.statement.subject[0].digest.sha256 != evidence.plan.value.model.identity:
        raise HostileInput("CERT-E090", "the decision is about another model than its evidence")
