"""Checks that results with a ladder are about the rungs that were planned, and that their parts add up."""

from __future__ import annotations

from certify.evidence.base import Value
from certify.evidence.parameters import LogicPuzzlesParameters, LongChainParameters
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.ladders import LogicPuzzlesResult, LongChainResult, PuzzleLevel
from certify.statistics import ONE_SIDED, fixed_sequence, tightest_interval
from certify.verify.requiring import require
from certify.verify.score_counts import Counts, is_of_counts

ROUNDING = 0.0001
"""Printed shares are exact fractions rounded half to even, which a quotient in binary may miss by one decimal."""


def check_ladder(check: PlannedCheck, result: Value) -> None:
    """Returns if a result has the planned rungs, counts every answer, and calls held what its bounds show.

    Raises:
        HostileInput: CERT-E090, otherwise; CERT-E045, the planned parameters are malformed.
    """
    if isinstance(result, LogicPuzzlesResult):
        _check_puzzles(check, LogicPuzzlesParameters.from_document(check.parameters), result)
    if isinstance(result, LongChainResult):
        _check_chains(check, LongChainParameters.from_document(check.parameters), result)


def _check_puzzles(check: PlannedCheck, asked: LogicPuzzlesParameters, result: LogicPuzzlesResult) -> None:
    require(check, check.items == asked.questions(), "is not of the size its parameters say")
    cells = [(cell.family, cell.level) for cell in result.families]
    planned = [(family, level) for family in asked.families for level in asked.levels]
    same = cells == planned and tuple(level.level for level in result.levels) == asked.levels
    require(check, same and result.hold == asked.hold, "is about other levels than were planned")
    each = asked.per_level - asked.twins()
    counted = all((cell.items, cell.answers) == (each, each * asked.samples) for cell in result.families)
    counted = counted and all(cell.right <= cell.answers for cell in result.families)
    shared = counted and all(cell.share == round(cell.right / cell.answers, 4) for cell in result.families)
    shared = shared and all(_is_average(level, result, asked.samples) for level in result.levels)
    apart, right = result.unsolvable, sum(cell.right for cell in result.families)
    twins = asked.twins() * len(planned) * asked.samples
    whole = (apart.answers, right + apart.told) if apart else (0, right)
    require(check, shared and whole == (twins, result.outcomes.correct), "does not add up")
    held = fixed_sequence([level.one_sided for level in result.levels], asked.hold)
    _require_held(check, [level.held for level in result.levels], held, result.held_level, asked.levels)


def _is_average(level: PuzzleLevel, result: LogicPuzzlesResult, samples: int) -> bool:
    """Whether a level is what its families say, with bounds no narrower than they allow."""
    counts = {cell.family: (cell.items, cell.right) for cell in result.families if cell.level == level.level}
    fits = is_of_counts(level.accuracy, counts, samples) and level.accuracy.lower <= level.one_sided
    return fits and _is_bound(level.one_sided, counts, samples)


def _is_bound(one_sided: float, counts: Counts, samples: int) -> bool:
    """Whether a one-sided bound is not higher than the most favourable spread of the right answers makes it."""
    best = tightest_interval(counts, samples, level=ONE_SIDED)
    return best is not None and one_sided <= best.lower


def _check_chains(check: PlannedCheck, asked: LongChainParameters, result: LongChainResult) -> None:
    require(check, check.items == asked.questions(), "is not of the size its parameters say")
    same = tuple(arm.arm for arm in result.arms) == asked.arms and result.hold == asked.hold
    same = same and all(tuple(rung.length for rung in arm.rungs) == asked.lengths for arm in result.arms)
    require(check, same, "is about other chains than were planned")
    rungs = [rung for arm in result.arms for rung in arm.rungs]
    counted = all(rung.answers == asked.per_length * asked.samples for rung in rungs)
    for rung in rungs:
        counts = {"": (asked.per_length, rung.right)}
        counted = counted and 0 <= rung.right <= rung.answers and is_of_counts(rung.accuracy, counts, asked.samples)
        counted = counted and rung.accuracy.lower <= rung.one_sided and _is_bound(rung.one_sided, counts, asked.samples)
    counted = counted and all(rung.max_tokens == asked.cap(rung.length) for rung in rungs)
    require(check, counted and sum(r.right for r in rungs) == result.outcomes.correct, "does not add up")
    for arm in result.arms:
        held = fixed_sequence([rung.one_sided for rung in arm.rungs], asked.hold)
        _require_held(check, [rung.held for rung in arm.rungs], held, arm.held_length, asked.lengths)
    require(check, result.held_length == result.arms[0].held_length, "headlines another arm than the first")


def _require_held(check: PlannedCheck, said: list[bool], held: int, top: int, ladder: tuple[int, ...]) -> None:
    right = said == [number < held for number in range(len(ladder))] and top == (ladder[held - 1] if held else 0)
    require(check, right, "calls held what its bounds do not show")
