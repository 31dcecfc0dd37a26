"""A certificate as the gate's reports, under the issuer's own policy; no model is asked about."""

from __future__ import annotations

from typing import Any

from certify.decide import policy_from_document
from certify.export.certified import Certified, notice, particulars, unsaid
from certify.export.gate_junit import gate_junit
from certify.export.gate_sarif import gate_sarif
from certify.verify.gate import hold_gate
from certify.verify.gate_answer import Asked, BytesSource, GateResult
from certify.verify.verification import Examination


def report_sarif(found: Certified, examined: Examination) -> dict[str, Any]:
    """The certificate's checks and rules as SARIF 2.1.0, which certificate it is among the properties of the run."""
    named = particulars(found)
    told = {"notice": notice(found), "notChecked": list(unsaid(found)), "certificate": named}
    return gate_sarif(_held(found, examined), f"{found.certificate.serial}.json", told)


def report_junit(found: Certified, examined: Examination) -> str:
    """The same as JUnit XML."""
    told = [("notice", notice(found)), *particulars(found).items()]
    return gate_junit(_held(found, examined), [*told, *(("not checked", text) for text in unsaid(found))])


def _held(found: Certified, examined: Examination) -> GateResult:
    policy = policy_from_document(found.document.file.policy)
    return hold_gate(examined, Asked(policy=policy, at=found.at, identity=None, source=BytesSource.NOBODY))
