"""Looks: which items are asked before which, what each look saw, and where a check stopped (rule SEQ)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import ItemRecord, Outcome, Question
from certify.evidence.looks import LookGroup, LookTaken, LookVerdict, PlannedLook
from certify.evidence.plan import PlannedCheck
from certify.statistics import Sums, judge, look_interval, look_levels, look_sizes
from certify.statistics.sequential import FEWEST_FIRST


def planned_looks(check: str, groups: Sequence[int], looks: int | None) -> tuple[PlannedLook, ...] | None:
    """The looks of a check as a plan lists them: every group is asked in equal steps.

    Args:
        check: its id, for the refusal.
        groups: items of each family, or of the benchmark.
        looks: how many; None for a check that asks everything at once.

    Raises:
        UsageError: CERT-E102, the first look would be too small for its error to be known.
    """
    if looks is None:
        return None
    sizes = [look_sizes(items, looks) for items in groups if items >= looks]
    totals = [sum(steps) for steps in zip(*sizes, strict=True)]
    if len(sizes) < len(groups) or not totals or totals[0] < FEWEST_FIRST:
        raise UsageError(
            "CERT-E102",
            f"{check} cannot be planned: {sum(groups)} items are too few for {looks} looks",
            f"the first look needs {FEWEST_FIRST} items, and every group some: below that its error is not known",
            f"ask for at least {FEWEST_FIRST * looks} items, or for fewer looks",
        )
    return tuple(PlannedLook(items=n, level=level) for n, level in zip(totals, look_levels(looks), strict=True))


def look_of(place: int, items: int, looks: int | None) -> int | None:
    """The look before which the item at a 0-based place in its group is asked; None without looks."""
    if looks is None:
        return None
    return next(look for look, size in enumerate(look_sizes(items, looks), 1) if place < size)


def looks_taken(
    check: PlannedCheck, questions: Sequence[Question], records: Sequence[ItemRecord]
) -> tuple[LookTaken, ...]:
    """The looks of one check whose items are all answered, up to the one where it stops; none without looks.

    Args:
        check: as planned.
        questions: every question of the run.
        records: judged answers, as many as there are so far.
    """
    if check.looks is None:
        return ()
    right = dict[str, int]()
    answered: dict[str, int] = defaultdict(int)
    for record in records:
        if record.completion.check == check.id:
            answered[record.completion.item] += 1
            right[record.completion.item] = right.get(record.completion.item, 0) + (record.outcome is Outcome.CORRECT)
    own, taken = [question for question in questions if question.check == check.id], list[LookTaken]()
    for look in range(1, len(check.looks) + 1):
        asked = [question for question in own if (question.look or 1) <= look]
        if any(answered[question.item] != check.samples for question in asked):
            break
        taken.append(_taken(check, look, asked, right))
        if taken[-1].last:
            break
    return tuple(taken)


def _taken(check: PlannedCheck, look: int, asked: Sequence[Question], right: Mapping[str, int]) -> LookTaken:
    groups: dict[str, list[int]] = defaultdict(list)
    for question in asked:
        groups[question.group].append(right[question.item])
    sums = {name: Sums.of(counts) for name, counts in sorted(groups.items())}
    looks = len(check.looks or ())
    interval = look_interval(sums, check.samples, look, looks)
    if interval is None:
        raise UsageError("CERT-E102", f"look {look} of {check.id} has too few items for an interval")
    return LookTaken(
        look=look,
        of=looks,
        items=interval.items,
        groups=tuple(LookGroup(group=name, **one._asdict()) for name, one in sums.items()),
        estimate=interval.estimate,
        lower=interval.lower,
        upper=interval.upper,
        verdict=LookVerdict(judge(interval, float(check.parameters["threshold"])).value),
    )


def asked_in_round(
    checks: Sequence[PlannedCheck], questions: Sequence[Question], records: Sequence[ItemRecord], number: int
) -> tuple[Question, ...]:
    """The questions that are asked up to a round of a run, given the answers of earlier rounds.

    The first round asks everything that has no looks; a check that has stopped asks no more.
    """
    stops = dict[str, int]()
    for check in checks:
        taken = looks_taken(check, questions, records)
        stops[check.id] = taken[-1].look if taken and taken[-1].last and taken[-1].look < number else number
    return tuple(question for question in questions if (question.look or 1) <= stops[question.check])


def asked_questions(
    checks: Sequence[PlannedCheck], questions: Sequence[Question], records: Sequence[ItemRecord]
) -> tuple[Question, ...]:
    """The questions of a finished run that were asked: all, but for those after the look where a check stopped.

    Raises:
        EvidenceMissing: CERT-E064, the answers are not exactly those of the looks that were to be taken.
    """
    if all(check.looks is None for check in checks):
        return tuple(questions)
    asked = asked_in_round(checks, questions, records, max(len(check.looks or (1,)) for check in checks))
    samples = {check.id: check.samples for check in checks}
    planned = {(one.check, one.item, repeat) for one in asked for repeat in range(samples[one.check])}
    if planned != {record.key for record in records}:
        raise EvidenceMissing(
            "CERT-E064",
            "the answers are not those of the looks that were to be taken",
            "a run asks what its plan says up to the look where it stops, and nothing besides",
        )
    return asked
