"""From the figures of a match to a judgement: copy, template twin, shared passage or look-alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from certify.scan.kernel import rows as column

FULL_WORDS, FULL_WEIGHT = 0.75, 0.7
HALF, LEAST_SHARE, LEAST_CLEAN = 0.5, 0.35, 0.2
LESS_THAN_HALF, LONG_PIECE = 0.4, 12
UNBROKEN, DENSITY = 0.75, 0.6
LONG_SHARE, LONG_RUN, LONG_NATS = 0.25, 30, 5
LEAST_MATCHED = 7
CLEAN, CLEAN_NATS, PATCHY_NATS = 0.95, 1.25, 2.0
EXACT_DENSITY = 0.9
SHUFFLED_SHARE, SHUFFLED_NATS, SHUFFLED_DENSITY = 0.5, 2.0, 0.4
SIBLINGS, SIBLINGS_PER_COPY = 20, 10
COMMON, TIMES_COMMONER = 8, 4

NOTHING, LOOKALIKE, PASSAGE, TWIN, REORDERED, PARTIAL, FULL, EXACT = range(8)
"""Judgements, the stronger the higher; ``EXACT`` is a full copy word for word."""


def judge(rows: NDArray[np.float64], lengths: NDArray[np.int32], chance: float) -> NDArray[np.int8]:
    """Which kind of copy each match is.

    ``EXACT``: every word in order with next to nothing between. ``FULL``: three quarters of the words and .7 of the
    information, numbers and names agreeing, with more information than coincidence explains. ``PARTIAL``: half of the
    passage in one piece with 1.25 times that information, twice where the piece has gaps; or .4 of it without a gap and
    with twice that information; or a quarter of a long passage in a run of thirty words that carries five times as
    much. ``REORDERED``: half of words and information in runs of five words or more, near each other in any order.
    ``TWIN``: three quarters of the words, but a number or a name is another. ``PASSAGE``: the shape of a partial copy
    without the information, as when many documents share the passage. ``LOOKALIKE``: half of the words. Anything less
    is ``NOTHING``.

    Args:
        rows: matches, as ``certify.scan.kernel.rows`` names their columns.
        lengths: words of each match's passage.
        chance: nats a match must carry to be no coincidence.

    Source: rules cw >= .75 (full) and R1 (partial) tuned on real text with planted copies; requiring the telling
    words, and numbers in particular, is what keeps problems of one template apart.
    """
    words, weight, density = rows[:, column.WORDS], rows[:, column.WEIGHT], rows[:, column.DENSITY]
    nats, run, inside = rows[:, column.NATS], rows[:, column.RUN], rows[:, column.INSIDE]
    aligned = rows[:, column.KIND] == column.ALIGNED
    many = rows[:, column.MATCHED] >= LEAST_MATCHED
    enough = aligned & many & (rows[:, column.AGREES] != 0) & (nats >= chance)
    exact = aligned & (rows[:, column.EXACT] != 0) & (density >= EXACT_DENSITY)
    full = enough & (words >= FULL_WORDS) & (weight >= FULL_WEIGHT) & (density >= DENSITY)
    more, less = np.maximum(words, weight), np.minimum(words, weight)
    piece = (density >= DENSITY) & (inside >= UNBROKEN) & (run >= np.maximum(6, lengths / 4))
    clean = np.minimum(density, inside) >= CLEAN
    needed = np.where(clean & (more >= HALF), CLEAN_NATS, PATCHY_NATS)
    half = (more >= HALF) | (clean & (more >= LESS_THAN_HALF) & (run >= LONG_PIECE))
    half &= less >= np.where(clean, LEAST_CLEAN, LEAST_SHARE)
    partial = enough & half & piece & (nats >= needed * chance)
    partial |= enough & (more >= LONG_SHARE) & (run >= LONG_RUN) & (nats >= LONG_NATS * chance)
    shuffled = (
        (rows[:, column.KIND] == column.SHUFFLED) & many & (less >= SHUFFLED_SHARE) & (nats >= SHUFFLED_NATS * chance)
    )
    shuffled &= density >= SHUFFLED_DENSITY
    twin = aligned & many & (words >= FULL_WORDS) & (density >= DENSITY) & (rows[:, column.AGREES] == 0)
    shared = aligned & many & (words >= HALF) & (rows[:, column.AGREES] != 0) & piece
    shared |= rows[:, column.KIND] == column.STRETCH
    like = aligned & many & (words >= HALF)
    return np.select(
        [exact, full, partial, shuffled, twin, shared, like],
        [EXACT, FULL, PARTIAL, REORDERED, TWIN, PASSAGE, LOOKALIKE],
        NOTHING,
    ).astype(np.int8)


def is_of_a_template(lookalikes: int, inexact: int) -> bool:
    """Whether a passage is one of many from a template, so that only a word-for-word copy tells it from its siblings.

    Args:
        lookalikes: documents that resemble the passage without its telling words.
        inexact: documents with a copy that is not word for word.
    """
    return lookalikes >= SIBLINGS and lookalikes >= SIBLINGS_PER_COPY * inexact


def is_common(matched: NDArray[np.int64], passage: NDArray[np.int64]) -> bool:
    """Whether what a partial copy matched is a passage that many documents share, unlike the rest of the problem.

    Args:
        matched: for each run of five words that was matched, the documents of the corpus that hold it.
        passage: the same for every run of the whole passage.
    """
    if not matched.size:
        return False
    usual, shared = np.sort(passage)[passage.size // 4], documents_sharing(matched)
    return bool(shared >= COMMON and shared > TIMES_COMMONER * (usual + 1))


def documents_sharing(matched: NDArray[np.int64]) -> int:
    """How many documents share what was matched: those that hold its middle run, or 0 without any.

    Args:
        matched: for each run of five words that was matched, the documents of the corpus that hold it.
    """
    return int(np.sort(matched)[matched.size // 2]) if matched.size else 0
