"""What audited public families are known by: digests of their first problems, and floors.

``python -m certify.check.public.floor`` prints the table that ships as ``certify/evidence/floors/public.json``; it
needs the library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from certify.check.families.floor import Floor, common_bank
from certify.check.floors import ITEMS, best_of
from certify.check.public import LIBRARY_VERSION, PUBLIC, PublicItem
from certify.check.public.base import QuestionResponder
from certify.check.public.drawing import GOLDEN_ITEMS, GOLDEN_SEED, digest, draw_public
from certify.errors import InternalError
from certify.evidence.floors import floor_table
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/public/floor/v1").digest()
OTHERS = 200
HIGHEST = 0.10
"""A family whose floor lies above fails the audit."""


def public_floors() -> dict[str, Floor]:
    """The frozen floor of each public family.

    Raises:
        InternalError: CERT-E069, the shipped table lacks a family or has another version of it.
    """
    table = floor_table("public")
    for name, family in PUBLIC.items():
        row = table["families"].get(name, {})
        if table["library"] != LIBRARY_VERSION or row.get("version") != family.version:
            raise InternalError(
                "CERT-E069",
                f"the table public.json has no floor for version {family.version} of {name}",
                hint="run python -m certify.check.public.floor and ship its output",
            )
    return {name: Floor(**table["families"][name]["floor"]) for name in PUBLIC}


def floor_of(family: str, items: Sequence[PublicItem], others: Sequence[PublicItem]) -> Floor:
    """The best of the responders that skip the reasoning."""
    stream, maker = Stream(SEED, f"nulls/{family}"), PUBLIC[family]
    golds, known = ([maker.spoken(one.gold) for one in part] for part in (items, others))
    return _best(family, items, common_bank(golds, known, stream) | maker.nulls(stream))


def partial_of(family: str, items: Sequence[PublicItem]) -> Floor | None:
    """The best of those that do a part of it; None where none is known."""
    bank = PUBLIC[family].partial_solvers(Stream(SEED, f"partial/{family}"))
    return _best(family, items, bank) if bank else None


def row_of(family: str) -> dict[str, object]:
    """One row of the table, computed afresh."""
    golden = draw_public(GOLDEN_SEED, {family: GOLDEN_ITEMS}, purpose="golden", known=False)[family]
    items = draw_public(SEED, {family: ITEMS}, purpose="floor", known=False)[family]
    others = draw_public(SEED, {family: OTHERS}, purpose="others", known=False)[family]
    partial = partial_of(family, items)
    row: dict[str, object] = {
        "version": PUBLIC[family].version,
        "golden": digest(golden),
        "floor": vars(floor_of(family, items, others)),
    }
    return row | ({"partial": vars(partial)} if partial else {})


def table() -> str:
    """The text of ``certify/evidence/floors/public.json``, computed afresh."""
    rows = {name: row_of(name) for name in PUBLIC}
    return json.dumps({"library": LIBRARY_VERSION, "families": rows}, indent=1) + "\n"


def _best(family: str, items: Sequence[PublicItem], bank: Mapping[str, QuestionResponder]) -> Floor:
    verify = PUBLIC[family].verify
    scores = {name: sum(verify(respond(one.question), one.gold) for one in items) for name, respond in bank.items()}
    return best_of(scores, len(items))


if __name__ == "__main__":
    print(table(), end="")
