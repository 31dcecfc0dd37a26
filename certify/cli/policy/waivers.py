"""``certify policy waivers``: the exceptions that wait to be used, and those that no longer hold."""

from __future__ import annotations

import typer

from certify.cli.options import Context, Json
from certify.cli.policy.options import Name
from certify.cli.render import checklist, emit, emit_json, next_step
from certify.counting import counted
from certify.errors import ExitCode

MARKS = {"": "pass", "unused": "warn", "not_yet_valid": "warn"}


def list_waivers(context: typer.Context, policy: Name, json: Json = False) -> int:
    """List the waivers a workspace keeps for a policy: in use, unused, expired, too broad.

    Exit status 1 where one does not hold; a decision lists the same of every waiver that changed nothing.
    """
    from certify.decide import read_policy
    from certify.pipeline.clock import now
    from certify.pipeline.waiver_list import standing_waivers
    from certify.pipeline.workspace import Workspace

    found = list(standing_waivers(Workspace.open(Context.home(context)), read_policy(policy), now()))
    if json:
        rows = [
            {
                "file": one.file,
                "waiver": one.waiver.document() if one.waiver else None,
                "model": one.model or None,
                "fault": one.fault or None,
                "words": one.words,
                "usedBy": list(one.used_by),
            }
            for one in found
        ]
        emit_json("policy", {"waivers": rows})
    else:
        checklist(
            [
                (
                    MARKS.get(one.fault, "fail"),
                    one.waiver.rule if one.waiver else one.file,
                    _words(one.words, one.used_by),
                )
                for one in found
            ]
        )
        emit(f"{counted(len(found), 'waiver')} kept for {policy}")
        next_step("certify waive --help")
    return int(ExitCode.NEGATIVE if any(one.fault not in MARKS for one in found) else ExitCode.POSITIVE)


def _words(words: str, used_by: tuple[str, ...]) -> str:
    return f"{words}; used by {', '.join(used_by)}" if used_by else words
