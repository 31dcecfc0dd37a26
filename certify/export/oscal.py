"""A certificate as OSCAL assessment results: each rule an observation and a finding, each waiver a risk.

Source: NIST OSCAL 1.1.2, assessment-results model.
"""

from __future__ import annotations

import re
from typing import Any

from certify.evidence.certificate import EvidenceReference
from certify.evidence.decision import RuleOutcome, RuleStatus
from certify.evidence.statement import CERTIFICATE
from certify.export.certified import Certified, name_of, notice, particulars, unsaid

VERSION = "1.1.2"
_EXAMINED = frozenset({"evidence_only"})
"""Coverage of rules that look at what somebody states; the others look at what was tested."""


def oscal(found: Certified) -> dict[str, Any]:
    """The certificate as one assessment-results document.

    The controls are the rules of the policy, not the clauses of a law: a finding names the clauses that its rule
    supports. A rule that does not apply is an observation without a finding, since a finding is either satisfied or
    not. UUIDs follow from the certificate.
    """
    certificate = found.certificate
    plan = next(one for one in certificate.evidence if one.kind == "plan")
    document = {
        "uuid": str(name_of(found, f"assessment-results at {found.at}")),
        "metadata": _metadata(found),
        "import-ap": {"href": f"#{_uuid_of(found, plan)}", "remarks": "The plan that was signed and logged first."},
        "results": [_result(found)],
        "back-matter": {"resources": [_resource(found, one) for one in certificate.evidence]},
    }
    return {"assessment-results": document}


def _metadata(found: Certified) -> dict[str, Any]:
    parties = dict.fromkeys([found.party, *(one.party for one in found.certificate.evidence)])
    return {
        "title": f"Certificate {found.certificate.serial} of {_line(found.certificate.model.name)}",
        "last-modified": found.at,
        "version": found.certificate.serial,
        "oscal-version": VERSION,
        "props": [_prop(name.replace(" ", "-"), value) for name, value in particulars(found).items()],
        "parties": [{"uuid": _party(found, party), "type": "organization", "name": _line(party)} for party in parties],
        "remarks": notice(found),
    }


def _result(found: Certified) -> dict[str, Any]:
    certificate, evaluation = found.certificate, found.evidence.evaluation.value
    waived = [rule for rule in certificate.rules if rule.waiver is not None]
    result = {
        "uuid": str(name_of(found, "result")),
        "title": f"Policy {_line(certificate.policy.id)} {_line(certificate.policy.version)}",
        "description": notice(found),
        "start": evaluation.started_at,
        "end": certificate.decided_at,
        "props": [_prop("number", f"{one.name}: {one.value}; {one.detail}") for one in certificate.headlines],
        "reviewed-controls": {
            "description": "The rules of the policy; none of them is a control of a law or standard.",
            "control-selections": [{"include-controls": [{"control-id": _token(r.id)} for r in certificate.rules]}],
        },
        "observations": [_observation(found, rule) for rule in certificate.rules],
        "risks": [_risk(found, rule) for rule in waived],
        "findings": [
            _finding(found, rule) for rule in certificate.rules if rule.status is not RuleStatus.NOT_APPLICABLE
        ],
        "remarks": "\n".join(("Not checked, and what a reader must know:", *(f"- {text}" for text in unsaid(found)))),
    }
    return {name: value for name, value in result.items() if value != []}


def _observation(found: Certified, rule: RuleOutcome) -> dict[str, Any]:
    evaluation = next(one for one in found.certificate.evidence if one.kind == "evaluation")
    return {
        "uuid": str(name_of(found, f"observation {rule.id}")),
        "title": _line(rule.title),
        "description": rule.message or rule.title,
        "props": [_prop("status", rule.status.value), *_values("observed", rule), *_values("expected", rule)],
        "methods": ["EXAMINE" if rule.coverage in _EXAMINED else "TEST"],
        "origins": [{"actors": [{"type": "party", "actor-uuid": _party(found, evaluation.party)}]}],
        "relevant-evidence": [
            {"href": f"#{_uuid_of(found, evaluation)}", "description": "The evaluation that the rule was applied to."}
        ],
        "collected": found.evidence.evaluation.value.finished_at,
        "expires": found.certificate.valid_until,
    }


