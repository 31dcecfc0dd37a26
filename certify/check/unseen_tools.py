"""Check ``unseen-tools``: tools invented for the run must be used rightly from their documentation alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources, estimate_of
from certify.check.tools.floor import floors
from certify.check.tools.invent import LEVELS, VERSION, Invention, choice_for, invent, named
from certify.check.tools.wording import question as wording
from certify.engines.sessions.tools import IMPOSSIBLE, Tools
from certify.errors import UsageError
from certify.evidence.answers import Episode, ItemRecord, Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import UnseenToolsParameters
from certify.evidence.results import ToolsLevel, ToolUse, UnseenToolsResult
from certify.statistics import MINIMUM_ITEMS, accuracy_interval
from certify.statistics.stream import Stream

ACT = "act"
EVERY = 10
"""One item in so many cannot be solved."""


class _Planned(NamedTuple):
    name: str
    level: int
    lacking: bool


class UnseenTools:
    """Asks for a number that only the right calls give; scored by running the calls again; rule ACC."""

    id: ClassVar[str] = "unseen-tools"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Tools that did not exist before the run"

    def size(self, parameters: UnseenToolsParameters, sources: Sources) -> Size:
        """A question for each item and mode; with results coming back, a turn for each call it may take.

        Raises:
            UsageError: CERT-E102, an unknown level, a level or mode named twice, or too few items that can be solved.
        """
        _refuse_impossible(parameters)
        planned = list(_planned(parameters))
        calls = sum(_turns(mode, LEVELS[one.level].depth) for one in planned for mode in parameters.modes)
        return Size(len(planned) * len(parameters.modes), parameters.samples, parameters.max_tokens, calls)

    def questions(self, parameters: UnseenToolsParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Every item in every mode."""
        _refuse_impossible(parameters)
        return tuple(
            _question(self.id, one, made, mode, parameters)
            for one, made in _invented(parameters, seed)
            for mode in parameters.modes
        )

    def score(
        self, parameters: UnseenToolsParameters, answers: Answers, sources: Sources
    ) -> UnseenToolsResult | NotRun:
        """The share solved in each mode, and what went wrong in the calls."""
        asked = answers.questions_of(self.id)
        if not asked:
            return NotRun(check=self.id, reason="nothing was asked")
        records = [one for one in answers.records if one.completion.check == self.id]
        use = {
            mode: _use([one for one in asked if one.group == mode], records, parameters) for mode in parameters.modes
        }
        right = answers.right(self.id)
        return UnseenToolsResult(
            act=use.get("act"),
            plan=use.get("plan"),
            levels=tuple(_level(level, asked, right, parameters) for level in sorted(parameters.levels)),
            outcomes=answers.outcomes(self.id),
            version=VERSION,
        )


def _refuse_impossible(parameters: UnseenToolsParameters) -> None:
    unknown = [level for level in parameters.levels if level not in LEVELS]
    twice = len(set(parameters.levels)) != len(parameters.levels) or len(set(parameters.modes)) != len(parameters.modes)
    few = not unknown and sum(not one.lacking for one in _planned(parameters)) < MINIMUM_ITEMS
    if unknown or twice or few:
        other = "a level or mode is named twice" if twice else "too few items could be solved"
        what = f"there is no level {unknown[0]}" if unknown else other
        hint = f"name levels out of {', '.join(map(str, LEVELS))} once each, and at least 12 items"
        raise UsageError("CERT-E102", f"unseen-tools cannot be planned: {what}", hint=hint)


def _planned(parameters: UnseenToolsParameters) -> Iterator[_Planned]:
    """The items in their order; the first levels get one more where that does not come out even."""
    each, rest = divmod(parameters.items, len(parameters.levels))
    for place, level in enumerate(parameters.levels):
        for number in range(each + (place < rest)):
            yield _Planned(f"l{level}-{number + 1:04d}", level, number % EVERY == EVERY - 1)


def _invented(parameters: UnseenToolsParameters, seed: bytes) -> Iterator[tuple[_Planned, Invention]]:
    for one in _planned(parameters):
        yield one, invent(Stream(seed, f"unseen-tools/v{VERSION}/{one.name}"), one.level, lacking=one.lacking)


def _turns(mode: str, depth: int) -> int:
    """The calls it may take, one answer that is asked again, and the last one."""
    return 2 * depth + 6 if mode == ACT else 1


def _question(check: str, planned: _Planned, made: Invention, mode: str, parameters: UnseenToolsParameters) -> Question:
    return Question(
        check=check,
        item=f"{planned.name}-{mode}",
        group=mode,
        text=wording(made, act=mode == ACT),
        gold=IMPOSSIBLE if made.value is None else str(made.value),
        verifier=f"tools:{mode}",
        pair=planned.name,
        max_tokens=parameters.max_tokens,
        plain=True,
        episode=Episode(session=Tools.id, facts=made.world, turns=_turns(mode, len(made.path))),
        diagnostics={} if made.value is None else {name: _right_choice(made, name) for name in made.path},
    )


def _right_choice(made: Invention, name: str) -> str:
    return (choice_for(named(made.world, name), made.grade) or "") if made.grade is not None else ""


def _use(asked: Sequence[Question], records: Sequence[ItemRecord], parameters: UnseenToolsParameters) -> ToolUse:
    able = dict.fromkeys((one.item for one in asked if one.gold != IMPOSSIBLE), 0)
    lacking = {one.item for one in asked} - able.keys()
    ours = [one for one in records if one.completion.item in able or one.completion.item in lacking]
    mine = [one for one in ours if one.completion.item in able]
    for record in mine:
        able[record.completion.item] += record.outcome is Outcome.CORRECT
    interval = accuracy_interval(list(able.values()), parameters.samples)
    if interval is None:
        raise UsageError("CERT-E102", f"{len(able)} items that can be solved give no interval")
    declined = sum(one.outcome is Outcome.CORRECT for one in ours if one.completion.item in lacking)
    calls = _count(ours, "calls")
    return ToolUse(
        solved=estimate_of(interval),
        declined=_share(declined, len(ours) - len(mine)),
        gave_up=_share(_count(mine, "gave-up"), len(mine)),
        first_call_right=_share(_count(mine, "first-right"), len(mine)),
        without_calls=_share(_count(mine, "without-calls"), len(mine)),
        calls=calls,
        unknown_tool=_share(_count(ours, "unknown-tool"), calls),
        wrong_arguments=_share(_count(ours, "wrong-arguments"), calls),
        wrong_tool=_share(_count(mine, "wrong-tool"), _count(mine, "calls")),
        wrong_choice=_share(_count(mine, "wrong-choice"), _count(mine, "calls")),
        formless=_share(sum((one.marks or {}).get("formless", 0) > 0 for one in ours), len(ours)),
    )


def _level(
    level: int, asked: Sequence[Question], right: dict[str, int], parameters: UnseenToolsParameters
) -> ToolsLevel:
    floor, shares = floors()[level], dict[str, float]()
    able = [one for one in asked if one.gold != IMPOSSIBLE and str(one.pair).startswith(f"l{level}-")]
    for mode in parameters.modes:
        counts = [right[one.item] for one in able if one.group == mode]
        shares[mode] = _share(sum(counts), len(counts) * parameters.samples)
    return ToolsLevel(
        level=level,
        depth=LEVELS[level].depth,
        items=len(able) // len(parameters.modes),
        act=shares.get("act"),
        plan=shares.get("plan"),
        floor=floor.upper,
        floor_responder=floor.best_responder,
    )


def _count(records: Sequence[ItemRecord], mark: str) -> int:
    return sum((one.marks or {}).get(mark, 0) for one in records)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
