"""Floors of checks with generators of their own: the best of a bank of answerers without reasoning, measured once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.resources import files

from certify.check.families.floor import Floor
from certify.errors import InternalError
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
        package: where its ``floors.json`` lies; ``python -m <package>.floor`` writes it.
        version: version of the generator.

    Raises:
        InternalError: CERT-E069, the table is of another version.
    """
    table = json.loads((files(package) / "floors.json").read_text(encoding="utf-8"))
    if table.get("version") != version:
        raise InternalError(
            "CERT-E069",
            f"{package} has no floor for version {version} of its generator",
            hint=f"run python -m {package}.floor and ship its output",
        )
    return {int(level): Floor(**row) for level, row in table["floor"].items()}


def table_text(version: int, floors: Mapping[int, Floor]) -> str:
    """The text of a ``floors.json``."""
    rows = {str(level): vars(floor) for level, floor in floors.items()}
    return json.dumps({"version": version, "floor": rows}, indent=1) + "\n"
