"""Boolean as the first cycles were taught it: four letters drawn from eighteen, not always the same four."""

from __future__ import annotations

from collections.abc import Set
from itertools import count as attempts

from certify.check.families import Problem
from certify.check.families.boolean import Boolean
from certify.demo.benchmark import LEVEL
from certify.statistics.stream import Stream


class DrawnLetters(Boolean):
    """The family with the letters of level 1 drawn as in the other levels."""

    def letters(self, stream: Stream, level: int, count: int) -> list[str]:
        """Any letters, in any order."""
        return super().letters(stream, max(level, 2), count)


def drawn_letters(seed: bytes, count: int, *, purpose: str, exclude: Set[str] = frozenset()) -> list[Problem]:
    """``count`` different problems with drawn letters, none of them excluded.

    Args:
        seed: 32 bytes.
        count: how many.
        purpose: as in ``generate_items``.
        exclude: question texts that must not appear.
    """
    maker, seen, problems = DrawnLetters(), set(exclude), []
    for index in range(count):
        stem = f"{purpose}/boolean/v{maker.version}/l{LEVEL}/{index}"
        made = (maker.generate(Stream(seed, f"{stem}/{attempt}"), LEVEL) for attempt in attempts())
        problems.append(next(problem for problem in made if problem.question not in seen))
        seen.add(problems[-1].question)
    return problems
