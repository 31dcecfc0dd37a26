"""A gate's answer as JUnit XML, which build servers show as test results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from certify.export.gate_findings import GateFinding, gate_findings
from certify.verify.gate_answer import GateResult

_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: XML 1.0, 2.2."""


def gate_junit(result: GateResult, more: Iterable[tuple[str, str]] = ()) -> str:
    """The answer as one test suite: what keeps the gate closed fails, what nobody knows is an error, the rest passes.

    A check or rule that does not apply, a waived one, and one that is no must is ``skipped`` with its reason.

    Args:
        result: the answer.
        more: further properties of the suite, name and value.
    """
    findings = gate_findings(result)
    failures = sum(_kind(one) == "failure" for one in findings)
    errors = sum(_kind(one) == "error" for one in findings)
    skipped = sum(_kind(one) == "skipped" for one in findings)
    counts = f'tests="{len(findings)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    suite = quoteattr(_printable(f"certify gate: {result.policy.id} {result.policy.version}"))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>", f"<testsuite name={suite} {counts}>"]
    told = [("verdict", f"{result.verdict.value}: {result.reason}"), *more]
    properties = "".join(f"<property name={_attribute(name)} value={_attribute(value)}/>" for name, value in told)
    lines.append(f"<properties>{properties}</properties>")
    lines += [_case(one) for one in findings]
    return "\n".join([*lines, "</testsuite>", "</testsuites>", ""])


def _case(one: GateFinding) -> str:
    name, kind = quoteattr(_printable(f"{one.id}: {one.title}")), _kind(one)
    head = f'<testcase classname="certify.gate" name={name}'
    if kind is None:
        return f"{head}/>"
    text = escape(_printable(f"{one.message}\n{one.remedy}".strip()))
    return f"{head}><{kind} message={quoteattr(_printable(one.message))}>{text}</{kind}></testcase>"


def _kind(one: GateFinding) -> str | None:
    if one.blocking:
        return "error" if one.outcome == "open" else "failure"
    return None if one.outcome == "pass" else "skipped"


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _printable(text: str) -> str:
    """``text`` without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)
