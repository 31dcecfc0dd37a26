"""``certify policy explain``: a policy rule by rule, or why a run or certificate came to its verdict."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode, UsageError
from certify.evidence.certificate import SERIAL_PATTERN
from certify.verify.words.rules import binding_words

if TYPE_CHECKING:
    from certify.decide.why import RuleReason, Seen
    from certify.pipeline.explaining import Behind


def explain_rules(
    context: typer.Context,
    policy: Annotated[
        str | None, typer.Argument(metavar="POLICY", help="Shipped id, or path; left out with --of.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(metavar="RUN|CERT", help="Explain the verdict of a run, a serial, a PDF or a bundle.")
    ] = None,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="Only this rule.")] = None,
    json: Json = False,
) -> int:
    """Read a policy rule by rule; or, with --of, why a verdict came out: values seen, thresholds, evidence.

    With --of it shows what the files say; `certify verify` tells whether to believe them.
    """
    if (policy is None) == (of is None):
        raise UsageError(
            "CERT-E011",
            "name either a policy or, with --of, a run or certificate",
            "a verdict is explained by the policy that came to it, which is in the run or certificate",
            "certify policy explain starter; or: certify policy explain --of RUN",
        )
    return _verdict(Context.home(context), of, rule, json) if of is not None else _policy(str(policy), rule, json)


def _policy(policy: str, only: str | None, json: bool) -> int:
    from certify.decide import explain, read_policy

    told = explain(read_policy(policy))
    rules = [rule for rule in told.rules if only in (None, rule.id)]
    _require_rule(only, [rule.id for rule in told.rules])
    if json:
        emit_json("policy", {"policy": {**told._asdict(), "rules": [rule._asdict() for rule in rules]}})
        return int(ExitCode.POSITIVE)
    for rule in rules:
        emit(f"{rule.id} ({rule.enforcement}, {rule.severity})", "bold")
        paragraph(rule.title, indent=2)
        values = ", ".join(f"{name} = {value}" for name, value in rule.params.items())
        supported = ", ".join(str(clause["reference"]) for clause in rule.clauses)
        rows = [("met", rule.met), ("not met", rule.not_met), ("otherwise", rule.otherwise), ("with", values)]
        rows += [("remedy", rule.remedy), ("waiver", "" if rule.waivable else "nobody may waive it")]
        rows += [("supports", supported)]
        fields([(name, value) for name, value in rows if value], indent=2)
        emit()
    next_step(f"certify policy test {policy}")
    return int(ExitCode.POSITIVE)


def _verdict(home: Path, subject: str, only: str | None, json: bool) -> int:
    from certify.decide.why import reasons

    behind = _behind(home, subject)
    told = reasons(behind.policy, behind.decision, behind.statements)
    _require_rule(only, [reason.outcome.id for reason in told])
    shown = [reason for reason in told if only in (None, reason.outcome.id)]
    decision = behind.decision
    if json:
        document = {
            "verified": False,
            "verdict": decision.verdict.value,
            "policy": decision.policy.document(),
            "decidedAt": decision.decided_at,
            "rules": [_document(reason) for reason in shown],
        }
        emit_json("policy", document)
        return int(ExitCode.POSITIVE)
    under = f"{decision.policy.id} {decision.policy.version}"
    emit(f"{decision.verdict.value.upper()} under {under}, decided {decision.decided_at}", "bold")
    for reason in shown:
        emit()
        _print(reason)
    if _is_certificate(subject):
        next_step(f"certify verify {subject} --trust FILE", "whether to believe it")
    else:
        next_step(f"certify show {subject}", "the whole of the run")
    return int(ExitCode.POSITIVE)


def _behind(home: Path, subject: str) -> Behind:
    from certify.pipeline.explaining import behind_certificate, behind_run
    from certify.pipeline.workspace import Workspace

    if re.match(SERIAL_PATTERN, subject):
        return behind_certificate(home / "certificates" / f"{subject}.json")
    if Path(subject).is_file():
        return behind_certificate(Path(subject))
    return behind_run(Workspace.open(home).run_folder(subject))


def _is_certificate(subject: str) -> bool:
    """Whether a serial or a file is named, which ``verify`` can read, and not a run."""
    return bool(re.match(SERIAL_PATTERN, subject)) or Path(subject).is_file()


def _print(reason: RuleReason) -> None:
    outcome = reason.outcome
    emit(f"{outcome.id} {outcome.status.replace('_', ' ')} ({binding_words(outcome)}, {outcome.severity})", "bold")
    paragraph(f"{outcome.title}.", indent=2)
    rows = [(_FIELDS[field], text) for field, text in reason.expressions.items()]
    rows += [(name, f"= {value}") for name, value in ((f"params.{name}", v) for name, v in outcome.expected.items())]
    rows += [("seen", _seen(seen)) for seen in reason.seen]
    rows += [("so", outcome.message)]
    fields(rows, indent=2)


_FIELDS = {
    "when": "asked where",
    "assert": "met where",
    "refute": "not met where",
    "inconclusive_when": "unclear where",
}


def _seen(seen: Seen) -> str:
    value = "no value" if seen.value is None else str(seen.value)
    place = f"  [{seen.statement} {seen.payload_sha256[:12]} {seen.pointer}".rstrip() + "]" if seen.statement else ""
    return f"{seen.name} = {value}{place}"


def _document(reason: RuleReason) -> dict[str, Any]:
    outcome = {name: value for name, value in reason.outcome.document().items() if name != "observed"}
    seen = [
        {
            "name": one.name,
            "value": one.value,
            "statement": one.statement or None,
            "payloadSha256": one.payload_sha256 or None,
            "pointer": one.pointer or None,
        }
        for one in reason.seen
    ]
    return {**outcome, "expressions": reason.expressions, "seen": seen}


def _require_rule(only: str | None, known: list[str]) -> None:
    if only is not None and only not in known:
        raise UsageError("CERT-E011", f"the policy has no rule {only!r}", hint=f"its rules: {', '.join(known)}")
