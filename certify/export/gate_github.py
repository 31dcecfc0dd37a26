"""A gate's answer as workflow commands, which GitHub shows as annotations of a run."""

from __future__ import annotations

from certify.export.gate_findings import GateFinding, gate_findings
from certify.verify.gate_answer import GateResult, GateVerdict

_HEADS = {GateVerdict.OPEN: "notice", GateVerdict.CLOSED: "error", GateVerdict.UNDECIDED: "error"}


def gate_github(result: GateResult) -> str:
    """One line for the verdict and one for each finding that is no pass: errors where it blocks, warnings elsewhere.

    Nothing in a certificate can make a command of its own: line ends, percent signs and separators are escaped.
    """
    title = f"certify gate {result.verdict.value}"
    lines = [_command(_HEADS[result.verdict], title, result.reason)]
    lines += [_command(_kind(one), f"{one.id}: {one.title}", _text(one)) for one in _shown(result)]
    return "\n".join([*lines, ""])


def _shown(result: GateResult) -> list[GateFinding]:
    return [one for one in gate_findings(result) if one.outcome in ("fail", "open", "waived")]


def _kind(one: GateFinding) -> str:
    return "error" if one.blocking else "warning"


def _text(one: GateFinding) -> str:
    return f"{one.message}\n{one.remedy}".strip()


def _command(kind: str, title: str, text: str) -> str:
    """Source: actions/toolkit, packages/core/src/command.ts, escapeData and escapeProperty."""
    return f"::{kind} title={_escape(title, ':,')}::{_escape(text)}"


def _escape(text: str, more: str = "") -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        escaped = escaped.replace(character, f"%{ord(character):02X}")
    return "".join(one if one.isprintable() else "\ufffd" for one in escaped)
