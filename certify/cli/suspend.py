"""``certify suspend``: withdraws a certificate, or all that one cause touches, for now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.lifecycle import Cause, Key, change
from certify.cli.options import Context, Json, Yes, ask_passphrase
from certify.cli.registry.impact import print_touched, touched_document
from certify.cli.render import emit, emit_json, next_step
from certify.counting import counted
from certify.errors import ExitCode, UsageError
from certify.evidence.certificate import State
from certify.evidence.lifecycle import Reason

if TYPE_CHECKING:
    from certify_registry.lifecycle.impact import Touched

app = typer.Typer(add_completion=False)


@app.command()
def suspend(
    context: typer.Context,
    serial: Annotated[str | None, typer.Argument(help="One certificate; or use --where for many.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; everybody can read it.")] = None,
    cause: Cause = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=VALUE,...", help="All that this touches, as in `certify registry impact`."),
    ] = None,
    since: Annotated[int, typer.Option(min=0, help="With --where: first log entry of a certificate looked at.")] = 0,
    key: Key = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Withdraw a certificate for now, or all that a cause touches."""
    if (serial is None) is (where is None):
        raise UsageError(
            "CERT-E011", "name one certificate, or with --where what touches several", hint="certify suspend --help"
        )
    if serial is not None:
        return change(context, serial, State.SUSPENDED, reason, json, cause=cause, key=key)
    if reason is None:
        raise UsageError("CERT-E011", "a suspension needs a reason", "", 'give it with --reason "..."')
    return _cascade(Context.home(context), where or [], since, reason, cause, key, yes, json)


def _cascade(
    home: Path, where: list[str], since: int, reason: str, cause: Reason | None, key: str | None, yes: bool, json: bool
) -> int:
    from certify.cli.signing import open_key
    from certify.pipeline.cascading import CAUSES, suspend_each, touched_by
    from certify.pipeline.workspace import Workspace
    from certify_registry.lifecycle.impact import conditions_of

    workspace = Workspace.open(home, ask=ask_passphrase)
    groups = [conditions_of(text) for text in where]
    touched = touched_by(workspace, groups, since=since)
    if not json:
        print_touched(touched)
    if not (yes or _agreed(touched, json)):
        return _dry_run(touched, json)
    signer = open_key(key) if key else None
    code = cause or CAUSES[groups[0][0].kind]
    done: list[tuple[str, int]] = []
    for one, made in suspend_each(workspace, touched, reason, code=code, signer=signer):
        done.append((one.row.serial, made.index))
        if not json:
            emit(f"{one.row.serial} is suspended, log entry {made.index}")
    if json:
        logged = [{"serial": serial, "logIndex": index} for serial, index in done]
        emit_json("suspend", {"reason": reason, "reasonCode": code.value, "touched": touched_document(touched),
                              "suspended": logged})  # fmt: skip
    else:
        emit(f"{counted(len(done), 'certificate')} suspended.")
    return int(ExitCode.POSITIVE)


def _agreed(touched: tuple[Touched, ...], json: bool) -> bool:
    """Whether somebody at a terminal says yes to what was listed."""
    acting = sum(one.can_be_suspended for one in touched)
    return bool(acting) and not json and sys.stdin.isatty() and typer.confirm(f"Suspend {acting} of them?", err=True)


def _dry_run(touched: tuple[Touched, ...], json: bool) -> int:
    acting = sum(one.can_be_suspended for one in touched)
    if json:
        emit_json("suspend", {"dryRun": True, "touched": touched_document(touched), "suspended": []})
    elif acting:
        emit(f"Nothing was changed; {counted(acting, 'certificate')} would be suspended.")
        next_step("the same with --yes")
    else:
        emit("Nothing to suspend.")
    return int(ExitCode.INCOMPLETE if acting else ExitCode.POSITIVE)
