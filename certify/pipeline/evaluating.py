"""The evaluation: questions from the seed, answers into the journal, judged, counted, signed and logged."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from certify.attest.statements import contamination_statement, evaluation_statement
from certify.check import (
    Scanned,
    Sources,
    all_questions,
    keep_tasks,
    kept_tasks,
    planned_parameters,
    planned_sources,
    scan_corpus,
    score_all,
)
from certify.check.corpus_scan import CorpusScan
from certify.engines.order import JournalHeader, WorkOrder
from certify.errors import InternalError
from certify.evidence.answers import ItemRecord, Question, evidence_root
from certify.evidence.contamination import Contamination, data_seen
from certify.evidence.evaluation import Attempts, EarlierPlan, Evaluation, Journal, tries
from certify.evidence.parameters import CorpusScanParameters
from certify.evidence.plan import Plan
from certify.evidence.results import CorpusScanResult
from certify.files import write_whole
from certify.identify import recheck
from certify.pipeline.clock import now
from certify.pipeline.files import RunFolder, json_lines
from certify.pipeline.looking import Asking, answer_by_looks
from certify.pipeline.measuring import measured_run
from certify.pipeline.planning import draw_seed, require_open, signed_once
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import Prepared
from certify.pipeline.serving import key_of, server_of
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle
from certify.trust.verified import Verified

QUESTIONS = "questions.jsonl"
JOURNAL = "journal.jsonl"
SCAN_REPORT = "scan-report.json"
SCAN_RESULT = "scan-result.json"
SCAN_LEDGER = "scan-ledger"


@dataclass(frozen=True)
class Asked:
    """What follows from plan and seed, before anything is answered."""

    sources: Sources
    """Benchmarks, each as the plan names it."""
    questions: tuple[Question, ...]
    """Every question, sorted."""
    seed: bytes
    """32 bytes."""


def evaluate(
    workspace: Workspace, folder: RunFolder, prepared: Prepared, plan: Verified[Plan], reporter: Reporter
) -> tuple[list[Bundle], dict[str, int]]:
    """The signed evaluation of a plan and its log index, under its name.

    With it come the interim looks, with their indices by payload digest, and a contamination statement where data was
    scanned.

    Raises:
        HostileInput: CERT-E026, the model or the data changed during the run.
        EvidenceMissing: CERT-E060, the engine stopped; CERT-E098, a seed witness has not answered.
        RegistryError: CERT-E078, the plan's deadline has passed.
    """
    require_open(workspace, plan)
    started = folder.once("started", lambda: now().encode()).decode()
    used, seed = draw_seed(workspace, folder, plan)
    sources = planned_sources(plan.value.checks, kept_tasks(plan.value.checks, folder.path))
    tasks = keep_tasks(sources, folder.path)
    asked = Asked(sources, all_questions(plan.value.checks, sources, seed), seed)
    write_whole(folder.file(QUESTIONS), json_lines(asked.questions))
    order, key = _work_order(folder, prepared, plan), key_of(prepared.inputs.request)
    asking = Asking(folder, plan, order, asked.questions, seed, key, tasks)
    records, interims = answer_by_looks(workspace, asking, reporter)
    scanned = _scan(folder, prepared, plan.value, asked, reporter)
    reporter.stage("Checking that the model is still the same")
    recheck(prepared.inputs.model)
    recheck(replace(prepared.inputs.model, folder=prepared.staged))
    measured = measured_run(folder)
    scored = score_all(
        plan.value.checks,
        asked.questions,
        records,
        asked.sources,
        scanned,
        measured=measured,
        context_length=plan.value.configuration.context_length,
    )

    def payload() -> bytes:
        evaluation = Evaluation(
            plan_sha256=plan.payload_sha256,
            model=prepared.inputs.model.identity,
            configuration=prepared.described.configuration,
            entropy=used,
            seed=seed.hex(),
            journal=_journal(asked.questions, records),
            checks={name: result.document() for name, result in scored.results.items()},
            not_run=scored.not_run,
            attempts=_attempts(workspace, plan),
            started_at=started,
            finished_at=now(),
        )
        return evaluation_statement(evaluation)

    bundle = signed_once(workspace, folder, "evaluation", "evaluator", payload)
    bundles = [*interims.values(), bundle]
    if scanned is not None:
        found = _contamination(plan, prepared, scanned)
        model = prepared.inputs.model.identity
        payload_of_scan = partial(contamination_statement, found, model)
        bundles.append(signed_once(workspace, folder, "contamination", "evaluator", payload_of_scan))
    places = {interim.payload_sha256: index for index, interim in interims.items()}
    return bundles, {**places, "evaluation": workspace.log(bundle).index}


def _contamination(plan: Verified[Plan], prepared: Prepared, scanned: Scanned) -> Contamination:
    """What the scan found, for readers who want that alone."""
    return Contamination(
        plan_sha256=plan.payload_sha256,
        datasets=plan.value.datasets,
        data_examined=data_seen(plan.value.data_examined, {CorpusScan.id: scanned.result}),
        scan=scanned.result,
        scanned_at=now(),
    )


def _work_order(folder: RunFolder, prepared: Prepared, plan: Verified[Plan]) -> WorkOrder:
    configuration = prepared.described.configuration
    return WorkOrder(
        model=str(prepared.staged),
        configuration=configuration,
        requests=str(folder.file("requests.jsonl")),
        journal=str(folder.file(JOURNAL)),
        header=JournalHeader.of(plan.payload_sha256, plan.value.model.identity, configuration),
        batch_size=prepared.inputs.request.at_once,
        server=server_of(prepared.inputs.request),
    )


def _scan(folder: RunFolder, prepared: Prepared, plan: Plan, asked: Asked, reporter: Reporter) -> Scanned | None:
    """The corpus scan, made once for a run; None when there is no data or the plan asks for none."""
    parameters = planned_parameters(plan.checks).get("corpus-scan")
    data = prepared.inputs.data
    if data is not None and parameters is None:
        reporter.note("no check of the policy reads the training data: it is named by its digests, not searched")
    if data is None or not isinstance(parameters, CorpusScanParameters):
        return None
    if folder.has(SCAN_RESULT) and folder.has(SCAN_REPORT):
        result = CorpusScanResult.from_bytes(folder.file(SCAN_RESULT).read_bytes(), name=SCAN_RESULT)
        return Scanned(result, folder.file(SCAN_REPORT).read_bytes())
    reporter.stage("Looking for the benchmark in the training data")
    scanned = scan_corpus(
        parameters,
        asked.sources,
        prepared.inputs.request.data,
        asked.seed,
        manifest=data.manifest,
        progress=lambda done, of: reporter.advance(done, of, "bytes"),
        ledger=folder.file(SCAN_LEDGER),
        note=reporter.note,
    )
    write_whole(folder.file(SCAN_REPORT), scanned.report)
    write_whole(folder.file(SCAN_RESULT), scanned.result.to_bytes())
    shutil.rmtree(folder.file(SCAN_LEDGER), ignore_errors=True)
    return scanned


def _journal(questions: Sequence[Question], records: Sequence[ItemRecord]) -> Journal:
    return Journal(
        questions=len(questions),
        questions_root=evidence_root([question.document() for question in questions]),
        records=len(records),
        records_root=evidence_root([record.document() for record in records]),
    )


def _attempts(workspace: Workspace, plan: Verified[Plan]) -> Attempts:
    """Earlier plans in this log for the same applicant, name or weights, and how many of them tried this model."""
    index = workspace.registry.index_of(plan.payload_sha256)
    if index is None:
        raise InternalError("CERT-E099", "the plan is not in the log although it was appended")
    earlier = plans_like(workspace, plan.value, before=index)
    return Attempts(number=tries(earlier) + 1, earlier=earlier, excludable=False)


def plans_like(workspace: Workspace, plan: Plan, *, before: int) -> tuple[EarlierPlan, ...]:
    """Plans logged before an index that share applicant, name or weights with this one."""
    model = plan.model
    return workspace.registry.earlier_plans(plan.applicant, model.name, model.weights_digest, before)
