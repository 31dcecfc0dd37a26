"""What the verbs that change a certificate's standing have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.options import Context, ask_passphrase
from certify.cli.render import emit, emit_json, next_step, paragraph
from certify.errors import ExitCode, UsageError
from certify.evidence.certificate import State
from certify.evidence.lifecycle import Reason

if TYPE_CHECKING:
    from pathlib import Path

    from certify.pipeline.standing import Changed

VERBS = {
    State.REVOKED: "revoke",
    State.SUSPENDED: "suspend",
    State.REINSTATED: "reinstate",
    State.SUPERSEDED: "supersede",
}
ReasonWords = Annotated[str | None, typer.Option(help="Why; everybody can read it.")]


def _cause(example: str) -> Any:
    return typer.Option(metavar="CAUSE", help=f"The cause for programs, such as {example} (docs/life-cycle.md).")


Cause = Annotated[Reason | None, _cause("key_compromise")]
SucceedingCause = Annotated[Reason | None, _cause("renewed")]
ReinstatingCause = Annotated[Reason | None, _cause("resolved")]
Key = Annotated[str | None, typer.Option(metavar="KEY", help="A revoker's key, file or URI; else the workspace's.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="As a second revoker, sign what the first one declared.")]


def change(
    context: typer.Context,
    serial: str,
    state: State,
    reason: str | None,
    json: bool,
    *,
    cause: Reason | None = None,
    superseded_by: str | None = None,
    key: str | None = None,
    confirm: bool = False,
) -> int:
    """Logs a change of standing, or another revoker's signature under one, and tells what it came to."""
    from certify.cli.signing import open_key
    from certify.pipeline.standing import confirm_change, declare_change
    from certify.pipeline.workspace import Workspace

    if confirm is (reason is not None):
        raise UsageError(
            "CERT-E011",
            "--confirm takes no --reason" if confirm else "a change of standing needs a reason",
            "the second revoker signs the first one's words" if confirm else "everybody who asks reads it",
            f"certify {VERBS[state]} {serial} --confirm" if confirm else 'give it with --reason "..."',
        )
    home = Context.home(context)
    workspace, signer = Workspace.open(home, ask=ask_passphrase), open_key(key) if key else None
    if confirm:
        made, reason = confirm_change(workspace, serial, state, signer=signer)
    else:
        made = declare_change(
            workspace, serial, state, reason or "", code=cause, superseded_by=superseded_by, signer=signer
        )
    if json:
        emit_json(VERBS[state], _document(serial, state, reason or "", made))
    else:
        _tell(home, serial, state, reason or "", made)
    return int(ExitCode.INCOMPLETE if _waits(state, made) else ExitCode.POSITIVE)


def _waits(state: State, made: Changed) -> bool:
    """Whether the change counts only once another revoker has signed it, too."""
    return state in (State.REVOKED, State.REINSTATED) and made.found.standing == "suspended"


def _document(serial: str, state: State, reason: str, made: Changed) -> dict[str, object]:
    found = made.found
    more = {"reasonCode": found.reason_code, "supersededBy": found.superseded_by, "waitsFor": found.waits_for or None}
    document = {"serial": serial, "state": state.value, "reason": reason, "logIndex": made.index}
    given = {name: value for name, value in more.items() if value is not None}
    return {**document, "standing": found.standing.value, **given}


def _tell(home: Path, serial: str, state: State, reason: str, made: Changed) -> None:
    verb = VERBS[state]
    if _waits(state, made):
        emit(f"{serial} stays suspended: {reason}" if state is State.REINSTATED else f"{serial} is suspended: {reason}")
        paragraph(
            f"Logged at index {made.index}. One person alone cannot {verb} a certificate here: it counts once another "
            "revoker has signed the same statement."
        )
        next_step(f"certify --home {home} {verb} {serial} --confirm --key KEY", "as the other revoker")
        return
    emit(f"{serial} is {state.value}: {reason}")
    emit(f"Logged at index {made.index}; who asks the registry learns it now, who holds an old PDF must ask.")
    next_step(f"certify --home {home} verify {serial}")
