"""From a match to a judgement: a full copy, a partial copy, or a look-alike."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from certify.scan.align import Alignment
from certify.scan.normalise import is_number
from tests.fakes.plain_scan.index import Index

FULL_WORDS, FULL_WEIGHT = 0.75, 0.7
HALF, LEAST_SHARE, LEAST_CLEAN = 0.5, 0.35, 0.2
LESS_THAN_HALF, LONG_PIECE = 0.4, 12
UNBROKEN, DENSITY = 0.75, 0.6
LONG_SHARE, LONG_RUN, LONG_NATS = 0.25, 30, 5
LEAST_MATCHED = 7
CLEAN, CLEAN_NATS, PATCHY_NATS = 0.95, 1.25, 2.0
MOST_NUMBERS = 0.75
EDGE = 3
EXACT_DENSITY = 0.9
SIBLINGS, SIBLINGS_PER_COPY = 20, 10

Coverage = Literal["full", "partial", "lookalike", "nothing"]


class Features(NamedTuple):
    """What the rules look at; shares are in [0, 1]."""

    matched: int
    """Words of the problem found in order."""
    words: float
    """Share of the problem's words found."""
    weight: float
    """Share of the problem's information found."""
    inside: float
    """Share of the information found between the first and the last word found."""
    density: float
    """Words found per word of the span."""
    run: int
    """Longest uninterrupted run of words."""
    nats: float
    """Nats, counting each different word found once, by what it adds to its neighbours."""
    values_agree: bool
    """Whether no number of the problem is replaced, or few of many, and no name throughout."""


def measure(index: Index, item: int, alignment: Alignment, document: Sequence[str]) -> Features:
    """The features of one match."""
    words, weights = index.items[item].words, index.weights[item]
    found = [i for i, _ in alignment.pairs]
    between = math.fsum(weights[alignment.first : alignment.last + 1])
    told = math.fsum(weights[i] for i in found)
    return Features(
        matched=len(found),
        words=len(found) / len(weights),
        weight=told / math.fsum(weights),
        inside=told / between,
        density=len(found) / (alignment.end - alignment.start),
        run=alignment.longest_run,
        nats=math.fsum({words[i]: weights[i] for i in found}.values()),
        values_agree=_numbers_agree(index, item, alignment, document) and not _is_renamed(words, alignment, document),
    )


def judge(features: Features, length: int, chance: float) -> Coverage:
    """Which kind of copy a match is.

    ``full``: every word in order without much between; or three quarters of the words and .7 of the
    information, numbers and names agreeing, with more information than coincidence explains. ``partial``: half
    of the problem in one piece with 1.25 times that information, twice where the piece has gaps; or a quarter of
    a long problem in a run of thirty words that carries five times as much. ``lookalike``: half of the words, but
    what tells the problem from its template differs or is missing. Anything less is nothing.

    Args:
        features: of the match.
        length: words of the problem.
        chance: nats a match must carry to be no coincidence.

    Source: rules cw >= .75 (full) and R1 (partial) tuned on real text with planted copies; requiring the
    telling words, and numbers in particular, is what keeps problems of one template apart.
    """
    f = features
    if is_exact(f):
        return "full"
    enough = f.matched >= LEAST_MATCHED and f.values_agree and f.nats >= chance
    if enough and f.words >= FULL_WORDS and f.weight >= FULL_WEIGHT and f.density >= DENSITY:
        return "full"
    clean = min(f.density, f.inside) >= CLEAN
    more, less = max(f.words, f.weight), min(f.words, f.weight)
    half = (more >= HALF or (clean and more >= LESS_THAN_HALF and f.run >= LONG_PIECE)) and less >= (
        LEAST_CLEAN if clean else LEAST_SHARE
    )
    piece = f.density >= DENSITY and f.inside >= UNBROKEN and f.run >= max(6, length / 4)
    needed = CLEAN_NATS if clean and more >= HALF else PATCHY_NATS
    if enough and half and piece and f.nats >= needed * chance:
        return "partial"
    if enough and max(f.words, f.weight) >= LONG_SHARE and f.run >= LONG_RUN and f.nats >= LONG_NATS * chance:
        return "partial"
    return "lookalike" if f.words >= HALF and f.matched >= LEAST_MATCHED else "nothing"


def is_exact(features: Features) -> bool:
    """Whether every word of the problem stands in order with next to nothing between."""
    return features.words == 1 and features.density >= EXACT_DENSITY


def is_of_a_template(lookalikes: int, inexact: int) -> bool:
    """Whether a problem is one of many from a template, so that only a word-for-word copy tells it from its siblings.

    Args:
        lookalikes: documents that resemble the problem without its telling words.
        inexact: documents with a copy that is not word for word.
    """
    return lookalikes >= SIBLINGS and lookalikes >= SIBLINGS_PER_COPY * inexact


def _numbers_agree(index: Index, item: int, alignment: Alignment, document: Sequence[str]) -> bool:
    found = dict(alignment.pairs)
    numbers = [i for i, number in enumerate(index.numbers[item]) if number]
    replaced = [i for i in numbers if i not in found and _is_replaced(i, len(index.weights[item]), alignment, document)]
    if not replaced:
        return True
    kept = [i for i in numbers if i in found]
    telling = math.fsum(index.rarity[item][i] for i in kept) >= index.chance
    return telling and len(kept) >= MOST_NUMBERS * (len(kept) + len(replaced))


def _is_renamed(words: Sequence[str], alignment: Alignment, document: Sequence[str]) -> bool:
    # An edit touches one place. The same word replaced by the same other word everywhere is another instance.
    replaced: dict[str, list[str]] = {}
    for (i, j), (k, m) in itertools.pairwise(alignment.pairs):
        if k - i == m - j:
            for step in range(1, k - i):
                replaced.setdefault(words[i + step], []).append(document[j + step])
    kept = {words[i] for i, _ in alignment.pairs}
    return any(word not in kept and len(by) > 1 and len(set(by)) == 1 for word, by in replaced.items())


def _is_replaced(position: int, length: int, alignment: Alignment, document: Sequence[str]) -> bool:
    if alignment.first <= position <= alignment.last:
        return True
    # A copy cut short may happen to be followed by a number; one that goes on to the end may not.
    if position > alignment.last:
        missing, place = length - 1 - alignment.last, alignment.end - 1 + position - alignment.last
    else:
        missing, place = alignment.first, alignment.start - alignment.first + position
    return missing <= EDGE and 0 <= place < len(document) and is_number(document[place])
