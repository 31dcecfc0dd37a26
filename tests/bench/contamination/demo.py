"""The two demo models before the gating tests, over many seeds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from certify.statistics import printed_holm
from tests.bench.contamination.detectors import completion_p, rewrite_p

ALPHA = 0.01


class Outcome(NamedTuple):
    """How many seeds each test found a model at, at ``ALPHA`` corrected for both."""

    model: str
    seeds: int
    by_rewrites: int
    by_completions: int
    by_both: int
    by_none: int


def p_values(data: dict[str, Any]) -> list[dict[str, float]]:
    """Of both tests at each seed, corrected for both."""
    random, found = np.random.default_rng(0), []
    for row in data["seeds"]:
        pairs = zip(row["original"], row["rewrite"], strict=True)
        items = [{"samples": 1, "original": first, "rewrite": second} for first, second in pairs]
        plain = {
            "paired-rewrite": rewrite_p(items, (), random),
            "prefix-completion": completion_p(data["endings"], row["control"], random),
        }
        found.append(printed_holm(plain))
    return found


def outcome(data: dict[str, Any]) -> Outcome:
    """Counts over all seeds."""
    pairs = [(p["paired-rewrite"] <= ALPHA, p["prefix-completion"] <= ALPHA) for p in p_values(data)]
    return Outcome(
        data["model"], len(pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs),
        sum(a and b for a, b in pairs), sum(not (a or b) for a, b in pairs),
    )  # fmt: skip
