"""Answers round by round: each look is signed and logged before more is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from certify.attest.statements import interim_statement
from certify.check import (
    all_requests,
    asked_in_round,
    judge_in_worker,
    looks_taken,
    samples_of,
)
from certify.counting import counted
from certify.engines.journal import read_journal
from certify.engines.order import WorkOrder, write_requests
from certify.engines.runner import answer
from certify.evidence.answers import ItemRecord, Question, evidence_root
from certify.evidence.looks import Interim
from certify.evidence.plan import Plan
from certify.files import write_whole
from certify.pipeline.files import RunFolder, json_lines
from certify.pipeline.measuring import keep_session
from certify.pipeline.planning import signed_once
from certify.pipeline.reporter import Reporter
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle
from certify.trust.verified import Verified

RECORDS = "records.jsonl"


class Answered(NamedTuple):
    """What a run has come to when no more is asked."""

    records: tuple[ItemRecord, ...]
    """Every judged answer."""
    interims: dict[int, Bundle]
    """The interim looks, by their place in the log."""


@dataclass(frozen=True)
class Asking:
    """What is asked, of whom, and where the answers go."""

    folder: RunFolder
    """The run."""
    plan: Verified[Plan]
    """Its plan."""
    order: WorkOrder
    """The engine's order; its files of requests and answers are grown round by round."""
    questions: tuple[Question, ...]
    """Every question the plan may ask."""
    seed: bytes
    """32 bytes."""
    key: str | None
    """What a server wants to know before it answers."""
    tasks: Mapping[str, Path] = field(default_factory=dict)
    """The file of each task of lm-eval, by its name."""


def answer_by_looks(workspace: Workspace, asking: Asking, reporter: Reporter) -> Answered:
    """Every judged answer of a run; what the journal holds already is not asked again.

    Without looks everything is asked at once. With looks a run that was cut off goes through its rounds again, finds
    the answers of the earlier ones in the journal, and goes on in the round where it stopped.

    Raises:
        EvidenceMissing: CERT-E060, the engine stopped; CERT-E103, the answers could not be judged.
    """
    checks, interims = asking.plan.value.checks, dict[int, Bundle]()
    asked = asked_in_round(checks, asking.questions, (), 1)
    records = _round(asking, asked, reporter)
    for number in count(1):
        more = asked_in_round(checks, asking.questions, records, number + 1)
        if more == asked:
            break
        interims |= _logged(workspace, asking, _interim(asking, number, records))
        asked, records = more, _round(asking, more, reporter)
    write_whole(asking.folder.file(RECORDS), json_lines(records))
    return Answered(records, interims)


def _round(asking: Asking, asked: tuple[Question, ...], reporter: Reporter) -> tuple[ItemRecord, ...]:
    order, plan = asking.order, asking.plan.value
    requests = all_requests(plan.checks, asked, asking.seed)
    wanted = {request.key for request in requests}
    write_requests(Path(order.requests), requests)
    reporter.stage("Asking the questions")
    held = read_journal(Path(order.journal), order.header)
    if all(one.request_key in wanted for one in held.values()):  # else the run was cut off in a later round
        told = answer(order, progress=lambda seen: reporter.advance(seen.done, seen.total, "answers"), key=asking.key)
        for trouble, times in told.failures.items():
            reporter.note(f"no answer to {counted(times, 'question')}: {trouble}")
        keep_session(asking.folder, told, order.batch_size)
    reporter.stage("Judging the answers")
    held = read_journal(Path(order.journal), order.header)
    return judge_in_worker(
        asked,
        [completion for completion in held.values() if completion.request_key in wanted],
        plan.configuration.reasoning,
        samples=samples_of(plan.checks),
        prompt_style=plan.configuration.prompt_style,
        tasks=asking.tasks,
    )


def _interim(asking: Asking, number: int, records: tuple[ItemRecord, ...]) -> Interim:
    """The latest look of each check that has looks, with a commitment to the answers so far."""
    taken = {check.id: looks_taken(check, asking.questions, records) for check in asking.plan.value.checks}
    return Interim(
        plan_sha256=asking.plan.payload_sha256,
        round=number,
        checks={name: looks[-1] for name, looks in taken.items() if looks},
        records=len(records),
        records_root=evidence_root([record.document() for record in records]),
    )


def _logged(workspace: Workspace, asking: Asking, interim: Interim) -> dict[int, Bundle]:
    model = asking.plan.value.model
    name = f"interim-{interim.round}"
    bundle = signed_once(workspace, asking.folder, name, "evaluator", lambda: interim_statement(interim, model))
    return {workspace.log(bundle).index: bundle}
