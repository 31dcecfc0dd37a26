"""How the gate's answer looks: a verdict, what is not met, what was not checked, what comes next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certify.cli.gate.answer import Answered
from certify.cli.gate.question import Question
from certify.cli.gate.supply import supplies, whole_command
from certify.cli.render import checklist, emit, emit_json, fields, headline, next_step, paragraph
from certify.evidence.decision import RuleStatus
from certify.verify.gate_answer import GateResult, GateVerdict
from certify.verify.result import Result

if TYPE_CHECKING:
    from certify.cli.gate.supply import Supply

_STYLES = {GateVerdict.OPEN: "pass", GateVerdict.CLOSED: "fail", GateVerdict.UNDECIDED: "warn"}
_COLOUR = re.compile("\x1b\\[[0-9]*m")
_MARKS = {RuleStatus.NOT_MET: "fail", RuleStatus.MISSING: "warn", RuleStatus.INCONCLUSIVE: "warn"}


def report(question: Question, answered: Answered, form: str, written: Path | None = None) -> str:
    """The answer in one of the forms json, sarif, junit, github and text.

    Args:
        question: what was asked.
        answered: the answer.
        form: one of these names.
        written: the lock file that was written, if one was.
    """
    if form == "json":
        lock = {"lock": str(written)} if written is not None else {}
        return _captured(lambda: emit_json("gate", {**gate_document(question, answered), **lock}))
    if form == "sarif":
        import json

        from certify.export.gate_sarif import gate_sarif

        log = gate_sarif(answered.result, _place(question, answered))
        return json.dumps(log, indent=2, ensure_ascii=False) + "\n"
    if form == "junit":
        from certify.export.gate_junit import gate_junit

        return gate_junit(answered.result)
    if form == "github":
        from certify.export.gate_github import gate_github

        return gate_github(answered.result)
    return _captured(lambda: print_answer(question, answered))


def _captured(printing: Callable[[], None]) -> str:
    """What ``printing`` prints on stdout, for a file: no colour, and plain signs."""
    stream = StringIO()
    with redirect_stdout(stream):
        printing()
    return _COLOUR.sub("", stream.getvalue())  # FORCE_COLOR is for terminals


def gate_document(question: Question, answered: Answered) -> dict[str, Any]:
    """The answer as a JSON object, with the commands that would supply what is missing."""
    supply = [one._asdict() for one in _supplies(question, answered.result)]
    return {**answered.result.document(), "supply": supply}


def print_answer(question: Question, answered: Answered) -> None:
    """Prints the answer for people."""
    result = answered.result
    headline(sentence(result), _STYLES[result.verdict])
    if result.development:
        emit("DEVELOPMENT KEYS: a demonstration, never to be relied on.", "warn")
    emit()
    fields(_facts(question, answered))
    _print_rules(result)
    _print_supply(question, result)
    _print_checks(result)
    next_step(*_next(question, answered))


def sentence(result: GateResult) -> str:
    """The verdict in one line."""
    if result.verdict is not GateVerdict.OPEN:
        return f"{result.verdict.value.upper()}: {result.reason}."
    name = result.model.name if result.model else "the model"
    policy = f"{result.policy.id} {result.policy.version}"
    return f"OPEN: {name} meets {policy} by certificate {result.serial}, until {result.valid_until}."


def _facts(question: Question, answered: Answered) -> list[tuple[str, str]]:
    result, rows = answered.result, list[tuple[str, str]]()
    if result.serial:
        more = f"; one of {answered.others + 1} of this model here" if answered.others else ""
        rows.append(("certificate", f"{result.serial}{more}"))
    if result.certificate_verdict is not None:
        trust = question.trust_file
        print_ = f"{trust.name}, fingerprint {(result.trust_fingerprint or '')[:16]}" if trust else "none"
        level = f", level L{result.level}" if result.level is not None else ""
        rows += [("signer", f"{result.signer or 'unknown'}{level}"), ("trust file", print_)]
    rows.append(("policy", f"{result.policy.id} {result.policy.version}, yours, digest {result.policy.sha256[:16]}"))
    if result.identity:
        rows.append(("model", f"identity {result.identity[:16]}, {_bytes(result)}"))
    return rows


def _bytes(result: GateResult) -> str:
    words = {
        "read": "every byte read",
        "remembered": "digests remembered of files that stood still",
        "named": "given with --identity; no file was read",
        "locked": "from the lock file; no file was read",
    }
    return words.get(result.bytes_from.value, "unknown")


def _print_rules(result: GateResult) -> None:
    open_ = [rule for rule in result.rules if rule.status in _MARKS]
    if not open_:
        return
    emit()
    emit("rules not met, or not shown to be met:")
    ordered = sorted(open_, key=lambda rule: rule.enforcement != "must")
    rows = []
    for rule in ordered:
        weight = "" if rule.enforcement == "must" else " (should)"
        rows.append((_MARKS[rule.status], f"{rule.id}{weight}", f"{rule.title}: {rule.message}"))
    checklist(rows)


def _print_supply(question: Question, result: GateResult) -> None:
    found = _supplies(question, result)
    if not found:
        return
    emit()
    emit("evidence that is missing, and what would supply it here:")
    for one in found:
        paragraph(f"- {', '.join(one.rules)}: {', '.join(one.needs)}", indent=2)
        for command in one.commands:
            emit(f"      {command}")


def _supplies(question: Question, result: GateResult) -> tuple[Supply, ...]:
    return supplies(result.lacks, _model(question), question.policy_source)


def _model(question: Question) -> str:
    return str(question.model) if question.model else "MODEL"


def _print_checks(result: GateResult) -> None:
    failed = [(line.result.value, line.id, line.detail) for line in result.checks if line.result is Result.FAIL]
    skipped = [(line.result.value, line.id, line.detail) for line in result.checks if line.result is Result.SKIP]
    for title, rows in (("wrong:", failed), ("not checked:", [row for row in skipped if row[1] != "policy"])):
        if rows:
            emit()
            emit(title)
            checklist(rows)


def _next(question: Question, answered: Answered) -> tuple[str, str]:
    """The command that comes next, and why."""
    result = answered.result
    model = _model(question)
    if result.certificate_verdict is None:
        return whole_command((), model, question.policy_source), "tests the model here and makes a certificate"
    if result.signer is None and question.trust_file is None:
        return f"certify trust use FILE --fingerprint F --name {shlex.quote('WHO')}", ""
    if result.lacks:
        return whole_command(result.lacks, model, question.policy_source), "supplies all of it here"
    if result.verdict is GateVerdict.OPEN:
        return f"certify guard {_shown(question, answered)} -- COMMAND {model}", "starts a server on these bytes"
    if result.code:
        return f"certify explain {result.code}", ""
    return f"certify show {shlex.quote(str(answered.path))}", ""


def _shown(question: Question, answered: Answered) -> str:
    words = ["--certificate", str(answered.path), "--policy", question.policy_source]
    return shlex.join([*words, *(["--trust", str(question.trust)] if question.trust else [])])


def _place(question: Question, answered: Answered) -> str:
    """The file that a finding is shown at, as a path from here where it lies below."""
    path = question.lock_path or answered.path or Path("certify.lock")
    here = Path.cwd()
    absolute = path.resolve()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else path.as_posix()
