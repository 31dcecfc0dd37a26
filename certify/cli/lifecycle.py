"""What revoke, suspend and reinstate have in common."""

from __future__ import annotations

import typer

from certify.cli.options import Context, ask_passphrase
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode
from certify.evidence.certificate import State

VERBS = {State.REVOKED: "revoke", State.SUSPENDED: "suspend", State.REINSTATED: "reinstate"}


def change(context: typer.Context, serial: str, state: State, reason: str, json: bool) -> int:
    """Logs a change of standing and tells where."""
    from certify.pipeline.standing import change_standing
    from certify.pipeline.workspace import Workspace

    home = Context.home(context)
    index = change_standing(Workspace.open(home, ask=ask_passphrase), serial, state, reason)
    if json:
        emit_json(VERBS[state], {"serial": serial, "state": state.value, "reason": reason, "logIndex": index})
    else:
        emit(f"{serial} is {state.value}: {reason}")
        emit(f"Logged at index {index}; who asks the registry learns it now, who holds an old PDF must ask.")
        next_step(f"certify --home {home} verify {serial}")
    return int(ExitCode.POSITIVE)
