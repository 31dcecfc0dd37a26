"""Which items of a benchmark get twins from their annotations, and the questions that ask these."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import NamedTuple

from certify.check.annotated.programs import VERSION as PROGRAMS
from certify.check.annotated.programs import Program, program_of
from certify.check.annotated.twins import VERSION as TWINS
from certify.check.annotated.twins import Twin, draw_twin, has_twins
from certify.check.benchmarks import BenchmarkItem
from certify.errors import InternalError
from certify.evidence.answers import Question
from certify.evidence.parameters import StaticFreshGapParameters
from certify.statistics.stream import Stream

_DRAWS = 60
"""Twins drawn before a doubled one is taken again, or a run given up."""


class Paired(NamedTuple):
    """An item that can have twins."""

    item: BenchmarkItem
    """As published."""
    program: Program
    """What its solution calculates."""


def paired_items(items: Iterable[BenchmarkItem]) -> list[Paired]:
    """The items whose part in their solution is certain and of which enough twins exist, in the order of the file."""
    read = ((item, program_of(item.question, item.answer, item.gold)) for item in items if item.problem is None)
    return [Paired(item, program) for item, program in read if program is not None and has_twins(program)]


def twin_questions(
    check: str, parameters: StaticFreshGapParameters, pairs: Iterable[Paired], published: Set[str], seed: bytes
) -> tuple[Question, ...]:
    """The planned number of twins for each item, all different, none of them a published question."""
    return tuple(
        Question(
            check=check,
            item=f"{pair.item.id}.{number}",
            group=parameters.benchmark,
            text=twin.question,
            gold=twin.gold,
            verifier="integer",
            pair=pair.item.id,
            max_tokens=parameters.max_tokens,
        )
        for pair in pairs
        for number, twin in enumerate(twins_of(pair, parameters.isomorphs or 1, published, seed), 1)
    )


def twins_of(pair: Paired, count: int, published: Set[str], seed: bytes, purpose: str = "gap") -> list[Twin]:
    """So many different twins of an item, none of them a published question.

    Args:
        pair: the item with its program.
        count: how many; at most ``FEWEST_TWINS`` are certain to exist.
        published: questions that no twin may repeat.
        seed: draws them.
        purpose: separates the draws of different checks.

    Raises:
        InternalError: CERT-E102, so many were not found.
    """
    stream = Stream(seed, f"{purpose}/annotated/v{PROGRAMS}.{TWINS}/{pair.item.id}")
    found: dict[str, Twin] = {}
    for _ in range(_DRAWS):
        twin = draw_twin(pair.program, stream)
        if twin is not None and twin.question not in published:
            found.setdefault(twin.question, twin)
        if len(found) == count:
            return list(found.values())
    raise InternalError("CERT-E102", f"no {count} twins of item {pair.item.id} in {_DRAWS} draws")
