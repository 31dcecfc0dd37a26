"""Published texts cut in two, and whether a model went on with the first part as the text does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from certify.engines.replies import sound
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Outcome, Question

NEAR, EXACT = "near", "exact"
CONTINUATIONS = ("continuation:near", "continuation:exact")
"""Verifiers that compare the words a model goes on with; each names the completions that count as right."""

MOST_WORDS = 50
"""Words that are compared; a longer rest is known by its beginning."""

_MOST_TEXT = 20_000
_MOST_ANSWER = 1000
_WORD = re.compile(r"\w+")
_PART = re.compile(r"\S+")


class Cut(NamedTuple):
    """A text cut in two."""

    start: str
    """What the model is given, without a space at the end."""
    rest: str
    """What it is to write."""


def cut(text: str, share: float) -> Cut:
    """A text cut after a share of what stands between its spaces, rounded down; at least one piece is given."""
    parts = list(_PART.finditer(text))
    if not parts:
        return Cut(text, "")
    given = max(1, int(Fraction(str(share)) * len(parts)))
    end = parts[min(given, len(parts)) - 1].end()
    return Cut(text[parts[0].start() : end], text[end:])


def writable(rest: str, most: int) -> str:
    """The pieces of a rest that any model can write in so many tokens: no tokenizer makes more of them than bytes."""
    end = 0
    for part in _PART.finditer(rest):
        most -= len(rest[end : part.end()].encode())
        if most < 0:
            break
        end = part.end()
    return rest[:end]


def shared_ending(texts: Sequence[str]) -> tuple[str, ...]:
    """The pieces between spaces that all of several texts end with: an instruction put under each, and no problem's."""
    pieces = [_PART.findall(text) for text in texts]
    shared = pieces[0] if len(pieces) > 1 else []
    for other in pieces[1:]:
        most = min(len(shared), len(other))
        same = next((count for count in range(most) if shared[-1 - count] != other[-1 - count]), most)
        shared = shared[len(shared) - same :]
    return tuple(shared)


def without_ending(text: str, ending: Sequence[str]) -> str:
    """A text without an ending of these pieces; unchanged where it has another one, or nothing else."""
    parts = list(_PART.finditer(text))
    kept = len(parts) - len(ending)
    if kept < 1 or [part[0] for part in parts[kept:]] != list(ending):
        return text
    return text[: parts[kept - 1].end()]


def words(text: str, most: int = MOST_WORDS) -> list[str]:
    """The first words of a text, without case, width and punctuation; as many as are compared, or so many."""
    folded = unicodedata.normalize("NFKC", text[:_MOST_TEXT]).casefold()
    return [found[0] for found, _ in zip(_WORD.finditer(folded), range(most), strict=False)]


def is_exact(wanted: Sequence[str], written: Sequence[str]) -> bool:
    """Whether the wanted words are the first ones written; never where none are wanted."""
    return bool(wanted) and list(written[: len(wanted)]) == list(wanted)


def is_near(wanted: Sequence[str], written: Sequence[str]) -> bool:
    """Whether nine in ten of the wanted words stand in their order among as many written ones.

    Source: length of a longest common subsequence; both sides hold at most :data:`MOST_WORDS` words, whatever a model
    writes.
    """
    common = _common(wanted[:MOST_WORDS], written[: min(len(wanted), MOST_WORDS)])
    return bool(wanted) and 10 * common >= 9 * len(wanted[:MOST_WORDS])


def same_words(answer: str, gold: str) -> bool:
    """Whether two texts have the same words, of which there are some and at most :data:`MOST_WORDS`."""
    found = words(answer)
    return bool(found) and found == words(gold)


def judged_continuation(question: Question, completion: Completion) -> ItemRecord:
    """The record of a continuation: right where it counts, marked ``near`` and ``exact`` besides.

    The whole text counts, a reasoning marker in it included: nothing asked for one. That it was cut off at its token
    limit is no fault: a continuation has no end of its own.
    """
    if completion.finish_reason is FinishReason.ERROR:
        return ItemRecord(completion=completion, outcome=Outcome.ERROR)
    wanted, written = words(question.gold), words(completion.text)
    near, exact = is_near(wanted, written), is_exact(wanted, written)
    right = exact if question.verifier.endswith(EXACT) else near
    if not written:
        return ItemRecord(completion=completion, outcome=Outcome.NO_ANSWER)
    return ItemRecord(
        completion=completion,
        answer=sound(" ".join(written[: len(wanted)])[:_MOST_ANSWER]),
        outcome=Outcome.CORRECT if right else Outcome.WRONG,
        marks={NEAR: int(near), EXACT: int(exact)},
    )


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    before = [0] * (len(right) + 1)
    for one in left:
        row = [0]
        for place, other in enumerate(right):
            row.append(before[place] + 1 if one == other else max(before[place + 1], row[-1]))
        before = row
    return before[-1]
