"""``certify registry cosign``: witnesses are asked for their cosignatures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import checklist, emit, emit_json, next_step
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.trust.tlog_policy import TlogPolicy
    from certify_registry.witness.asking import Cosigned


def cosign(
    context: typer.Context,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask these from now on (c2sp.org/tlog-policy, with addresses).")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Ask nobody any more.")] = False,
    json: Json = False,
) -> int:
    """Ask the log's witnesses to cosign its newest checkpoint, and publish it with what they answer."""
    from certify.files import read_file
    from certify.pipeline.cosigning import choose_witnesses, cosign_log, witnesses_of
    from certify.pipeline.workspace import Workspace
    from certify.trust.tlog_policy import MAX_POLICY

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    if off:
        choose_witnesses(workspace, None)
        if json:
            emit_json("registry", {"witnesses": []})
        else:
            emit("Nobody is asked any more; cosignatures given before still count.")
        return int(ExitCode.POSITIVE)
    if policy is not None:
        choose_witnesses(workspace, read_file(policy, max_bytes=MAX_POLICY).decode("utf-8", "surrogateescape"))
    with workspace.writing() as registry:
        asked = witnesses_of(workspace, registry.vkey)
        found = cosign_log(workspace)
    if asked is None or found is None:
        hint = "certify registry cosign --policy FILE, with lines such as: witness NAME VKEY URL"
        raise UsageError("CERT-E011", "this workspace asks no witnesses", "nobody has named any", hint)
    _tell(asked, found, json)
    return int(ExitCode.POSITIVE if found.state.satisfied and found.published else ExitCode.INCOMPLETE)


def _tell(policy: TlogPolicy, found: Cosigned, json: bool) -> None:
    from certify.trust.witnessed import time_text

    times = {name: time_text(time) for name, time in sorted(found.state.times.items())}
    troubles = dict(found.troubles)
    if json:
        emit_json("registry", {
            "size": found.state.checkpoint.size, "quorum": policy.quorum, "satisfied": found.state.satisfied,
            "published": found.published, "cosigned": times, "silent": troubles, "checkpoint": found.note,
        })  # fmt: skip
        return
    size = found.state.checkpoint.size
    size = found.state.checkpoint.size
    rows = [
        ("pass", name, f"cosigned {size} entries at {time}") for name, time in times.items() if name not in troubles
    ]
    for name, why in troubles.items():
        earlier = f"; what it said at {times[name]} counts" if name in times else ""
        rows.append(("skip" if earlier else "fail", name, why + earlier))
    checklist(rows)
    emit()
    needed = "no quorum is asked for" if policy.quorum == "none" else f"the quorum {policy.quorum!r}"
    if not found.published:
        emit("The log grew each time the witnesses were asked, so this is its newest checkpoint no more.", "fail")
        next_step("certify registry cosign", "when fewer statements are logged at once")
    elif found.state.satisfied:
        emit(f"Cosigned: {needed}{'' if policy.quorum == 'none' else ' is met'}.", "pass")
        next_step("certify trust make NEXT --from FILE --witness VKEY --quorum N", "readers then insist on it")
    else:
        emit(f"Too few: {needed} is not met. Nothing is lost; what is logged stays logged.", "fail")
        next_step("certify registry cosign", "once they answer")
