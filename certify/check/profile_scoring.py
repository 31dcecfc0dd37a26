"""Answers of ``capability-profile`` as a scope with bounds: counted item by item, then kind by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from certify.check.base import drop_of
from certify.check.profile_scope import GIVEN, KINDS, RECALLED, Tally, scope_of, share_of
from certify.check.recalled import MOST_FREQUENT, constant_share
from certify.check.short_answers import same_short, says_unknown
from certify.check.worlds.draw import RELEASED, VERSION
from certify.check.worlds.floor import floors
from certify.errors import InternalError
from certify.evidence.answers import ItemRecord, Outcome, Question
from certify.evidence.parameters.profile import CapabilityProfileParameters
from certify.evidence.results.estimates import Drop, Outcomes
from certify.evidence.results.profile import (
    CapabilityProfileResult,
    ProfileCell,
    profile_words,
    unmeasured,
)
from certify.statistics import paired_interval

STEP, OUTERMOST = "step-", "outermost"
"""Diagnostics: somebody on the way, and whom the last step alone leads to."""


def profile_of(
    parameters: CapabilityProfileParameters,
    questions: Sequence[Question],
    records: Iterable[ItemRecord],
    *,
    outcomes: Outcomes,
    benchmark: tuple[str, str] | None,
) -> CapabilityProfileResult:
    """The result.

    Args:
        parameters: as planned.
        questions: of this check.
        records: of this check, every planned answer.
        outcomes: how they ended.
        benchmark: id and digest of the file with facts to recall.
    """
    by_item = _by_item(records)
    counted = {one.item: _tally(by_item[one.item]) for one in questions}
    cells: dict[tuple[str, int], list[Question]] = defaultdict(list)
    for one in questions:
        cells[kind_of_item(one)].append(one)
    tallies = {place: [counted[one.item] for one in asked] for place, asked in cells.items()}
    scope, apart = scope_of(tallies, parameters.samples), _told_apart(questions, counted, parameters.samples)
    several = [one for one in questions if one.diagnostics]
    return CapabilityProfileResult(
        scope=scope,
        words=profile_words(scope, apart, outcomes),
        not_measured=unmeasured(scope),
        told_apart=apart,
        cells=tuple(
            _cell(place, cells[place], tallies[place], parameters)
            for place in sorted(cells, key=lambda place: (KINDS.index(place[0]), place[1]))
        ),
        stopped_early=_named(several, by_item, STEP),
        outermost_alone=_named(several, by_item, OUTERMOST),
        people=parameters.people,
        version=VERSION,
        released=RELEASED,
        benchmark=benchmark[0] if benchmark else None,
        benchmark_sha256=benchmark[1] if benchmark else None,
        outcomes=outcomes,
    )


def kind_of_item(question: Question) -> tuple[str, int]:
    """Kind and hops of an item, as its group says."""
    kind, _, hops = question.group.partition("/")
    return kind, int(hops)


def _cell(
    place: tuple[str, int],
    asked: Sequence[Question],
    tallies: Sequence[Tally],
    parameters: CapabilityProfileParameters,
) -> ProfileCell:
    (kind, hops), answers = place, len(asked) * parameters.samples
    floor, responder = None, None
    if kind == GIVEN:
        known = floors()[parameters.people][hops]
        floor, responder = known.upper, known.best_responder
    elif kind == RECALLED:
        floor, responder = constant_share(asked), MOST_FREQUENT
    right = sum(item.right for item in tallies)
    return ProfileCell(
        facts=kind,
        hops=hops,
        items=len(asked),
        answers=answers,
        right=right,
        abstained=sum(item.abstained for item in tallies),
        wrong=sum(item.wrong for item in tallies),
        share=share_of(right, answers),
        floor=floor,
        floor_responder=responder,
    )


def _told_apart(questions: Sequence[Question], counted: Mapping[str, Tally], samples: int) -> Drop:
    pairs = [(counted[one.item], counted[one.pair]) for one in questions if one.pair is not None]
    found = paired_interval([Fraction(twin.abstained - own.abstained, samples) for twin, own in pairs])
    if found is None:
        raise InternalError("CERT-E102", f"{len(pairs)} pairs of capability-profile gave no interval")
    return drop_of(found)


def _by_item(records: Iterable[ItemRecord]) -> Mapping[str, list[ItemRecord]]:
    found: dict[str, list[ItemRecord]] = defaultdict(list)
    for record in records:
        found[record.completion.item].append(record)
    return found


def _tally(records: Sequence[ItemRecord]) -> Tally:
    abstained = [says_unknown(record.answer) for record in records]
    wrong = [record.outcome is Outcome.WRONG for record in records]
    return Tally(
        right=sum(record.outcome is Outcome.CORRECT for record in records),
        abstained=sum(abstained),
        wrong=sum(not said and failed for said, failed in zip(abstained, wrong, strict=True)),
    )


def _named(several: Sequence[Question], by_item: Mapping[str, Sequence[ItemRecord]], mistake: str) -> float:
    """Share of the answers to these items that is a mistake of this name."""
    said = [(record, one) for one in several for record in by_item[one.item]]
    known = sum(
        record.outcome is Outcome.WRONG
        and any(
            same_short(record.answer, name) for key, name in (one.diagnostics or {}).items() if key.startswith(mistake)
        )
        for record, one in said
    )
    return share_of(known, len(said))
