"""The detectors as functions of what a twin answered: one thin layer above the rules that certify itself decides by.

Two kinds. A test takes the answers on a set of things that may have been read, and gives a p-value. A score takes one
item and gives a number that is higher where the item looks more familiar.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from certify.statistics import (
    boschloo_p_value,
    guessing_p_value,
    margin_p_value,
    paired_differences,
    permutation_p_value,
)
from tests.bench.contamination.observing import cut
from tests.bench.contamination.world import CANARY_GUESS, DYE_GUESS

Row = dict[str, Any]
Rows = Sequence[Row]
Random = np.random.Generator
MARGIN = 0.02
"""Gap between published and rewritten items that is not yet held against a model."""
NEAR = 0.9
DRAWS = 999
"""Random choices of a published order, at the level .01."""
FAMILIAR_SHARE = 0.2
"""Least likely tokens that Min-K% looks at."""


class Test(NamedTuple):
    """A detector with a p-value."""

    name: str
    gating: bool
    kind: str
    """The part of the answers that it reads."""
    control: int
    """Held-out things beside which the set is put; 0 where it needs none."""
    p_value: Callable[[Rows, Rows, Random], float]
    null: Callable[[Rows, Random], Rows]
    """The same rows with the part drawn again that chance alone decides."""


def rewrite_p(rows: Rows, _control: Rows, _random: Random) -> float:
    """``paired-rewrite``: more right answers to items than to their rewrites, beyond the margin."""
    samples = rows[0]["samples"]
    originals, rewrites = [row["original"] for row in rows], [row["rewrite"] for row in rows]
    return margin_p_value(paired_differences(originals, samples, rewrites, samples), MARGIN)


def swapped(rows: Rows, random: Random) -> Rows:
    """Which of an item and its rewrite counts as published, drawn anew."""
    turned = random.integers(0, 2, len(rows))
    return [
        {**row, "original": row["rewrite"], "rewrite": row["original"]} if turn else row
        for row, turn in zip(rows, turned, strict=True)
    ]


def same(rows: Rows, _random: Random) -> Rows:
    """Nothing to be drawn again: which rows are taken is the chance."""
    return rows


@cache
def completed(question: str, ending: str) -> bool:
    """Whether the words after the cut are the words that the model went on with, or nearly."""
    wanted = _words(cut(question)[1])
    given = _words(ending)[: len(wanted)]
    return SequenceMatcher(None, wanted, given, autojunk=False).ratio() >= NEAR


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text.lower()).split()


_boschloo = cache(boschloo_p_value)
_guessing = cache(guessing_p_value)


def completion_p(rows: Rows, control: Rows, _random: Random) -> float:
    """``prefix-completion``: more completed than of held-out items."""
    hits, others = (sum(completed(row["question"], row["ending"]) for row in part) for part in (rows, control))
    return _boschloo(hits, len(rows), others, len(control))


def planted_p(rows: Rows, _control: Rows, _random: Random) -> float:
    """``canary``: more secrets told than can be guessed."""
    chance = {"canary": CANARY_GUESS, "dye": DYE_GUESS}[rows[0]["kind"]]
    hits = sum(row["answer"].strip().startswith(row["secret"].strip()) for row in rows)
    return _guessing(hits, len(rows), chance)


def other_secrets(rows: Rows, random: Random) -> Rows:
    """Secrets drawn anew: those of operators whose plants the model never met."""
    made = []
    for row in rows:
        if row["kind"] == "dye":
            secret = "ABCD"[random.integers(4)]
        else:
            secret = " ".join(str(digit) for digit in random.integers(0, 10, 4))
        made.append({**row, "secret": secret})
    return made


def order_p(rows: Rows, _control: Rows, random: Random) -> float:
    """``order-exchangeability``: the published order of runs is likelier than others of the same run."""
    scores = np.array([row["scores"] for row in rows])
    lifts = scores - scores.mean(axis=1, keepdims=True)
    drawn = lifts[np.arange(len(lifts))[None, :], random.integers(0, lifts.shape[1], (DRAWS, len(lifts)))].sum(axis=1)
    return permutation_p_value(int((drawn >= lifts[:, 0].sum() - 1e-9).sum()), DRAWS)


def other_order(rows: Rows, random: Random) -> Rows:
    """Which order counts as the published one, drawn anew."""
    made = []
    for row in rows:
        place, scores = int(random.integers(len(row["scores"]))), list(row["scores"])
        scores[0], scores[place] = scores[place], scores[0]
        made.append({**row, "scores": scores})
    return made


def options_p(rows: Rows, control: Rows, random: Random) -> float:
    """``option-order``: the published order of options ranks higher than that of held-out items."""
    ranks = np.array([_rank(row["scores"]) for row in (*rows, *control)])
    orders = np.argsort(random.random((DRAWS, len(ranks))), axis=1)[:, : len(rows)]
    return permutation_p_value(int((ranks[orders].sum(axis=1) >= ranks[: len(rows)].sum()).sum()), DRAWS)


def _rank(scores: Sequence[float]) -> int:
    """Twice the number of other orders that the published one beats, ties by half."""
    return sum(2 * (scores[0] > other) + (scores[0] == other) for other in scores[1:])


TESTS = (
    Test("paired-rewrite", True, "items", 0, rewrite_p, swapped),
    Test("prefix-completion", True, "items", 200, completion_p, same),
    Test("canary", True, "canary", 0, planted_p, other_secrets),
    Test("dye", True, "dye", 0, planted_p, other_secrets),
    Test("order-exchangeability", False, "runs", 0, order_p, other_order),
    Test("option-order", False, "choices", 40, options_p, same),
)


def likelihood(row: Row) -> float:
    """Mean log-probability of a token."""
    return math.fsum(row["logprobs"]) / len(row["logprobs"])


def least_likely(row: Row) -> float:
    """Min-K%: the mean over the least likely fifth of the tokens."""
    return _least(row["logprobs"])


def least_likely_standardised(row: Row) -> float:
    """Min-K%++: the same after each token was compared with the whole vocabulary at its place."""
    return _least(
        (value - mean) / max(spread, 1e-6)
        for value, mean, spread in zip(row["logprobs"], row["means"], row["deviations"], strict=True)
    )


def _least(values: Any) -> float:
    ordered = sorted(values)
    part = ordered[: max(1, math.ceil(FAMILIAR_SHARE * len(ordered)))]
    return math.fsum(part) / len(part)


def by_compression(row: Row) -> float:
    """zlib ratio: log-probability beside what a general compressor makes of the text."""
    return math.fsum(row["logprobs"]) / len(zlib.compress(row["text"].encode(), 9))


def company(row: Row) -> float:
    """Contextual likelihood: what the likelihood loses when other items stand before this one."""
    return likelihood(row) - math.fsum(row["company"]) / len(row["company"])


def repeated(row: Row) -> float:
    """Self-critique: how like the first answer the second is, which was to take another way."""
    first, second = (_words(row[name])[:80] for name in ("first", "second"))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


SCORES: dict[str, Callable[[Row], float]] = {
    "likelihood": likelihood,
    "Min-K%": least_likely,
    "Min-K%++": least_likely_standardised,
    "zlib ratio": by_compression,
    "contextual": company,
    "self-critique": repeated,
}
