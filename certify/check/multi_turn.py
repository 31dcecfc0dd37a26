"""Check ``multi-turn``: the answer must follow the last state of facts that are revised on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources, drop_of, estimate_of
from certify.check.revisions.draw import LEVELS, VERSION, Item, draw
from certify.check.revisions.floor import floors, partials
from certify.check.revisions.order import states
from certify.check.revisions.wording import at_once, in_one_message, turn_by_turn
from certify.check.verifiers import verify
from certify.engines.sessions import Message, script
from certify.errors import InternalError, UsageError
from certify.evidence.answers import Episode, Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import MultiTurnParameters
from certify.evidence.results import Drop, MultiTurnResult, TurnsLevel
from certify.statistics import accuracy_interval, paired_interval
from certify.statistics.stream import Stream

FACTS, MESSAGE, TURNS = "facts", "message", "turns"
ARMS = (FACTS, MESSAGE, TURNS)
"""The three ways in which an item is asked."""
INTEGER = "integer"
Right = Mapping[str, Mapping[str, int]]
"""Right answers by arm and item."""


class _Planned(NamedTuple):
    name: str
    level: int
    aside_last: bool


class MultiTurn:
    """Asks each item at once, in one message with its revisions, and turn by turn; rules ACC and DROP."""

    id: ClassVar[str] = "multi-turn"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Facts revised over several turns"

    def size(self, parameters: MultiTurnParameters, sources: Sources) -> Size:
        """Three questions an item; the last of them takes a turn for the opening and for each change.

        Raises:
            UsageError: CERT-E102, an unknown level, or one named twice.
        """
        _refuse_impossible(parameters)
        calls = sum(2 + _most_turns(one) for one in _planned(parameters))
        return Size(3 * parameters.items, parameters.samples, parameters.max_tokens, calls)

    def questions(self, parameters: MultiTurnParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Every item in three ways; no story is told twice."""
        _refuse_impossible(parameters)
        return tuple(
            _question(self.id, planned, item, arm, parameters)
            for planned, item in _drawn(parameters, seed)
            for arm in ARMS
        )

    def score(self, parameters: MultiTurnParameters, answers: Answers, sources: Sources) -> MultiTurnResult | NotRun:
        """The share of right answers in each way, and the drops from one to the next."""
        right = _right_by_arm(self.id, answers)
        if not right[TURNS]:
            return NotRun(check=self.id, reason="nothing was asked")
        names, samples = sorted(right[TURNS]), parameters.samples
        shares = [accuracy_interval([right[arm][name] for name in names], samples) for arm in ARMS]
        facts, message, turns = (estimate_of(share) for share in shares if share is not None)
        stale, missed = _mistakes(self.id, answers)
        return MultiTurnResult(
            facts=facts,
            message=message,
            turns=turns,
            revision_drop=_drop(right, names, samples, FACTS, MESSAGE),
            turn_drop=_drop(right, names, samples, MESSAGE, TURNS),
            total_drop=_drop(right, names, samples, FACTS, TURNS),
            stale_share=round(stale / (len(names) * samples), 4),
            missed_share=round(missed / (len(names) * samples), 4),
            reliable=round(sum(right[TURNS][name] == samples for name in names) / len(names), 4),
            levels=tuple(_level(level, right, parameters) for level in sorted(parameters.levels)),
            outcomes=answers.outcomes(self.id),
            version=VERSION,
        )


def _refuse_impossible(parameters: MultiTurnParameters) -> None:
    unknown = [level for level in parameters.levels if level not in LEVELS]
    if unknown or len(set(parameters.levels)) != len(parameters.levels):
        what = f"there is no level {unknown[0]}" if unknown else "a level is named twice"
        hint = f"name each of the levels you want once, out of {', '.join(map(str, LEVELS))}"
        raise UsageError("CERT-E102", f"multi-turn cannot be planned: {what}", hint=hint)


def _planned(parameters: MultiTurnParameters) -> Iterator[_Planned]:
    """The items in their order; the first levels get one more where that does not come out even."""
    each, rest = divmod(parameters.items, len(parameters.levels))
    for place, level in enumerate(parameters.levels):
        for number in range(each + (place < rest)):
            yield _Planned(f"l{level}-{number + 1:04d}", level, number % 3 == 2)


