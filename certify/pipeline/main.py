"""The main job as one resumable function: a model folder in, a certificate or a screening report out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from certify.check import planned_checks, require_drawable, unreadable
from certify.check.corpus_scan import CorpusScan
from certify.check.date_split import DateSplit, refuse_earlier_cutoff
from certify.decide import LoadedPolicy, load_policy
from certify.errors import HostileInput, UsageError
from certify.evidence.certificate import Certificate, ScreeningReport
from certify.evidence.decision import Verdict
from certify.evidence.instances import kind_of
from certify.evidence.plan import Plan, PlannedCheck
from certify.files import read_file, write_whole
from certify.identify import DigestCache, read_dataset, read_model
from certify.pipeline.clock import now
from certify.pipeline.concluding import OUTCOME, WAITING, conclude
from certify.pipeline.deciding import make_decision
from certify.pipeline.evaluating import evaluate
from certify.pipeline.files import RunFolder
from certify.pipeline.outlook import require_reachable
from certify.pipeline.planning import attest_inputs, is_lapsed, make_plan, require_entropy
from certify.pipeline.preparing import prepare_engine, require_installed, tell_unscored
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import STATE, RunInputs, RunOutcome, RunRequest, RunState, Stage
from certify.pipeline.serving import require_consistent, require_runs
from certify.pipeline.voices import log_for_approver
from certify.pipeline.waiving import WHAT, waivers_for
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle, statement_of
from certify.verify.document import claimed_certificate


def run_model(workspace: Workspace, request: RunRequest, reporter: Reporter) -> RunOutcome:
    """Tests a model under a policy and issues what the policy allows.

    A run that was cut off is continued by asking for the same again: no committed answer is repeated.

    Raises:
        CertifyError: whatever stopped it; the run folder stays and can be continued.
    """
    folder = start_run(workspace, request, reporter, upto=Stage.ISSUE)
    return outcome_of(folder)


def start_run(workspace: Workspace, request: RunRequest, reporter: Reporter, *, upto: Stage) -> RunFolder:
    """Begins or continues the run of a request and carries it up to a stage."""
    workspace.trust.require_current(now())
    require_consistent(request)
    require_installed(request.engine)
    require_entropy(workspace, request.entropy)
    with workspace.writing():
        inputs = read_inputs(request, reporter)
        folder = open_run(workspace, inputs, reporter)
        _advance(workspace, folder, inputs, reporter, upto)
        return folder


def continue_run(workspace: Workspace, folder: RunFolder, reporter: Reporter, *, upto: Stage) -> None:
    """Carries a run up to a stage; what was done already stays as it is.

    Raises:
        HostileInput: CERT-E026, the model, data or policy is not what the run began with.
    """
    state = RunState.from_bytes(read_file(folder.file(STATE)), name=STATE)
    require_consistent(state.request)
    require_installed(state.request.engine)
    with workspace.writing():
        inputs = read_inputs(state.request, reporter)
        if inputs.key() != state.key:
            raise HostileInput(
                "CERT-E026",
                f"the model, data or policy has changed since run {folder.name} began",
                "its plan would no longer describe what is tested",
                "put the files back, or start a new run with `certify run`",
            )
        _advance(workspace, folder, inputs, reporter, upto)


def _advance(workspace: Workspace, folder: RunFolder, inputs: RunInputs, reporter: Reporter, upto: Stage) -> None:
    """Goes through the stages in order; each finds what an earlier start has left and goes on from there."""
    attested, checks = attest_inputs(workspace, folder, inputs), tuple[PlannedCheck, ...]()
    if not folder.has("plan.bundle.json"):
        workspace.signer("evaluator")  # a missing key or wrong PIN is told before the engine starts
        checks = planned_checks(inputs.policy.policy.checks)
        require_reachable(inputs.policy, checks)
        require_drawable(checks)
    prepared = prepare_engine(folder, inputs, reporter)
    tell_unscored(checks, prepared.described, reporter)
    plan, plan_bundle, plan_index = make_plan(workspace, folder, prepared)
    if upto is Stage.PLAN:
        return
    evaluated, evaluated_at = evaluate(workspace, folder, prepared, plan, reporter)
    if upto is Stage.CHECK:
        return
    reporter.stage("Deciding")
    waivers = waivers_for(workspace, folder, inputs.request.waivers, inputs.model.identity.identity, inputs.policy)
    places = {"plan": plan_index, **evaluated_at}
    places |= {waiver.payload_sha256: log_for_approver(workspace, waiver, WHAT) for waiver in waivers}
    bundles = [*attested, plan_bundle, *evaluated, *waivers]
    decided = make_decision(workspace, folder, inputs.policy, bundles, places)
    if upto is Stage.ISSUE:
        conclude(workspace, folder, inputs.policy, decided, reporter)


def read_inputs(request: RunRequest, reporter: Reporter) -> RunInputs:
    """Reads and checks everything that was named; nothing has been written yet."""
    from certify.attest.data_description import read_description, stewards_word
    from certify.attest.declaration import read_declaration

    policy = load_policy(request.policy)
    described = request.data_description
    description = stewards_word([read_description(described)]) if described else None
    if description is not None and description.description is not None:
        refuse_earlier_cutoff(_cutoffs(policy), description.description.cutoff_date)
    reporter.stage("Reading the model")
    model = read_model(request.model, name=request.name, progress=lambda done, of: reporter.advance(done, of, "bytes"))
    require_runs(request.engine, model)
    data = None
    if request.data:
        reporter.stage("Reading the training data")
        called = description.name if description else None
        cache = DigestCache.of_user() if request.cached_data else None
        data = read_dataset(
            request.data, called, progress=lambda done, of: reporter.advance(done, of, "bytes"), cache=cache
        )
        if CorpusScan.id in policy.check_ids:
            _tell_unreadable(unreadable(data.manifest), reporter)
    declaration = read_declaration(request.declaration, declared_at=now()) if request.declaration else None
    return RunInputs(request, model, policy, data, declaration, description)


def _cutoffs(policy: LoadedPolicy) -> dict[str, str]:
    asked = (one for one in policy.policy.checks if kind_of(one.id) == DateSplit.id)
    return {one.id: str(one.with_["cutoff"]) for one in asked}


def _tell_unreadable(shards: Sequence[str], reporter: Reporter) -> None:
    if shards:
        more = f" and {len(shards) - 1:,} more" if len(shards) > 1 else ""
        reporter.note(f"the scan cannot read {shards[0]}{more}: the findings will say that they do not cover it")


def open_run(workspace: Workspace, inputs: RunInputs, reporter: Reporter) -> RunFolder:
    """The run that was cut off while doing the same, or a new one."""
    key = inputs.key()
    for folder in workspace.runs():
        if folder.has(STATE) and not folder.has(OUTCOME):
            state = RunState.from_bytes(folder.file(STATE).read_bytes(), name=STATE)
            if state.key == key and not _given_up(workspace, folder, reporter):
                why = "waits for its approvers" if folder.has(WAITING) else "was cut off"
                reporter.note(f"continuing run {folder.name}, which {why}")
                return folder
    moment = now()
    name = f"{moment[:10]}-{moment[11:19].replace(':', '')}-{secrets.token_hex(2)}"
    folder = RunFolder(workspace.home / "runs" / name)
    write_whole(folder.file("manifest.json"), inputs.model.manifest.to_bytes())
    state = RunState(key=key, request=_absolute(inputs.request), started_at=moment)
    write_whole(folder.file(STATE), state.to_bytes())
    return folder


def _given_up(workspace: Workspace, folder: RunFolder, reporter: Reporter) -> bool:
    """Whether a run missed its plan's deadline; it is closed then, and stays in the log as an attempt."""
    if not folder.has("plan.bundle.json"):
        return False
    bundle = parse_bundle(folder.file("plan.bundle.json").read_bytes(), name="plan")
    plan = Plan.from_document(statement_of(bundle).predicate, name="plan")
    if not is_lapsed(workspace, bundle.payload_sha256, plan.deadline):
        return False
    reporter.note(f"run {folder.name} missed its deadline, {plan.deadline}: its plan counts as failed")
    write_whole(folder.file(OUTCOME), RunOutcome(run=folder.name, verdict=Verdict.INCOMPLETE.value).to_bytes())
    return True


