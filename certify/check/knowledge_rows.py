"""What a row of a benchmark says beside question and answer: other names of the answer, and facts that it needs."""

from __future__ import annotations

import json
from typing import Any

from certify.check.benchmark_files import value_at

ALIASES = ("aliases", "answer.aliases", "possible_answers")
"""Columns that hold other names of the answer: a list of texts, or such a list written as JSON."""

HOPS = "hops"
"""Column that holds how many facts an answer puts together."""

MOST_ALIASES = 200
MOST_HOPS = 20


def aliases_of(row: Any) -> tuple[str, ...]:
    """The other names of a row's answer, each once, in the order of the file; empty where it has none."""
    for column in ALIASES:
        found = _listed(value_at(row, column))
        if found:
            return tuple(dict.fromkeys(found))[:MOST_ALIASES]
    return ()


def hops_of(row: Any) -> int | None:
    """How many facts a row's answer puts together; None where the row does not say."""
    found = value_at(row, HOPS)
    if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= MOST_HOPS:
        return found
    return None


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return [one.strip() for one in value if isinstance(one, str) and one.strip()] if isinstance(value, list) else []
