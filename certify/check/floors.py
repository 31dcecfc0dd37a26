"""Floors of checks with generators of their own: the best of a bank of answerers without reasoning, measured once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from certify.check.families.floor import Floor
from certify.errors import InternalError
from certify.evidence.floors import floor_table
from certify.statistics import clopper_pearson_upper

ITEMS = 2_000
"""Items behind each shipped floor."""
LEVEL = 0.95


def best_of(scores: Mapping[str, int], items: int) -> Floor:
    """The floor that follows from how many items each null responder got right; ties go to the first name.

    Source: one-sided Clopper-Pearson bound of the best, as for the families of fresh problems.
    """
    best = max(sorted(scores), key=lambda name: scores[name])
    upper = clopper_pearson_upper(scores[best], items, LEVEL)
    return Floor(best, scores[best], items, min(math.ceil(upper * 10_000) / 10_000, 1.0))


def shipped_floors(package: str, version: int) -> dict[int, Floor]:
    """The frozen floors of a generator by level.

    Args:
        package: where it is made; ``python -m <package>.floor`` writes its table in ``certify/evidence/floors``.
        version: version of the generator.

    Raises:
        InternalError: CERT-E069, the table is of another version.
    """
    return _shipped(package, version, "floor")


def shipped_partials(package: str, version: int) -> dict[int, Floor]:
    """The frozen shares of answerers that do a part of what is asked, by level.

    Args, Raises:
        as :func:`shipped_floors`.
    """
    return _shipped(package, version, "partial")


def _shipped(package: str, version: int, rows: str) -> dict[int, Floor]:
    table = floor_table(package.rpartition(".")[2])
    if table.get("version") != version:
        raise InternalError(
            "CERT-E069",
            f"{package} has no floor for version {version} of its generator",
            hint=f"run python -m {package}.floor and ship its output",
        )
    return {int(level): Floor(**row) for level, row in table[rows].items()}


def table_text(version: int, floors: Mapping[int, Floor], partials: Mapping[int, Floor] | None = None) -> str:
    """The text of a table, with the shares of partial answerers where there are any."""
    tables = {"floor": floors} | ({"partial": partials} if partials else {})
    rows = {name: {str(level): vars(one) for level, one in table.items()} for name, table in tables.items()}
    return json.dumps({"version": version, **rows}, indent=1) + "\n"
