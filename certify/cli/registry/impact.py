"""``certify registry impact``: which certificates a key, benchmark, engine, policy or dataset touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, listing, next_step
from certify.counting import counted
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify_registry.lifecycle.impact import Touched


def impact(
    context: typer.Context,
    key: Annotated[str | None, typer.Option(help="A key's id, or its first 8 digits or more.")] = None,
    benchmark: Annotated[str | None, typer.Option(help="A benchmark's name, or its file's SHA-256.")] = None,
    engine: Annotated[str | None, typer.Option(help="An engine, or a library with versions: 'vllm<0.31'.")] = None,
    policy: Annotated[str | None, typer.Option(help="A policy's id, id@version, or digest.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Training data, by name or digest.")] = None,
    since: Annotated[int, typer.Option(min=0, help="First log entry of a certificate that is looked at.")] = 0,
    json: Json = False,
) -> int:
    """List the certificates that rest on something that went wrong, with why; changes nothing."""
    from certify.pipeline.cascading import touched_by
    from certify.pipeline.workspace import Workspace
    from certify_registry.lifecycle.impact import Condition

    given = {"key": key, "benchmark": benchmark, "engine": engine, "policy": policy, "dataset": dataset}
    conditions = [Condition(kind, value) for kind, value in given.items() if value is not None]
    touched = touched_by(Workspace.open(Context.home(context)), [conditions], since=since)
    if json:
        emit_json("registry", {"conditions": [one._asdict() for one in conditions],
                               "touched": touched_document(touched)})  # fmt: skip
        return int(ExitCode.POSITIVE)
    print_touched(touched)
    if any(one.can_be_suspended for one in touched):
        where = ",".join(f"{kind}={value}" for kind, value in conditions)
        next_step(f"certify suspend --where '{where}' --reason TEXT", "lists them again and asks first")
    return int(ExitCode.POSITIVE)


def touched_document(touched: tuple[Touched, ...]) -> list[dict[str, Any]]:
    """The certificates as programs read them."""
    return [
        {"serial": one.row.serial, "name": one.row.model_name, "logIndex": one.row.log_index,
         "standing": one.standing, "causes": list(one.causes)}
        for one in touched
    ]  # fmt: skip


def print_touched(touched: tuple[Touched, ...]) -> None:
    """Prints each certificate with how it stands and why it is touched."""
    listing([
        (one.row.serial, f"{one.standing.replace('_', ' ')}: {one.row.model_name}", "; ".join(one.causes))
        for one in touched
    ])  # fmt: skip
    emit(f"{counted(len(touched), 'certificate')} touched.")
    if not touched:
        emit("No certificate names that; a misspelt name looks the same.")