def _drawn(parameters: MultiTurnParameters, seed: bytes) -> Iterator[tuple[_Planned, Item]]:
    seen: set[str] = set()
    for planned in _planned(parameters):
        for attempt in range(200):
            stream = Stream(seed, f"multi-turn/v{VERSION}/{planned.name}/{attempt}")
            item = draw(stream, planned.level, planned.aside_last)
            told = in_one_message(item.order, item.changes)
            if told not in seen:
                break
        else:
            raise InternalError("CERT-E068", f"no new order with revisions of level {planned.level}")
        seen.add(told)
        yield planned, item


def _most_turns(planned: _Planned) -> int:
    level = LEVELS[planned.level]
    return 1 + level.revisions + level.asides + planned.aside_last


def _question(check: str, planned: _Planned, item: Item, arm: str, parameters: MultiTurnParameters) -> Question:
    told = turn_by_turn(item.order, item.changes, acknowledge=parameters.acknowledge)
    final = states(item.order, item.changes)[-1]
    text = {FACTS: at_once(final), MESSAGE: in_one_message(item.order, item.changes), TURNS: told[0]}[arm]
    later = [Message(line, parameters.acknowledge and place < len(told) - 1) for place, line in enumerate(told)][1:]
    return Question(
        check=check,
        item=f"{planned.name}-{arm}",
        group=arm,
        text=text,
        gold=str(item.total),
        verifier=INTEGER,
        pair=planned.name,
        max_tokens=parameters.max_tokens,
        plain=True if parameters.acknowledge and arm == TURNS else None,
        episode=Episode(session="script", facts=script(later), turns=len(told)) if arm == TURNS else None,
        diagnostics={name: str(total) for name, total in item.diagnostics.items()},
    )


def _right_by_arm(check: str, answers: Answers) -> Right:
    counts, found = answers.right(check), {arm: dict[str, int]() for arm in ARMS}
    for question in answers.questions_of(check):
        found[question.group][str(question.pair)] = counts[question.item]
    return found


def _drop(right: Right, names: list[str], samples: int, before: str, after: str) -> Drop:
    found = paired_interval([Fraction(right[before][name] - right[after][name], samples) for name in names])
    if found is None:
        raise InternalError("CERT-E102", f"{len(names)} items gave no interval")
    return drop_of(found)


def _mistakes(check: str, answers: Answers) -> tuple[int, int]:
    """Last answers turn by turn that give an earlier total, and those that miss one revision; the former goes first."""
    known = {question.item: question for question in answers.questions_of(check) if question.group == TURNS}
    counts: Counter[str] = Counter()
    for record in answers.records:
        question = known.get(record.completion.item) if record.completion.check == check else None
        if question is not None and record.outcome is Outcome.WRONG and record.answer is not None:
            counts[_mistake(question.diagnostics or {}, record.answer)] += 1
    return counts["stale"], counts["missed"]


def _mistake(diagnostics: Mapping[str, str], answer: str) -> str:
    found = {name.partition("-")[0] for name, total in diagnostics.items() if verify(INTEGER, answer, total)}
    return "stale" if "stale" in found else "missed" if "missed" in found else "other"


def _level(level: int, right: Right, parameters: MultiTurnParameters) -> TurnsLevel:
    floor, partial, prefix = floors()[level], partials()[level], f"l{level}-"
    shares = {arm: [count for name, count in right[arm].items() if name.startswith(prefix)] for arm in ARMS}
    items = len(shares[TURNS])
    plain = {arm: round(sum(counts) / (items * parameters.samples), 4) for arm, counts in shares.items()}
    return TurnsLevel(
        level=level,
        revisions=LEVELS[level].revisions,
        items=items,
        facts=plain[FACTS],
        message=plain[MESSAGE],
        turns=plain[TURNS],
        floor=floor.upper,
        floor_responder=floor.best_responder,
        partial=partial.upper,
        partial_responder=partial.best_responder,
    )
