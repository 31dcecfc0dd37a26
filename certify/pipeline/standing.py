"""What the embedded registry answers about a certificate, as readers take it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from certify.attest.statements import status_statement
from certify.errors import UsageError
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import State, Status
from certify.files import write_whole
from certify.pipeline.clock import now
from certify.pipeline.cosigning import cosign_log
from certify.pipeline.workspace import Workspace
from certify.trust.dsse import sign_statement
from certify.trust.status import Standing
from certify.verify.document import RegistryAnswer, StatusEntry

if TYPE_CHECKING:
    from certify_registry import Appended, Registry


LONGEST_REASON = 1000
"""Characters; the form of a status statement has no room for more."""


def ask_registry(registry: Registry, serial: str) -> RegistryAnswer:
    """The registry's answer about one certificate, every part signed or proven."""
    rendering = registry.rendering_of(serial)
    return RegistryAnswer(
        serial=serial,
        rendering=parse_json(rendering[1], name="rendering") if rendering else None,
        rendering_proof=registry.proof(rendering[0]) if rendering else None,
        statuses=tuple(
            StatusEntry(bundle=parse_json(bundle, name="status"), proof=registry.proof(index))
            for index, bundle in registry.statuses(serial)
        ),
        checkpoint=registry.checkpoint(),
    )


def change_standing(workspace: Workspace, serial: str, state: State, reason: str) -> int:
    """Signs and logs a change of a certificate's standing; returns its place in the log.

    Raises:
        UsageError: CERT-E012, this registry holds no certificate of that serial; CERT-E011, the reason is empty or
            longer than 1000 characters, the standing is final, or there is no suspension to lift.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(
            "CERT-E011",
            f"a reason has 1 to {LONGEST_REASON} characters, and this one has {len(reason.strip())}",
            "everybody who asks about the certificate reads it",
            'give it with --reason "..."',
        )
    with workspace.writing() as registry:
        if registry.certificate(serial) is None:
            raise UsageError(
                "CERT-E012",
                f"the registry of {workspace.home} holds no certificate {serial}",
                hint="certify registry list shows the certificates it holds",
            )
        _require_open(registry, serial, state)
        appended = _declare(workspace, registry, serial, state, reason)
        while appended.duplicate:  # the log keeps equal words once, so words said twice in a second would be lost
            time.sleep(0.2)
            appended = _declare(workspace, registry, serial, state, reason)
        cosign_log(workspace)
        sidecar = workspace.certificates / f"{serial}.status.json"
        write_whole(sidecar, ask_registry(registry, serial).to_bytes())
        return appended.index


def _require_open(registry: Registry, serial: str, state: State) -> None:
    """Returns if the change would have an effect; readers pass over any other."""
    found = registry.standing(serial).standing
    outweighs = found is Standing.SUPERSEDED and state is State.REVOKED
    if found in (Standing.REVOKED, Standing.SUPERSEDED) and not outweighs:
        raise UsageError(
            "CERT-E011",
            f"{serial} is {found.value}, and that is final",
            "nothing that is logged after it changes how the certificate stands",
            "test the model again with `certify run` to get a new certificate",
        )
    if state is State.REINSTATED and found is not Standing.SUSPENDED:
        raise UsageError(
            "CERT-E011",
            f"{serial} is not suspended",
            "there is no suspension to lift",
            "certify registry list shows how the certificates stand",
        )


def _declare(workspace: Workspace, registry: Registry, serial: str, state: State, reason: str) -> Appended:
    row = registry.certificate(serial)
    assert row is not None  # noqa: S101 - a log forgets nothing
    status = Status(serial=serial, state=state, reason=reason, declared_at=now())
    payload = status_statement(status, row.payload_sha256)
    revoker = workspace.signer("revoker")
    workspace.require_counting(revoker.keyid)
    return registry.append(sign_statement(payload, revoker, workspace.timestamper), now=status.declared_at)
