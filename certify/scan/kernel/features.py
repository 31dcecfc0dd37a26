"""What the rules look at, measured on one aligned match; ``certify.scan.decide`` says what each figure is for."""

from __future__ import annotations

from typing import Any

import numpy as np

from certify.scan.kernel.compiling import inner
from certify.scan.kernel.words import has_digit

EDGE = 3
"""Words that may be missing at the end of a copy which still goes on to the end."""

MOST_NUMBERS = 0.75
"""Share of a passage's numbers that must stand where one was replaced."""

EIGHT = 8
"""Words in a run of the Tülu 3 rule. Source: Lambert et al. 2024."""

NONE = np.int64(0)
TEN, SKIPS = 10, 4
"""Words that a run of the Llama 2 rule exceeds, and those it may skip. Source: Touvron et al. 2023, A.6."""


@inner
def longest_run(pairs: Any) -> int:
    """Most neighbouring words matched without an interruption on either side."""
    best = run = 1
    for k in range(1, len(pairs)):
        follows = pairs[k, 0] == pairs[k - 1, 0] + 1 and pairs[k, 1] == pairs[k - 1, 1] + 1
        run = run + 1 if follows else 1
        best = max(best, run)
    return best


@inner
def told(again: Any, weights: Any, found: Any) -> float:
    """Nats, counting each different word once; ``found`` marks the words of the passage.

    ``again`` says for each word where it stands next, or 0 where it does not.
    """
    total = 0.0
    for i in range(again.size):
        if found[i]:
            k = again[i]
            while k and not found[k]:
                k = again[k]
            if not k:
                total += weights[i]
    return total


@inner
def in_runs(pairs: Any, least: int, skips: int) -> int:
    """Words of the passage in runs of at least ``least`` words that leave out at most ``skips`` words in all."""
    covered, begin, skipped = 0, 0, 0
    for k in range(1, len(pairs) + 1):
        missing = skips + 1
        if k < len(pairs):
            step, other = pairs[k, 0] - pairs[k - 1, 0], pairs[k, 1] - pairs[k - 1, 1]
            if step == other:
                missing = step - 1
        if skipped + missing <= skips:
            skipped += missing
            continue
        if pairs[k - 1, 0] - pairs[begin, 0] + 1 >= least:
            covered += k - begin
        begin, skipped = k, 0
    return covered


@inner
def _is_replaced(place: int, length: int, pairs: Any, text: Any, edges: Any, count: int) -> bool:
    first, last = pairs[0, 0], pairs[-1, 0]
    if first <= place <= last:
        return True
    # A copy cut short may happen to be followed by a number; one that goes on to the end may not.
    if place > last:
        missing, there = length - 1 - last, pairs[-1, 1] + place - last
    else:
        missing, there = first, pairs[0, 1] - first + place
    if missing > EDGE or there < 0 or there >= count:
        return False
    return has_digit(text, np.int64(edges[2 * there]), np.int64(edges[2 * there + 1]))


@inner
def numbers_agree(
    numbers: Any, rarity: Any, pairs: Any, found: Any, text: Any, edges: Any, count: int, chance: float
) -> bool:  # fmt: skip
    """Whether no number of the passage is replaced, or few of many telling ones."""
    replaced = kept = 0
    telling = 0.0
    for i in range(numbers.size):
        if not numbers[i]:
            continue
        if found[i]:
            kept += 1
            telling += rarity[i]
        elif _is_replaced(i, numbers.size, pairs, text, edges, count):
            replaced += 1
    return replaced == 0 or (telling >= chance and kept >= MOST_NUMBERS * (kept + replaced))


@inner
def is_renamed(passage: Any, document: Any, pairs: Any, found: Any) -> bool:
    """Whether a word of the passage is replaced by one and the same other word wherever it stands.

    An edit touches one place; a name changed throughout makes another instance of a template.
    """
    words = np.empty(passage.size, dtype=np.uint64)
    others = np.empty(passage.size, dtype=np.uint64)
    total = 0
    for k in range(1, len(pairs)):
        gap = pairs[k, 0] - pairs[k - 1, 0]
        if gap == pairs[k, 1] - pairs[k - 1, 1]:
            for step in range(1, gap):
                words[total] = passage[pairs[k - 1, 0] + step]
                others[total] = document[pairs[k - 1, 1] + step]
                total += 1
    for k in range(total):
        same, differs = 1, False
        for other in range(total):
            if other != k and words[other] == words[k]:
                same += 1
                differs |= others[other] != others[k]
        if same > 1 and not differs and not _is_kept(passage, found, words[k]):
            return True
    return False


@inner
def _is_kept(passage: Any, found: Any, word: Any) -> bool:
    for i in range(passage.size):
        if found[i] and passage[i] == word:
            return True
    return False
