"""``certify registry search``: finds certificates by what people know of them."""

from __future__ import annotations

from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, listing
from certify.counting import counted
from certify.errors import ExitCode
from certify.trust.status import Lifecycle


def search(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="Part of a model's or issuer's name, or a serial.")] = None,
    model: Annotated[str | None, typer.Option(help="Identity of the model, SHA-256.")] = None,
    issuer: Annotated[str | None, typer.Option(help="The issuer's whole name.")] = None,
    policy: Annotated[str | None, typer.Option(help="The policy's id, or id@version.")] = None,
    status: Annotated[Lifecycle | None, typer.Option(help="Only certificates that stand so now.")] = None,
    digest: Annotated[str | None, typer.Option(help="Any SHA-256 it names: model, data, policy, key, PDF.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    json: Json = False,
) -> int:
    """Find certificates by name, issuer, policy, digest and standing, newest first."""
    from certify.pipeline.clock import now
    from certify.pipeline.workspace import Workspace
    from certify_registry import Question

    given = {"model": model.lower() if model else None, "issuer": issuer, "policy": policy}
    question = Question(
        text=text, digest=digest, terms=tuple((kind, value) for kind, value in given.items() if value is not None)
    )
    with Workspace.open(Context.home(context)).reading() as registry:
        found = registry.find(question, status=status.value if status else None, now=now(), limit=limit)
    if json:
        emit_json("registry", {"certificates": [
            {"serial": one.row.serial, "name": one.row.model_name, "model": one.row.model_identity,
             "standing": one.standing, "validUntil": one.row.valid_until, "logIndex": one.row.log_index}
            for one in found
        ]})  # fmt: skip
    else:
        listing([
            (one.row.serial, f"{one.standing.replace('_', ' ')}: {one.row.model_name}",
             f"until {one.row.valid_until[:10]}, model {one.row.model_identity[:16]}, log entry {one.row.log_index}")
            for one in found
        ])  # fmt: skip
        emit(counted(len(found), "certificate") + (" or more" if len(found) == limit else ""))
    return int(ExitCode.POSITIVE)
