"""``certify guard``: verifies a model's certificate, then becomes the command that serves it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli import NO_PLUGINS, PLUGINS
from certify.cli.gate.options import Certificate, LockFile, Policy, Serial
from certify.cli.options import Context, Json, MaxStatusAge, MinLevel, Status, Trust
from certify.cli.render import emit, emit_json, say
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.cli.gate.answer import Answered
    from certify.cli.gate.question import Question
    from certify.identify.holding import HeldModel
    from certify.verify.result import CheckLine

app = typer.Typer(add_completion=False)


@app.command()
def guard(
    context: typer.Context,
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND...", help="Server to start; {model} stands for the model's path.")
    ],
    model: Annotated[
        Path | None, typer.Option(help="Model folder or GGUF file; the one that the command names when absent.")
    ] = None,
    policy: Policy = None,
    certificate: Certificate = None,
    lock: LockFile = None,
    serial: Serial = None,
    trust: Trust = None,
    status: Status = None,
    max_status_age: MaxStatusAge = None,
    min_level: MinLevel = 0,
    stage: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Serve a read-only copy, made here, instead of the folder.")
    ] = None,
    outside_scope: Annotated[
        bool, typer.Option("--outside-scope", help="Start it although it leaves the tested conditions.")
    ] = False,
    json: Json = False,
) -> int:
    """Verify a model's certificate, then start a server on exactly those bytes.

    The command's exit status is passed on. Exit status where nothing is started: as for `certify gate`.
    """
    from certify.cli.gate.question import Question
    from certify.pipeline.guarding import named_model, require_program

    found = named_model(command, model)
    require_program(command)
    question = Question(
        settings=Context.of(context),
        model=found,
        policy=policy,
        certificate=certificate,
        lock_path=lock,
        serial=serial,
        trust=trust,
        status=status,
        max_status_age=max_status_age,
        min_level=min_level,
    )
    return _guarded(question, command, stage, outside_scope, json)


def _guarded(question: Question, command: list[str], stage: Path | None, outside: bool, json: bool) -> int:
    from certify.cli.gate.answer import answer_question, bytes_in
    from certify.cli.progress import reading
    from certify.identify.holding import HeldModel
    from certify.verify.gate_answer import GateVerdict

    model = question.model or Path()
    _ = question.loaded_policy, question.trust_file  # whatever is wrong with these is said before hours of reading
    with reading("Reading the model") as progress, HeldModel(model, progress) as held:
        answered = answer_question(question, bytes_in(held.present, model))
        if answered.result.verdict is not GateVerdict.OPEN:
            return _refuse(question, answered, json)
        if stage is None:
            return _start(question, answered, held, command, outside, json)
    return _staged(question, answered, held, command, stage, outside, json)


def _staged(
    question: Question, answered: Answered, held: HeldModel, command: list[str], stage: Path, outside: bool, json: bool
) -> int:
    from certify.cli.progress import reading
    from certify.pipeline.guarding import stage_model

    if question.model is not None and stage.resolve().is_relative_to(question.model.resolve()):
        raise UsageError("CERT-E011", f"{stage} lies inside the model", "a copy there would change it",
                         "name a folder elsewhere")  # fmt: skip
    with reading("Copying the model") as progress, stage_model(held.present, stage, progress) as copy:
        return _start(question, answered, copy, command, outside, json)


def _start(
    question: Question, answered: Answered, held: HeldModel, command: list[str], outside: bool, json: bool
) -> int:
    """Becomes the command; returns only where it leaves the tested conditions."""
    from certify.cli.gate.printing import sentence
    from certify.pipeline.guarding import become, with_model
    from certify.verify.result import Result
    from certify.verify.scope import check_scope

    tested = answered.result.configuration
    placed = with_model(command, question.model or held.place, held.place)
    scope = check_scope(placed, tested, str(held.place)) if tested else None
    if scope is not None and scope.result is Result.FAIL and not outside:
        return _leaves(answered, scope, json)
    say(sentence(answered.result))
    if answered.result.development:
        say("DEVELOPMENT KEYS: a demonstration, never to be relied on.")
    if scope is not None:
        say(f"  scope: {scope.detail}" + ("; started all the same, as you asked" if scope.code else ""))
    for line in answered.result.checks:
        if line.result is Result.SKIP:
            say(f"  not checked: {line.id}: {line.detail}")
    say(f"starting {placed[0]} on {held.place}")
    if os.environ.get(PLUGINS) == NO_PLUGINS:
        del os.environ[PLUGINS]  # ours, and nothing to the server
    return become(placed, held)


def _refuse(question: Question, answered: Answered, json: bool) -> int:
    from certify.cli.gate.command import CODES
    from certify.cli.gate.printing import gate_document, print_answer

    if json:
        emit_json("guard", {"started": False, **gate_document(question, answered)})
    else:
        print_answer(question, answered)
        emit("nothing was started")
    return int(CODES.get(answered.result.verdict, ExitCode.INCOMPLETE))


def _leaves(answered: Answered, scope: CheckLine, json: bool) -> int:
    from certify.cli.render import headline, next_step

    if json:
        emit_json("guard", {"started": False, "verdict": "closed", "reason": scope.detail, "code": scope.code,
                            "serial": answered.result.serial})  # fmt: skip
    else:
        headline(f"CLOSED: {scope.detail}.", "fail")
        emit("nothing was started")
        next_step(f"certify explain {scope.code}")
    return int(ExitCode.NEGATIVE)
