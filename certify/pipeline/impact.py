"""What another policy would make of the certificates that are out: each decided again on its own evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from certify.decide import LoadedPolicy
from certify.errors import CertifyError
from certify.evidence.decision import RuleOutcome, Verdict
from certify.files import read_file
from certify.pipeline.workspace import Workspace
from certify.trust.status import Standing
from certify.verify.chain import level_of, take_decision, verify_decision
from certify.verify.document import certificate_in, open_document
from certify.verify.evidence import verify_evidence
from certify.verify.words.rules import deciding_rules


class Impact(NamedTuple):
    """What one certificate would come to."""

    serial: str
    """The certificate."""
    model: str
    """The model's name."""
    issued_under: str
    """The policy it was issued under, ``id version``."""
    verdict: str
    """What the policy comes to on its evidence; ``unreadable`` where that could not be found out."""
    rules: tuple[RuleOutcome, ...]
    """The required rules behind a verdict other than certified."""
    why: str = ""
    """What kept it from being decided again."""

    @property
    def flips(self) -> bool:
        """Whether it is certified now and would not be."""
        return self.verdict not in (Verdict.CERTIFIED.value, "unreadable")


def impact_of(workspace: Workspace, policy: LoadedPolicy, replaces: str, at: str) -> Iterator[Impact]:
    """What a policy would make of each certificate in force that was issued under the policy it replaces.

    Every signature behind a certificate is checked again, and the decision looks at the same time as the first one.

    Args:
        workspace: whose registry and certificates are looked at.
        policy: what decides now.
        replaces: id of the policy that decided then.
        at: the time to look at, RFC 3339 in UTC; certificates that have ended by then are left out.
    """
    with workspace.reading() as registry:
        held = [
            row.serial
            for row in registry.certificates()
            if row.valid_until > at and registry.standing(row.serial).standing is Standing.VALID
        ]
    for serial in held:
        try:
            found = _impact(workspace, serial, policy, replaces)
        except CertifyError as error:
            found = Impact(serial, "", "", "unreadable", (), f"{error.code}: {error.what}")
        if found is not None:
            yield found


def _impact(workspace: Workspace, serial: str, policy: LoadedPolicy, replaces: str) -> Impact | None:
    document = open_document(read_file(workspace.certificates / f"{serial}.json"))
    certificate, trust = certificate_in(document), workspace.trust
    if certificate.policy.id != replaces:
        return None
    evidence = verify_evidence(document.statements.values(), trust)
    decision = verify_decision(document, trust)
    level = level_of(evidence, decision.party, trust)
    again = take_decision(policy, evidence, level, decision.value.decided_at)
    behind = () if again.verdict is Verdict.CERTIFIED else tuple(deciding_rules(again.verdict, again.rules))
    under = f"{certificate.policy.id} {certificate.policy.version}"
    return Impact(serial, certificate.model.name, under, again.verdict.value, behind)
