"""All checks of a run together: sizes for the plan, questions from the seed, results from the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from certify.check.base import Answers, Check, Sources, most_read
from certify.check.capability_profile import CapabilityProfile
from certify.check.concision import Concision
from certify.check.corpus_scan import CorpusScan, Scanned
from certify.check.cost import Cost, cost_of
from certify.check.detections import concluded
from certify.check.failures import too_many_failures
from certify.check.families import FAMILIES, generate_items
from certify.check.fresh_reasoning import FreshReasoning
from certify.check.instances import as_seen_by, renamed
from certify.check.logic_puzzles import LogicPuzzles
from certify.check.long_chain import LongChain
from certify.check.looks import asked_questions, looks_taken
from certify.check.multi_turn import MultiTurn
from certify.check.option_order import OptionOrder
from certify.check.order_exchangeability import OrderExchangeability
from certify.check.private_set import PrivateSet
from certify.check.several_gaps import corrected_gaps
from certify.check.sources import open_sources, with_digests
from certify.check.static_benchmark import StaticBenchmark
from certify.check.static_fresh_gap import StaticFreshGap
from certify.check.unseen_tools import UnseenTools
from certify.engines.episodes import most_turns
from certify.errors import UsageError
from certify.evidence.answers import ItemRecord, Question, Request
from certify.evidence.base import StrictValue, Value
from certify.evidence.evaluation import NotRun
from certify.evidence.instances import entry_for
from certify.evidence.parameters import PARAMETER_TYPES, CostParameters, FreshReasoningParameters
from certify.evidence.plan import PlannedCheck
from certify.evidence.telemetry import MeasuredRun
from certify.statistics.stream import repeat_seed

if TYPE_CHECKING:
    from certify.decide.form import CheckRequest

CHECKS: dict[str, Check[Any]] = {
    check.id: check
    for check in (
        StaticBenchmark(),
        FreshReasoning(),
        StaticFreshGap(),
        CorpusScan(),
        MultiTurn(),
        UnseenTools(),
        LogicPuzzles(),
        LongChain(),
        CapabilityProfile(),
        PrivateSet(),
        Concision(),
        Cost(),
        OrderExchangeability(),
        OptionOrder(),
    )
}
"""Check id to the check."""

PILOT = "pilot"
PILOT_ITEMS = 16
_PILOT_SEED = hashlib.sha256(b"certify/pilot/v1").digest()


class Scored(NamedTuple):
    """What a run found."""

    results: dict[str, Value]
    """Result of each check that gave one."""
    not_run: tuple[NotRun, ...]
    """Checks without a result."""


def planned_checks(
    requests: Sequence[CheckRequest], files: Mapping[str, Path] | None = None
) -> tuple[PlannedCheck, ...]:
    """The checks of a policy as a plan fixes them: every parameter, benchmark digests, sizes.

    Args:
        requests: the policy's checks.
        files: see :func:`certify.check.sources.open_sources`.

    Raises:
        UsageError: CERT-E100, CERT-E102; HostileInput: CERT-E101.
    """
    parameters = {request.id: _typed(request.id, request.with_) for request in requests}
    sources = open_sources(parameters, files)
    planned = []
    for name, given in parameters.items():
        check = check_for(name)
        size = check.size(given, sources)
        planned.append(
            PlannedCheck(
                id=name,
                version=check.version,
                parameters=with_digests(given, sources).document(),
                items=size.items,
                samples=size.samples,
                max_tokens=size.max_tokens,
                calls=size.calls,
                looks=size.looks,
                reads=size.reads,
            )
        )
    return tuple(planned)


def planned_parameters(checks: Sequence[PlannedCheck]) -> dict[str, StrictValue]:
    """The parameters of a plan's checks, typed.

    Raises:
        UsageError: CERT-E102, a check this version does not have, or has in another version.
    """
    for check in checks:
        known = entry_for(check.id, CHECKS)
        if known is not None and known.version != check.version:
            raise UsageError(
                "CERT-E102",
                f"the plan uses version {check.version} of {check.id}, this is version {known.version}",
                why="another version may draw other problems",
                hint="use the certify version that made the plan",
            )
    return {check.id: _typed(check.id, check.parameters) for check in checks}


def planned_sources(checks: Sequence[PlannedCheck], files: Mapping[str, Path] | None = None) -> Sources:
    """The benchmarks of a plan, each held against the digest in it.

    Raises:
        UsageError: CERT-E100, CERT-E102; HostileInput: CERT-E101.
    """
    return open_sources(planned_parameters(checks), files)


def all_questions(checks: Sequence[PlannedCheck], sources: Sources, seed: bytes) -> tuple[Question, ...]:
    """Every question of a plan, sorted by (check, item); a pure function of its arguments.

    Raises:
        UsageError: CERT-E102, the plan's sizes do not follow from its parameters.
    """
    parameters, questions = planned_parameters(checks), list[Question]()
    for check in checks:
        drawn = renamed(check_for(check.id).questions(parameters[check.id], sources, seed), check.id)
        if len(drawn) != check.items:
            raise UsageError("CERT-E102", f"{check.id} draws {len(drawn)} questions where the plan says {check.items}")
        if sum(map(most_turns, drawn)) != (check.items if check.calls is None else check.calls):
            raise UsageError("CERT-E102", f"the turns of {check.id} are not as many as the plan says")
        if (most_read(drawn, check.samples) or 0) > (check.reads or 0):
            raise UsageError("CERT-E102", f"{check.id} gives longer texts than the plan says")
        questions += drawn
    return tuple(sorted(questions, key=lambda question: (question.check, question.item)))


def all_requests(checks: Sequence[PlannedCheck], questions: Sequence[Question], seed: bytes) -> tuple[Request, ...]:
    """Every question as often as planned, each time with a sampling seed of its own, sorted by key."""
    return tuple(
        Request(
            check=question.check,
            item=question.item,
            repeat=repeat,
            seed=repeat_seed(seed, f"{question.check}/{question.item}", repeat),
            text=question.text,
            max_tokens=question.max_tokens,
            plain=question.plain,
            raw=question.raw,
            episode=question.episode,
            given=question.given,
            moments=question.moments,
        )
        for question in sorted(questions, key=lambda question: (question.check, question.item))
        for repeat in range(samples_of(checks)[question.check])
    )


def samples_of(checks: Sequence[PlannedCheck]) -> dict[str, int]:
    """Planned answers to each question, by check."""
    return {check.id: check.samples for check in checks}


def score_all(
    checks: Sequence[PlannedCheck],
    questions: Sequence[Question],
    records: Sequence[ItemRecord],
    sources: Sources,
    scanned: Scanned | None = None,
    *,
    measured: MeasuredRun | None = None,
    context_length: int | None = None,
) -> Scored:
    """The result of every planned check, or why it has none.

    Args:
        checks: as planned.
        questions: from :func:`all_questions`.
        records: every judged answer.
        sources: from :func:`planned_sources`.
        scanned: what the corpus scan found, when there was data to scan.
        measured: time and energy of answering, where there is a record.
        context_length: most tokens the model reads; where it is given, a check on which the engine failed too often
            has no result.

    Raises:
        EvidenceMissing: CERT-E064, the answers are not exactly those of the looks that were to be taken.
    """
    asked = asked_questions(checks, questions, records)
    taken = {check.id: looks_taken(check, questions, records) for check in checks}
    answers, results, not_run = Answers(asked, tuple(records), taken), dict[str, Value](), list[NotRun]()
    parameters = planned_parameters(checks)
    for check in checks:
        own = as_seen_by(check.id, parameters, answers)
        outcome: Value = check_for(check.id).score(parameters[check.id], own, sources)
        if check.id == CorpusScan.id and scanned is not None:
            outcome = scanned.result
        given = parameters[check.id]
        if isinstance(given, CostParameters):
            outcome = cost_of(given, answers, measured)
        outcome = too_many_failures(check.id, records, context_length) or outcome
        if isinstance(outcome, NotRun):
            not_run.append(outcome.model_copy(update={"check": check.id}))
        else:
            results[check.id] = outcome
    return Scored(concluded(parameters, corrected_gaps(parameters, results)), tuple(not_run))


def pilot_requests(requests: Sequence[CheckRequest]) -> tuple[Request, ...]:
    """A few problems like those of a policy, which no plan will ask, with its largest token cap."""
    parameters = [_typed(request.id, request.with_) for request in requests]
    cap = max((getattr(given, "max_tokens", 0) or 0 for given in parameters), default=0) or 1024
    fresh = next((given for given in parameters if isinstance(given, FreshReasoningParameters)), None)
    families = fresh.families if fresh else tuple(FAMILIES)
    level = fresh.level if fresh else 1
    each = -(-PILOT_ITEMS // len(families))
    drawn = {name: iter(generate_items(_PILOT_SEED, name, level, each, purpose=PILOT)) for name in families}
    return tuple(
        Request(
            check=PILOT,
            item=f"{name}-{number:02d}",
            repeat=0,
            seed=repeat_seed(_PILOT_SEED, f"{PILOT}/{number}", 0),
            text=next(drawn[name]).question,
            max_tokens=cap,
        )
        for number, name in enumerate(islice(cycle(families), PILOT_ITEMS), 1)
    )


def check_for(name: str) -> Check[Any]:
    """The check behind an id.

    Raises:
        UsageError: CERT-E102, there is none.
    """
    known = entry_for(name, CHECKS)
    if known is None:
        raise UsageError("CERT-E102", f"no check is called {name}", hint=f"known: {', '.join(sorted(CHECKS))}")
    return known


def _typed(check: str, given: Mapping[str, Any]) -> StrictValue:
    check_for(check)
    form = entry_for(check, PARAMETER_TYPES)
    assert form is not None  # noqa: S101 - a test holds both tables to the same checks
    return form.from_document(dict(given), name=f"parameters of {check}")
