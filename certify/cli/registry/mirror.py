"""``certify registry mirror``: a verified copy of a log's public files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.registry.monitor import LogKey, Place, WitnessPolicy, policy_of
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode


def mirror(
    place: Place,
    folder: Annotated[Path, typer.Argument(help="The copy; made or brought up to date.")],
    log: LogKey,
    policy: WitnessPolicy = None,
    json: Json = False,
) -> int:
    """Copy a log's public files, each verified before it is written; go on where a former copy ended."""
    from certify.trust.note import parse_vkey
    from certify_registry.follow.mirror import mirror_log
    from certify_registry.follow.source import source_of

    key = parse_vkey(log)
    done = mirror_log(source_of(place), folder, key, policy=policy_of(policy, key))
    if json:
        emit_json("registry", {
            "log": done.checkpoint.origin, "size": done.checkpoint.size, "written": done.written, "kept": done.kept,
        })  # fmt: skip
        return int(ExitCode.POSITIVE)
    emit(f"Copied: {done.checkpoint.size} entries of {done.checkpoint.origin}, all verified.", "pass")
    emit(f"{done.written} files written, {done.kept} were there and right.")
    next_step(f"certify registry monitor {folder} --log VKEY --once", "reads the copy as it reads the original")
    return int(ExitCode.POSITIVE)
