"""The detectors as functions of what a twin answered: one thin layer above the rules that certify itself decides by.

Two kinds. A test takes the answers on a set of things that may have been read, and gives a p-value. A score takes one
item and gives a number that is higher where the item looks more familiar.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from certify.check.continuations import is_near, words
from certify.check.familiarity_scores import contextual_fall, likeness, min_k, min_k_plus, zlib_ratio
from certify.evidence.answers import Completion
from certify.statistics import (
    boschloo_p_value,
    guessing_p_value,
    margin_p_value,
    paired_differences,
    permutation_p_value,
    reaching_sums,
)
from certify.statistics.boschloo import _chance, _log_choices, _region
from certify.statistics.ranks import reaching_ranks
from certify.statistics.stream import Stream
from tests.bench.contamination.observing import cut
from tests.bench.contamination.world import CANARY_GUESS, DYE_GUESS

Row = dict[str, Any]
Rows = Sequence[Row]
Random = np.random.Generator
MARGIN = 0.02
"""Gap between published and rewritten items that is not yet held against a model."""
DRAWS = 999
"""Random choices of a published order, at the level .01."""
SMALL = 0.06
"""P-values above this need not be exact here."""
UNIT = 1_000_000
"""A nat in the integers that log-probabilities are counted in."""


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
    share: float = 1
    """Of the splits asked for: fewer where a p-value takes long, more where only many tell the rate from the level."""


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
    """Whether nearly all of the words after the cut are what the model went on with."""
    return is_near(words(cut(question)[1]), words(ending))


@cache
def two_shares(hits: int, items: int, others: int, controls: int) -> float:
    """Boschloo's p-value; above the largest level that counts here, what one common rate alone shows it to exceed."""
    least = _region(hits, items, others, controls)
    rate = min(max((hits + others) / (items + controls), 1e-9), 1 - 1e-9)
    bound = _chance(rate, least, _log_choices(items), _log_choices(controls))
    return bound if bound > SMALL else boschloo_p_value(hits, items, others, controls)


_guessing = cache(guessing_p_value)


def completion_p(rows: Rows, control: Rows, _random: Random) -> float:
    """``prefix-completion``: more completed than of held-out items."""
    hits, others = (sum(completed(row["question"], row["ending"]) for row in part) for part in (rows, control))
    return two_shares(hits, len(rows), others, len(control))


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
    values = [[round(score * UNIT) for score in row["scores"]] for row in rows]
    return permutation_p_value(reaching_sums(values, DRAWS, Stream(random.bytes(32), "draws")), DRAWS)


def other_order(rows: Rows, random: Random) -> Rows:
    """Which order counts as the published one, drawn anew."""
    made = []
    for row in rows:
        place, scores = int(random.integers(len(row["scores"]))), list(row["scores"])
        scores[0], scores[place] = scores[place], scores[0]
        made.append({**row, "scores": scores})
    return made


def options_p(rows: Rows, control: Rows, _random: Random) -> float:
    """``option-order``: the published order of options ranks higher than that of held-out items."""
    ranks, others = ranks_of(rows), ranks_of(control)
    by_ranks = permutation_p_value(reaching_ranks(ranks, others, DRAWS), DRAWS)
    return min(1.0, 2 * min(by_ranks, two_shares(ranks[0], len(rows), others[0], len(control))))


def ranks_of(rows: Rows) -> list[int]:
    """Items whose published order is the likeliest, the second likeliest, and so on; ties count against it."""
    found = Counter(sum(other >= row["scores"][0] for other in row["scores"][1:]) for row in rows)
    return [found[rank] for rank in range(len(rows[0]["scores"]))]


TESTS = (
    Test("paired-rewrite", True, "items", 0, rewrite_p, swapped),
    Test("prefix-completion", True, "items", 200, completion_p, same, share=15),
    Test("canary", True, "canary", 0, planted_p, other_secrets),
    Test("dye", True, "dye", 0, planted_p, other_secrets),
    Test("order-exchangeability", False, "runs", 0, order_p, other_order, share=0.1),
    Test("option-order", False, "choices", 96, options_p, same, share=0.1),
)


def text_of(row: Row, name: str = "logprobs") -> Completion:
    """A scored text as the engines give it."""
    moments = tuple(zip(row["means"], row["deviations"], strict=True)) if name == "logprobs" else None
    return Completion.model_construct(text=row["text"], logprobs=tuple(row[name]), moments=moments)


def likelihood(row: Row) -> float:
    """Mean log-probability of a token; no detector of certify, but what all of them start from."""
    return math.fsum(row["logprobs"]) / len(row["logprobs"])


SCORES: dict[str, Callable[[Row], float]] = {
    "likelihood": likelihood,
    "Min-K%": lambda row: min_k(text_of(row)) or 0.0,
    "Min-K%++": lambda row: min_k_plus(text_of(row)) or 0.0,
    "zlib ratio": lambda row: zlib_ratio(text_of(row)) or 0.0,
    "contextual": lambda row: contextual_fall(text_of(row), text_of(row, "company")) or 0.0,
    "self-critique": lambda row: likeness(row["first"], row["second"]),
}