def _absolute(request: RunRequest) -> RunRequest:
    """The request with paths that hold from any folder."""
    policy = Path(request.policy)
    return request.model_copy(
        update={
            "model": request.model.resolve(),
            "data": tuple(path.resolve() for path in request.data),
            "declaration": request.declaration.resolve() if request.declaration else None,
            "data_description": request.data_description.resolve() if request.data_description else None,
            "policy": str(policy.resolve()) if policy.exists() else request.policy,
            "waivers": tuple(path.resolve() for path in request.waivers),
        }
    )


def outcome_of(folder: RunFolder) -> RunOutcome:
    """How a finished run ended, or that it waits for its approvers.

    Raises:
        UsageError: CERT-E012, it has not ended and waits for nobody.
    """
    if folder.has(WAITING) and not folder.has(OUTCOME):
        return RunOutcome.from_bytes(folder.file(WAITING).read_bytes(), name=WAITING)
    if not folder.has(OUTCOME):
        raise UsageError(
            "CERT-E012", f"run {folder.name} has not ended", hint="give the command that started it again to go on"
        )
    return RunOutcome.from_bytes(folder.file(OUTCOME).read_bytes(), name=OUTCOME)


def findings_of(workspace: Workspace, outcome: RunOutcome) -> Certificate | ScreeningReport:
    """The facts of a finished run, from its certificate or its screening report."""
    folder = workspace.run_folder(outcome.run)
    if outcome.serial is None:
        return ScreeningReport.from_bytes(read_file(folder.file("screening.json")), name="screening report")
    return claimed_certificate(read_file(folder.file("certificate.json")))
