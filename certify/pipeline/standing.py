"""What the embedded registry answers about a certificate, as readers take it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from certify.attest.statements import status_statement
from certify.errors import UsageError
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import State, Status
from certify.pipeline.clock import now
from certify.pipeline.files import write_whole
from certify.pipeline.workspace import Workspace
from certify.trust.dsse import sign_statement
from certify.verify.document import RegistryAnswer, StatusEntry

if TYPE_CHECKING:
    from certify_registry import Appended, Registry


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
        UsageError: CERT-E012, this registry holds no certificate of that serial.
    """
    with workspace.writing() as registry:
        if registry.certificate(serial) is None:
            raise UsageError(
                "CERT-E012",
                f"the registry of {workspace.home} holds no certificate {serial}",
                hint="certify registry list shows the certificates it holds",
            )
        appended = _declare(workspace, registry, serial, state, reason)
        while appended.duplicate:  # the log keeps equal words once, so words said twice in a second would be lost
            time.sleep(0.2)
            appended = _declare(workspace, registry, serial, state, reason)
        sidecar = workspace.certificates / f"{serial}.status.json"
        write_whole(sidecar, ask_registry(registry, serial).to_bytes())
        return appended.index


def _declare(workspace: Workspace, registry: Registry, serial: str, state: State, reason: str) -> Appended:
    row = registry.certificate(serial)
    assert row is not None  # noqa: S101 - a log forgets nothing
    status = Status(serial=serial, state=state, reason=reason, declared_at=now())
    payload = status_statement(status, row.payload_sha256)
    return registry.append(sign_statement(payload, workspace.signer("revoker")), now=status.declared_at)
