"""The plan: everything fixed, signed and logged before the first problem is drawn."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from certify.attest.data_description import StewardsWord
from certify.attest.statements import dataset_statement, declaration_statement, plan_statement
from certify.check import planned_checks, planned_parameters
from certify.check.rewrite_sources import refuse_own_reference
from certify.errors import EvidenceMissing, RegistryError, UsageError
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json, sha256_hex
from certify.evidence.evaluation import EntropyUsed, WitnessAnswer
from certify.evidence.plan import EntropyKind, EntropySource, Plan, fresh_seed
from certify.pipeline.clock import later, now
from certify.pipeline.files import RunFolder
from certify.pipeline.request import Prepared, RunInputs
from certify.pipeline.reusing import former_statements, reuse_statement
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.verified import Verified, verify_statement
from certify.verify.entropy import check_witnesses, entropy_of

STEWARD = "data-steward"
"""Who speaks of training data and intended use."""
WITNESS_FOLDER = "witnesses"
"""Where a run waits for the answers of its seed witnesses, one JSON file each."""


def require_entropy(workspace: Workspace, kind: EntropyKind) -> None:
    """Returns if a seed can come from there; a plan that never gets one would count as a failed attempt.

    Raises:
        UsageError: CERT-E011, this version draws from no beacon, or the trust file names no seed witness.
    """
    if kind is EntropyKind.BEACON:
        raise UsageError(
            "CERT-E011", "this version draws no seed from a public beacon", hint="use --entropy seedWitnesses or self"
        )
    if kind is EntropyKind.SEED_WITNESSES and not workspace.trust.seed_witnesses:
        raise UsageError(
            "CERT-E011",
            "the trust file names no seed witnesses",
            "so nobody could answer the plan",
            "name each with `certify trust witness FILE.pub --name WHO`, or use --entropy self",
        )


def attest_inputs(workspace: Workspace, folder: RunFolder, inputs: RunInputs) -> list[Bundle]:
    """The signed statements about training data and intended use; made once, or taken over by a renewal."""
    bundles = []
    model = inputs.model.identity
    former = former_statements(workspace, inputs.request.renews)
    if inputs.data is not None:
        word = inputs.description or StewardsWord(None, None, None, None)
        dataset = word.dataset(inputs.data.identity, complete=inputs.request.complete, described_at=now())
        said = dataset_statement(dataset, model)
        reuse_statement(workspace, folder, "dataset", said, role=STEWARD, former=former)
        bundles.append(signed_once(workspace, folder, "dataset", STEWARD, lambda: said))
    if inputs.declaration is not None:
        declared = declaration_statement(inputs.declaration, model)
        reuse_statement(workspace, folder, "declaration", declared, role=STEWARD, former=former)
        bundles.append(signed_once(workspace, folder, "declaration", STEWARD, lambda: declared))
    return bundles


def make_plan(workspace: Workspace, folder: RunFolder, prepared: Prepared) -> tuple[Verified[Plan], Bundle, int]:
    """The signed plan, its bundle and its place in the log; made once for a run."""
    bundle = signed_once(workspace, folder, "plan", "evaluator", lambda: _new_plan(workspace, prepared))
    appended = workspace.log(bundle)
    folder.once("plan.proof", appended.proof.encode)
    plan = verify_statement(bundle, role="evaluator", predicate_type=kinds.PLAN, model=Plan, trust=workspace.trust)
    return plan, bundle, appended.index


def require_open(workspace: Workspace, plan: Verified[Plan]) -> None:
    """Returns if the log would still take the plan's evaluation, or has it: better told now than after hours.

    Raises:
        RegistryError: CERT-E078, the plan's deadline has passed.
    """
    if is_lapsed(workspace, plan.payload_sha256, plan.value.deadline):
        raise RegistryError(
            "CERT-E078",
            f"the plan's deadline was {plan.value.deadline}",
            "a plan without a logged evaluation at its deadline counts as failed",
            "start anew with `certify run`; the new plan will be the next attempt",
        )


def is_lapsed(workspace: Workspace, plan_sha256: str, deadline: str) -> bool:
    """Whether a plan counts as failed because nothing was logged for it in time."""
    return now() > deadline and workspace.registry.evaluation_of(plan_sha256) is None


def _new_plan(workspace: Workspace, prepared: Prepared) -> bytes:
    """A plan that the log does not hold: two equal ones, made in one second, would pass for one attempt."""
    while True:
        payload = plan_statement(_plan(workspace, prepared))
        if workspace.registry.index_of(sha256_hex(payload)) is None:
            return payload
        time.sleep(0.2)


def _plan(workspace: Workspace, prepared: Prepared) -> Plan:
    inputs = prepared.inputs
    checks = planned_checks(inputs.policy.policy.checks)
    refuse_own_reference(planned_parameters(checks), inputs.model.identity.identity)
    moment = now()
    witnesses = tuple(witness.keyid for witness in workspace.trust.seed_witnesses)
    kind = inputs.request.entropy
    return Plan(
        applicant=workspace.configuration.applicant,
        model=inputs.model.identity,
        configuration=prepared.described.configuration,
        policy=inputs.policy.reference,
        checks=checks,
        datasets=(inputs.data.identity,) if inputs.data else (),
        data_examined=inputs.data_examined,
        entropy=EntropySource(kind=kind, witnesses=witnesses if kind is EntropyKind.SEED_WITNESSES else ()),
        tokens=sum(check.tokens for check in checks),
        planned_at=moment,
        deadline=later(moment, hours=inputs.request.max_hours),
    )


def draw_seed(workspace: Workspace, folder: RunFolder, plan: Verified[Plan]) -> tuple[EntropyUsed, bytes]:
    """The entropy and the 32-byte seed; fixed once for a run, after its plan was logged.

    Raises:
        EvidenceMissing: CERT-E098, a seed witness has not answered yet.
    """
    document = folder.once_document("entropy.json", lambda: _entropy(workspace, folder, plan).document())
    used = EntropyUsed.from_document(document, name="entropy.json")
    return used, fresh_seed(plan.payload_sha256, bytes.fromhex(used.value))


def _entropy(workspace: Workspace, folder: RunFolder, plan: Verified[Plan]) -> EntropyUsed:
    if plan.value.entropy.kind is EntropyKind.SELF:
        return EntropyUsed(kind=EntropyKind.SELF, value=secrets.token_hex(32))
    waiting = folder.file(WITNESS_FOLDER)
    answers = [
        WitnessAnswer.from_document(parse_json(path.read_bytes(), name=path.name), name=path.name)
        for path in sorted(waiting.glob("*.json"))
    ]
    missing = set(plan.value.entropy.witnesses) - {answer.keyid for answer in answers}
    if missing:
        waiting.mkdir(parents=True, exist_ok=True)
        raise EvidenceMissing(
            "CERT-E098",
            f"answers of seed witnesses to the plan are missing: {len(missing)}",
            "the fresh problems are drawn from their answers, so that nobody can choose them",
            f"send them what certify --home {workspace.home} handoff export {folder.name} --for witness --out FILE.zip "
            f"writes; take the answers with certify --home {workspace.home} handoff import FILE; then the same command "
            "again",
        )
    ordered = tuple(sorted(answers, key=lambda answer: answer.keyid))
    used = EntropyUsed(kind=EntropyKind.SEED_WITNESSES, value=entropy_of(ordered), answers=ordered)
    check_witnesses(plan, used, workspace.trust)
    return used


def signed_once(
    workspace: Workspace, folder: RunFolder, kind: str, role: str, make_payload: Callable[[], bytes]
) -> Bundle:
    """A signed statement of a run; what was signed first stays, however often the run is started again.

    Raises:
        EvidenceMissing: CERT-E125, the role's key is on another machine.
        TrustError: CERT-E126, its signature would not count; CERT-E040, CERT-E041, it cannot be used.
        RegistryError: CERT-E132, the workspace's timestamp authority does not answer; nothing was kept then.
    """
    name = f"{kind}.bundle.json"

    def sign() -> bytes:
        signer = workspace.signer(role)
        workspace.require_counting(signer.keyid)
        return sign_statement(make_payload(), signer, workspace.timestamper)

    return parse_bundle(folder.once(name, sign), name=name)
