"""Check ``logic-puzzles``: puzzles with one proved solution, by level, and twins without any."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources, estimate_of, outcomes_of
from certify.check.puzzles import PUZZLES, Pair, generate_puzzles
from certify.check.puzzles.answers import entries_right, says_unsolvable
from certify.check.puzzles.floor import floors
from certify.errors import UsageError
from certify.evidence.answers import ItemRecord, Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import LogicPuzzlesParameters
from certify.evidence.results.ladders import LogicPuzzlesResult, PuzzleCell, PuzzleLevel, UnsolvableResult
from certify.statistics import MINIMUM_ITEMS, ONE_SIDED, fixed_sequence, suite_interval

FEWEST_PER_FAMILY = 2
"""Source: rule SUITE, docs/statistics.md."""

_RENAMED, _PLAIN, _TWIN = "renamed", "plain", "unsolvable"


class _Place(NamedTuple):
    """Where a question stands, as its group says."""

    family: str
    level: int
    wording: str


class LogicPuzzles:
    """The whole answer must be right; levels are held from the easiest up; rules SUITE and LADDER."""

    id: ClassVar[str] = "logic-puzzles"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Logic puzzles with one proved solution"

    def size(self, parameters: LogicPuzzlesParameters, sources: Sources) -> Size:
        """As many puzzles for each family and level as the parameters say.

        Raises:
            UsageError: CERT-E102, an unknown family or level, one named twice, levels that do not grow, or too few
                puzzles for an interval.
        """
        self._refuse_impossible(parameters)
        return Size(parameters.questions(), parameters.samples, parameters.max_tokens)

    def questions(self, parameters: LogicPuzzlesParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Each puzzle, and the twins of the first ones of each family and level."""
        self._refuse_impossible(parameters)
        twins = parameters.twins()
        return tuple(
            question
            for family in parameters.families
            for level in parameters.levels
            for number, pair in enumerate(
                generate_puzzles(
                    seed, family, level, parameters.per_level - twins, twins=twins, exclude=sources.published
                ),
                1,
            )
            for question in self._asked(pair, number, parameters)
        )

    def score(
        self, parameters: LogicPuzzlesParameters, answers: Answers, sources: Sources
    ) -> LogicPuzzlesResult | NotRun:
        """Each level with its bound, each family beside its floor, and the puzzles without a solution apart."""
        records: dict[_Place, list[tuple[Question, ItemRecord]]] = defaultdict(list)
        asked = {question.item: question for question in answers.questions_of(self.id)}
        for record in answers.records:
            if record.completion.check == self.id:
                question = asked[record.completion.item]
                records[_place(question)].append((question, record))
        levels = tuple(_levels(parameters, answers.right(self.id), tuple(asked.values())))
        if len(levels) < len(parameters.levels):
            return NotRun(check=self.id, reason="too few puzzles at a level for an interval")
        held = sum(level.held for level in levels)
        return LogicPuzzlesResult(
            held_level=levels[held - 1].level if held else 0,
            hold=parameters.hold,
            levels=levels,
            families=tuple(_cell(name, level, records) for name in parameters.families for level in parameters.levels),
            renamed=_share([one for place, found in records.items() if place.wording == _RENAMED for one in found]),
            plain=_share([one for place, found in records.items() if place.wording == _PLAIN for one in found]),
            unsolvable=_unsolvable(records) if parameters.twins() else None,
            outcomes=answers.outcomes(self.id),
        )

    def _asked(self, pair: Pair, number: int, parameters: LogicPuzzlesParameters) -> Iterator[Question]:
        puzzle = pair.puzzle
        item, stem = f"{puzzle.family}-l{puzzle.level}-{number:05d}", f"{puzzle.family}/{puzzle.level}"
        for told in (puzzle, pair.twin):
            if told is not None:
                twin = told is not puzzle
                yield Question(
                    check=self.id,
                    item=f"{item}-{_TWIN}" if twin else item,
                    group=f"{stem}/{_TWIN if twin else _RENAMED if puzzle.renamed else _PLAIN}",
                    text=told.question,
                    gold=told.answer,
                    verifier=f"puzzle:{puzzle.family}",
                    pair=item if twin else None,
                    max_tokens=parameters.max_tokens,
                )

    def _refuse_impossible(self, parameters: LogicPuzzlesParameters) -> None:
        unknown = [name for name in parameters.families if name not in PUZZLES]
        if unknown:
            raise _impossible(f"no family of puzzles is called {unknown[0]}", f"known: {', '.join(PUZZLES)}")
        if len(set(parameters.families)) != len(parameters.families):
            raise _impossible("a family is named twice", "name each family once")
        if list(parameters.levels) != sorted(set(parameters.levels)):
            raise _impossible("the levels do not grow", "name each level once, the easiest first")
        for name in parameters.families:
            for level in parameters.levels:
                if level not in PUZZLES[name].levels:
                    raise _impossible(f"{name} has no level {level}", "choose levels that all families have")
        enough = parameters
        while enough.per_level - enough.twins() < self._fewest(len(enough.families)):
            enough = enough.model_copy(update={"per_level": enough.per_level + 1})
        if enough != parameters:
            raise _impossible(
                "a level would get too few puzzles for an interval", f"raise per_level to {enough.per_level} or more"
            )

    @staticmethod
    def _fewest(families: int) -> int:
        """Puzzles with a solution that each family needs at a level."""
        return max(FEWEST_PER_FAMILY, -(-MINIMUM_ITEMS // families))


def _place(question: Question) -> _Place:
    family, level, wording = question.group.split("/")
    return _Place(family, int(level), wording)


def _levels(
    parameters: LogicPuzzlesParameters, right: dict[str, int], questions: Sequence[Question]
) -> Iterator[PuzzleLevel]:
    counts: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for question in questions:
        place = _place(question)
        if place.wording != _TWIN:
            counts[place.level][place.family].append(right[question.item])
    found = [(level, counts[level]) for level in parameters.levels if counts[level]]
    intervals = [suite_interval(families, parameters.samples) for _, families in found]
    bounds = [suite_interval(families, parameters.samples, level=ONE_SIDED) for _, families in found]
    held = fixed_sequence([bound.lower if bound else None for bound in bounds], parameters.hold)
    for number, (level, interval, bound) in enumerate(zip(parameters.levels, intervals, bounds, strict=False)):
        if interval is not None and bound is not None:
            yield PuzzleLevel(level=level, accuracy=estimate_of(interval), one_sided=bound.lower, held=number < held)


def _cell(family: str, level: int, records: dict[_Place, list[tuple[Question, ItemRecord]]]) -> PuzzleCell:
    found = [*records[_Place(family, level, _PLAIN)], *records[_Place(family, level, _RENAMED)]]
    ended = outcomes_of(record.outcome for _, record in found)
    floor, maker = floors()[family][level], PUZZLES[family]
    return PuzzleCell(
        family=family,
        version=maker.version,
        released=maker.released,
        level=level,
        search_space=round(math.log10(maker.space(level)), 1),
        right=ended.correct,
        answers=ended.answers,
        items=len({question.item for question, _ in found}),
        share=_share(found),
        entries=_entries(found),
        truncated_share=ended.truncated_share,
        floor=floor.upper,
        floor_responder=floor.best_responder,
    )


def _entries(found: Sequence[tuple[Question, ItemRecord]]) -> float | None:
    counted = [entries_right(record.answer, question.gold) for question, record in found]
    whole = sum(total for _, total in counted)
    return round(sum(right for right, _ in counted) / whole, 4) if whole else None


def _unsolvable(records: dict[_Place, list[tuple[Question, ItemRecord]]]) -> UnsolvableResult:
    apart: dict[bool, list[bool]] = {True: [], False: []}
    for place, found in records.items():
        apart[place.wording == _TWIN] += [says_unsolvable(record.answer) for _, record in found]
    told, falsely = sum(apart[True]), sum(apart[False])
    shares = [said / max(1, len(apart[twin])) for twin, said in ((True, told), (False, falsely))]
    return UnsolvableResult(
        answers=len(apart[True]),
        told=told,
        solvable_answers=len(apart[False]),
        falsely_told=falsely,
        told_apart=round(shares[0] - shares[1], 4),
    )


def _share(found: Sequence[tuple[Question, ItemRecord]]) -> float:
    right = sum(record.outcome is Outcome.CORRECT for _, record in found)
    return round(right / len(found), 4) if found else 0.0


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"logic-puzzles cannot be planned: {what}", hint=hint)