def _finding(found: Certified, rule: RuleOutcome) -> dict[str, Any]:
    met = rule.status is RuleStatus.MET
    reasons = {RuleStatus.MET: "pass", RuleStatus.NOT_MET: "fail"}
    status = {
        "state": "satisfied" if met else "not-satisfied",
        "reason": reasons.get(rule.status, "other"),
        "remarks": f"The rule is {rule.status.value.replace('_', ' ')}.",
    }
    finding: dict[str, Any] = {
        "uuid": str(name_of(found, f"finding {rule.id}")),
        "title": f"{_line(rule.id)}: {_line(rule.title)}",
        "description": rule.message or rule.title,
        "props": [
            _prop("enforcement", rule.enforcement),
            _prop("severity", rule.severity),
            _prop("coverage", rule.coverage),
            *(_prop("supports-clause", clause) for clause in rule.clauses),
        ],
        "target": {"type": "objective-id", "target-id": _token(rule.id), "title": _line(rule.title), "status": status},
        "related-observations": [{"observation-uuid": str(name_of(found, f"observation {rule.id}"))}],
    }
    if rule.waiver is not None:
        finding["related-risks"] = [{"risk-uuid": str(name_of(found, f"risk {rule.id}"))}]
    return finding if met or not rule.remedy else {**finding, "remarks": rule.remedy}


def _risk(found: Certified, rule: RuleOutcome) -> dict[str, Any]:
    waiver = rule.waiver
    if waiver is None:  # only waived rules are asked for
        return {}
    return {
        "uuid": str(name_of(found, f"risk {rule.id}")),
        "title": f"{_line(rule.id)} is waived",
        "description": f"Without the waiver the rule is {waiver.seen.value.replace('_', ' ')}: {rule.message}",
        "statement": waiver.reason,
        "props": [
            _prop("approver", waiver.approver),
            _prop("ticket", waiver.ticket),
            _prop("waiver-digest", f"sha256:{waiver.payload_sha256}"),
        ],
        "status": "deviation-approved",
        "deadline": waiver.expires_at,
        "related-observations": [{"observation-uuid": str(name_of(found, f"observation {rule.id}"))}],
    }


def _resource(found: Certified, one: EvidenceReference) -> dict[str, Any]:
    place = [_prop("log-index", str(one.log_index))] if one.log_index is not None else []
    return {
        "uuid": _uuid_of(found, one),
        "title": f"Signed {one.kind}",
        "description": f"Statement sha256:{one.payload_sha256}, signed by {one.party}, inside the certificate.",
        "props": [_prop("predicate-type", one.predicate_type), _prop("digest", f"sha256:{one.payload_sha256}"),
                  _prop("key", one.keyid), *place],
    }  # fmt: skip


def _uuid_of(found: Certified, one: EvidenceReference) -> str:
    return str(name_of(found, f"statement {one.payload_sha256}"))


def _party(found: Certified, party: str) -> str:
    return str(name_of(found, f"party {party}"))


def _values(name: str, rule: RuleOutcome) -> list[dict[str, str]]:
    values = rule.observed if name == "observed" else rule.expected
    return [_prop(name, f"{key} = {value}") for key, value in sorted(values.items())]


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": CERTIFICATE, "value": _line(value)}


def _line(text: str) -> str:
    """One line that is not empty. Source: OSCAL, data type string."""
    return " ".join(text.split()) or "-"


def _token(text: str) -> str:
    """Source: OSCAL, data type token."""
    cleaned = re.sub(r"[^A-Za-z0-9._-]", "-", text)
    return cleaned if re.match(r"[A-Za-z_]", cleaned) else f"_{cleaned}"
