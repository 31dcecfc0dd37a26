"""``certify gate``: whether a model may be released, for pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from certify.cli.gate.options import Certificate, LockFile, Policy, Serial
from certify.cli.options import Context, Json, MaxStatusAge, MinLevel, Status, StatusList, Trust
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.cli.gate.question import Question

app = typer.Typer(add_completion=False)

CODES: dict[str, ExitCode] = {"open": ExitCode.POSITIVE, "closed": ExitCode.NEGATIVE}
"""Exit codes of verdicts; any other is undecided."""
SUFFIXES = {".json": "json", ".sarif": "sarif", ".xml": "junit", ".txt": "text"}
"""The form of a report by how its file's name ends."""
Format = Literal["text", "sarif", "junit", "github"]


@app.command()
def gate(
    context: typer.Context,
    model: Annotated[Path | None, typer.Argument(help="Model folder or GGUF file that is to be released.")] = None,
    policy: Policy = None,
    certificate: Certificate = None,
    lock: LockFile = None,
    serial: Serial = None,
    identity: Annotated[
        str | None, typer.Option(metavar="SHA256", help="The model's identity, where its files are elsewhere.")
    ] = None,
    trust: Trust = None,
    status: Status = None,
    status_list: StatusList = None,
    max_status_age: MaxStatusAge = None,
    min_level: MinLevel = 0,
    rehash: Annotated[bool, typer.Option("--rehash", help="Read every byte, whatever is remembered.")] = False,
    write_lock: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lock file to write if the gate is open.")
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Also write the answer as .json, .sarif, .xml (JUnit) or .txt; repeat."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = "text",
    json: Json = False,
) -> int:
    """Decide from a certificate whether a model may be released; never runs it.

    Exit status: 0 open, 1 closed, 3 undecided, as where no certificate is at hand.
    """
    from certify.cli.gate.question import Question

    if json and form != "text":
        raise UsageError("CERT-E011", f"--json and --format {form} were given", "stdout holds one document", "give one")
    if wrong := [path for path in report or () if path.suffix not in SUFFIXES]:
        known = ", ".join(SUFFIXES)
        raise UsageError("CERT-E011", f"{wrong[0]} says no form of a report", "the form is told by how the name ends",
                         f"let it end with one of {known}")  # fmt: skip
    question = Question(
        settings=Context.of(context),
        model=model,
        policy=policy,
        certificate=certificate,
        lock_path=lock,
        serial=serial,
        identity=identity,
        trust=trust,
        status=status,
        status_list=status_list,
        max_status_age=max_status_age,
        min_level=min_level,
        rehash=rehash,
    )
    return _answer(question, "json" if json else form, write_lock, report or ())


def _answer(question: Question, form: str, write_lock: Path | None, reports: Sequence[Path]) -> int:
    from certify.cli.gate.answer import answer_question
    from certify.cli.gate.locking import write_lock_file
    from certify.cli.gate.printing import print_answer, report
    from certify.cli.render import say
    from certify.files import write_whole

    answered = answer_question(question)
    written = write_lock_file(write_lock, question, answered) if write_lock else None
    for path in reports:
        write_whole(path, report(question, answered, SUFFIXES[path.suffix], written).encode())
    if form == "text":
        print_answer(question, answered)
    else:
        print(report(question, answered, form, written), end="")
    if written is not None:
        say(f"{written} written: commit it, and give it with --lock")
    return int(CODES.get(answered.result.verdict, ExitCode.INCOMPLETE))
