"""A certificate's next one: bytes, standing and policy looked at again, fresh problems, and the old one superseded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certify.decide import load_policy
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.evidence.certificate import Certificate, State
from certify.evidence.lifecycle import Reason
from certify.files import read_file
from certify.pipeline.clock import now
from certify.pipeline.files import RunFolder
from certify.pipeline.main import outcome_of, run_model
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import RunOutcome, RunRequest, RunState
from certify.pipeline.reusing import STATE
from certify.pipeline.standing import Wanted, declare_within, standing_here
from certify.pipeline.workspace import Workspace
from certify.trust.status import Standing
from certify.verify.document import claimed_certificate
from certify.verify.expectations import Expectations
from certify.verify.result import CertificateVerdict, Result
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate

RENEWABLE = (CertificateVerdict.VALID, CertificateVerdict.EXPIRED, CertificateVerdict.INCOMPLETE)
"""What a certificate may have come to; incomplete is one whose page an older version wrote."""


@dataclass(frozen=True)
class Renewed:
    """How a renewal ended, or what it waits for."""

    outcome: RunOutcome
    """The new run."""
    index: int | None = None
    """Log index of the entry that says the old certificate is superseded; absent where none was logged."""
    missing: str = ""
    """Why there is a new certificate and no such entry yet; empty otherwise."""


def renew(workspace: Workspace, serial: str, reporter: Reporter, *, model: Path | None = None) -> Renewed:
    """Tests a certified model again, as it was tested and under the policy as it is now.

    Nothing measured is taken over: plan, seed, problems, answers and decision are new. Statements about training data
    and intended use are, where they still say the same of the same bytes; the new certificate lists them. Cut off, or
    waiting for somebody, it goes on when asked for again. A certificate that is suspended meanwhile is neither renewed
    nor superseded.

    Args:
        workspace: which issued the certificate.
        serial: the certificate.
        reporter: is told what happens.
        model: where the model lies now; where it lay then when absent.

    Raises:
        UsageError: CERT-E012, it was not issued here; CERT-E621, it is withdrawn or broken, or its policy is another.
        HostileInput: CERT-E097, the folder does not hold the certified bytes.
        CertifyError: as ``run_model``.
    """
    former = _request_of(workspace, serial)
    done = _finished(workspace, serial)
    if done is None:
        request = former.model_copy(update={"renews": serial, **({"model": model.resolve()} if model else {})})
        _require_renewable(workspace, serial, request)
        _require_same_policy(claimed_certificate(_bundle(workspace, serial)), request, reporter)
        done = run_model(workspace, request, reporter)
    return _superseded(workspace, serial, done)


def _superseded(workspace: Workspace, serial: str, outcome: RunOutcome) -> Renewed:
    """The old certificate is said to be superseded once there is a new one, and once only."""
    if outcome.serial is None:
        return Renewed(outcome)
    try:
        with workspace.writing() as registry:
            found = standing_here(workspace, registry, serial)
            if found.standing in (Standing.SUPERSEDED, Standing.REVOKED):
                return Renewed(outcome, found.index)
            if found.standing is Standing.SUSPENDED:
                return Renewed(outcome, missing=f"it is suspended since, by log entry {found.index}: {found.reason}")
            return Renewed(outcome, declare_within(workspace, registry, _successor(serial, outcome.serial)).index)
    except EvidenceMissing as error:  # the revoker's key is elsewhere; the new certificate stands all the same
        return Renewed(outcome, missing=error.what)


def _successor(serial: str, new: str) -> Wanted:
    return Wanted(serial, State.SUPERSEDED, f"renewed: the certificate {new} takes its place", Reason.RENEWED, new)


def _request_of(workspace: Workspace, serial: str) -> RunRequest:
    """How a certificate was asked for."""
    for folder in workspace.runs():
        if _serial_of(folder) == serial:
            return _state(folder).request
    raise UsageError(
        "CERT-E012",
        f"no run of {workspace.home} ended in the certificate {serial}",
        "a renewal asks the same again, and only the workspace that issued it knows what was asked",
        "certify show lists the runs made here; test the model anew with certify run",
    )


def _finished(workspace: Workspace, serial: str) -> RunOutcome | None:
    """The run that has renewed the certificate already."""
    renewed = (one for one in workspace.runs() if one.has(STATE) and _state(one).request.renews == serial)
    return next((outcome_of(folder) for folder in renewed if _serial_of(folder)), None)


def _state(folder: RunFolder) -> RunState:
    return RunState.from_bytes(read_file(folder.file(STATE)), name=STATE)


def _serial_of(folder: RunFolder) -> str | None:
    return outcome_of(folder).serial if folder.has("outcome.json") and folder.has(STATE) else None


def _bundle(workspace: Workspace, serial: str) -> bytes:
    return read_file(workspace.certificates / f"{serial}.json")


def _require_renewable(workspace: Workspace, serial: str, request: RunRequest) -> None:
    from certify_registry.answering import ask_registry

    with workspace.reading() as registry:
        answer = ask_registry(registry, serial)
    moment = now()
    found = verify_certificate(
        _bundle(workspace, serial),
        trust=workspace.trust,
        expectations=Expectations(at=moment, model=request.model),
        answer=answer,
        asked_at=moment,
    )
    wrong = next((line for line in found.checks if line.id == "model" and line.result is Result.FAIL), None)
    if wrong is not None:
        hint = "name the folder that holds the certified bytes with --model DIR, or test the new ones: certify run"
        raise HostileInput(wrong.code or "CERT-E097", wrong.detail, "a renewal is of exactly the certified model", hint)
    if found.verdict not in RENEWABLE:
        raise _not_renewable(serial, found)


def _not_renewable(serial: str, found: Verification) -> UsageError:
    why = next((line.detail for line in found.checks if line.result is Result.FAIL), "")
    lift = found.verdict is CertificateVerdict.SUSPENDED
    return UsageError(
        "CERT-E621",
        f"{serial} is {found.verdict.value.replace('_', ' ')}, and cannot be renewed",
        why,
        f"certify reinstate {serial} --reason TEXT, once its cause is gone" if lift else "test the model: certify run",
    )


def _require_same_policy(certificate: Certificate, request: RunRequest, reporter: Reporter) -> None:
    then, today = certificate.policy, load_policy(request.policy).reference
    if then.id != today.id:
        raise UsageError(
            "CERT-E621",
            f"{certificate.serial} was decided under {then.id}, and {request.policy} now holds {today.id}",
            "a renewal is decided by the current version of the same policy",
            "test the model under the other policy: certify run",
        )
    if then.sha256 != today.sha256:
        reporter.note(f"the policy {then.id} has changed since: version {then.version} then, {today.version} now")
