"""``certify registry hammer``: load and correctness, on a registry that is thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.registry.import_ import Objects
from certify.cli.render import emit, emit_json, fields, paragraph
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify_registry.hammering import Hammered

_WORDS = {
    "acknowledged": "acknowledged",
    "perSecond": "a second",
    "medianMs": "median, ms",
    "p99Ms": "99 of 100 within, ms",
    "repeated": "there before",
    "sentAway": "told to come again",
    "proofsVerified": "proofs verified",
    "checkpointsVerified": "checkpoints verified",
}


def hammer(
    clients: Annotated[int, typer.Option(min=1, max=4096, help="Clients that append at once.")] = 64,
    readers: Annotated[int, typer.Option(min=0, max=64, help="Readers that verify meanwhile.")] = 2,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long.")] = 5.0,
    processes: Annotated[int, typer.Option(min=0, max=64, help="Processes that check signatures.")] = 0,
    to: Annotated[str | None, typer.Option(metavar="PLACE", help="An empty database, postgresql://...")] = None,
    objects: Objects = None,
    json: Json = False,
) -> int:
    """Load test: many clients append nonsense while readers verify every proof; then the whole registry is checked.

    Without --to it writes to a temporary folder, which is deleted at the end.
    """
    from certify.pipeline.hammering import hammered

    found = hammered(to, objects, clients=clients, readers=readers, seconds=seconds, processes=processes)
    if json:
        emit_json("registry", _facts(found) | {"faults": found.faults})
        return int(ExitCode.NEGATIVE if found.faults else ExitCode.POSITIVE)
    fields([(_WORDS[name], f"{value:,}") for name, value in _facts(found).items()], indent=0)
    for fault in found.faults[:20]:
        paragraph(fault)
    good = "Nothing acknowledged was lost, and every proof held."
    emit(f"{len(found.faults)} faults." if found.faults else good, "fail" if found.faults else "pass")
    return int(ExitCode.NEGATIVE if found.faults else ExitCode.POSITIVE)


def _facts(found: Hammered) -> dict[str, int | float]:
    return {
        "acknowledged": len(found.latencies),
        "perSecond": round(found.rate),
        "medianMs": round(found.latency(0.5) * 1000, 1),
        "p99Ms": round(found.latency(0.99) * 1000, 1),
        "repeated": found.repeated,
        "sentAway": found.sent_away,
        "proofsVerified": found.proofs,
        "checkpointsVerified": found.checkpoints,
    }
