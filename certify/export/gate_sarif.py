"""A gate's answer as SARIF 2.1.0, which code-scanning pages show beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from certify import __version__
from certify.export.gate_findings import GateFinding, gate_findings
from certify.verify.gate_answer import GateResult

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {"pass": "pass", "fail": "fail", "open": "open", "waived": "fail", "not_applicable": "notApplicable"}


def gate_sarif(result: GateResult, place: str, more: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The answer as one SARIF log with one run.

    Args:
        result: the answer.
        place: the file that findings are shown at, relative to the repository: the lock file or the certificate.
        more: further properties of the run.

    Source: OASIS, SARIF 2.1.0, 3.27.9 (kind) and 3.27.10 (level: ``none`` for whatever is no failure).
    """
    findings, place = gate_findings(result), quote(place)
    listed = dict.fromkeys(one.id for one in findings)
    numbers = {name: number for number, name in enumerate(listed)}
    described = {one.id: one for one in reversed(findings)}
    driver = {
        "name": "certify gate",
        "version": __version__,
        "rules": [_rule(described[name]) for name in listed],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_result(one, numbers[one.id], place) for one in findings],
        "properties": {
            "verdict": result.verdict.value,
            "reason": result.reason,
            "serial": result.serial,
            **(more or {}),
        },
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(one: GateFinding) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": one.id, "shortDescription": {"text": one.title}}
    return rule | ({"help": {"text": one.remedy}} if one.remedy else {})


def _result(one: GateFinding, number: int, place: str) -> dict[str, Any]:
    result = {
        "ruleId": one.id,
        "ruleIndex": number,
        "kind": _KINDS[one.outcome],
        "level": _level(one),
        "message": {"text": one.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": place}}}],
        "properties": {"severity": one.severity, "blocking": one.blocking},
    }
    waived = {"suppressions": [{"kind": "external", "status": "accepted", "justification": one.message}]}
    return result | (waived if one.outcome == "waived" else {})


def _level(one: GateFinding) -> str:
    """``kind`` decides for everything but failures, of which the blocking ones are errors."""
    if _KINDS[one.outcome] != "fail":
        return "none"
    return "error" if one.blocking else "warning"
