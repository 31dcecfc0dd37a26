"""``certify policy diff``: what changes for a model between two policies, and for the certificates that are out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.options import Context, Json
from certify.cli.render import checklist, emit, emit_json, next_step
from certify.counting import counted
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.decide.compare import Change
    from certify.pipeline.impact import Impact

VERDICTS = {
    "none": "Both ask the same, in the same words.",
    "wording": "Both ask the same; only wording changed.",
    "stricter": "The new policy is stricter: whatever meets it meets the old one.",
    "looser": "The new policy is looser: it asks less than the old one.",
    "different": "The two ask different things: neither is simply stricter.",
}
MARKS = {"stricter": "pass", "looser": "fail", "different": "warn", "wording": "skip"}


def show_changes(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="Shipped id, or path.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Shipped id, or path.")],
    impact: Annotated[
        bool, typer.Option("--impact", help="Also decide the workspace's certificates again under NEW.")
    ] = False,
    json: Json = False,
) -> int:
    """Compare two policies by what they ask: rules, thresholds, checks, clauses; stricter, looser or different.

    Exit status 1 where NEW asks less somewhere, or a certificate in force would not be issued under it.
    """
    from certify.decide import read_policy
    from certify.decide.compare import Effect, comes_to, compare

    before, after = read_policy(old), read_policy(new)
    changes = compare(before, after)
    found = _impact(context, before.policy.id, new) if impact else None
    if json:
        emit_json("policy", _document(changes, comes_to(changes), found))
    else:
        checklist([(MARKS[one.effect], f"{one.where} {one.kind}", f"{_effect(one)}{one.message}") for one in changes])
        emit(VERDICTS[comes_to(changes)])
        if found is not None:
            _print_impact(found, before.policy.id)
        next_step(f"certify policy test {new}")
    looser = any(change.effect is Effect.LOOSER for change in changes)
    return int(ExitCode.NEGATIVE if looser or any(one.flips for one in found or ()) else ExitCode.POSITIVE)


def _effect(change: Change) -> str:
    return "" if change.effect == "wording" else f"{change.effect}: "


def _impact(context: typer.Context, replaces: str, new: str) -> list[Impact]:
    from certify.decide import load_policy
    from certify.pipeline.clock import now
    from certify.pipeline.impact import impact_of
    from certify.pipeline.workspace import Workspace

    return list(impact_of(Workspace.open(Context.home(context)), load_policy(new), replaces, now()))


def _print_impact(found: list[Impact], replaces: str) -> None:
    emit()
    flipped, unread = [one for one in found if one.flips], [one for one in found if one.verdict == "unreadable"]
    checklist([("fail", one.serial, f"{one.verdict}: {_behind(one)}") for one in flipped])
    checklist([("warn", one.serial, one.why) for one in unread])
    known = counted(len(found), "certificate")
    emit(f"{known} in force under {replaces}: {len(flipped)} would not be issued under the new policy")


def _behind(one: Impact) -> str:
    return "; ".join(f"{rule.id} {rule.message}" for rule in one.rules) or "no required rule is met"


def _document(changes: list[Change], effect: str, found: list[Impact] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "effect": effect,
        "changes": [{**one._asdict(), "effect": str(one.effect)} for one in changes],
    }
    if found is not None:
        told["impact"] = [
            {
                "serial": one.serial,
                "model": one.model,
                "issuedUnder": one.issued_under,
                "verdict": one.verdict,
                "flips": one.flips,
                "rules": [rule.document() for rule in one.rules],
                "why": one.why,
            }
            for one in found
        ]
    return told
