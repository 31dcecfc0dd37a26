"""Checks that one plan may run several times, each time under a name of its own: ``static-benchmark:aime25``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

REPEATABLE = frozenset(
    {
        "static-benchmark",
        "static-fresh-gap",
        "private-set",
        "paired-rewrite",
        "prefix-completion",
        "option-order",
        "option-recall",
        "order-exchangeability",
        "canary",
        "date-split",
        "familiarity",
    }
)
"""Checks that may carry a label behind a colon; all others run once in a plan."""

LABEL = r"[a-z0-9][a-z0-9.-]{0,39}"
"""What may stand behind the colon."""

_LABELLED = re.compile(rf"([a-z][a-z0-9-]*):({LABEL})")


def kind_of(check: str) -> str:
    """The check behind an id: ``static-benchmark`` of ``static-benchmark:aime25``, and any plain id itself."""
    found = _LABELLED.fullmatch(check)
    return found[1] if found and found[1] in REPEATABLE else check


def label_of(check: str) -> str:
    """What stands behind the colon of an id; empty for a plain one."""
    return check[len(kind_of(check)) + 1 :]


def entry_for(check: str, table: Mapping[str, T]) -> T | None:
    """What a table with one entry for each kind of check holds for an id; None where it knows no such kind."""
    return table.get(kind_of(check))
