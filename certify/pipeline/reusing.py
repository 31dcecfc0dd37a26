"""What a renewal takes over from the former certificate: statements that say the same of the same bytes today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from certify.evidence.canonical import parse_json
from certify.evidence.lifecycle import Renewal
from certify.files import read_file
from certify.pipeline.files import RunFolder
from certify.pipeline.request import RunState
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle
from certify.verify.document import open_document

STATE = "run.json"
TIMES = ("describedAt", "declaredAt")
"""Fields of a claim that say when it was made: they may differ, and nothing else."""


def former_statements(workspace: Workspace, serial: str | None) -> tuple[Bundle, ...]:
    """The statements that a certificate of this workspace rests on; none without a serial.

    Raises:
        UsageError: CERT-E012, the certificate's bundle is not among the finished files.
    """
    if serial is None:
        return ()
    return tuple(open_document(read_file(workspace.certificates / f"{serial}.json")).statements.values())


def reuse_statement(
    workspace: Workspace, folder: RunFolder, kind: str, payload: bytes, *, role: str, former: Sequence[Bundle]
) -> None:
    """Puts a former statement where a run looks for its own, if it says the same and its key still counts.

    Args:
        workspace: whose trust file says which keys count, within ``writing``.
        folder: the run.
        kind: short name of the statement.
        payload: what would be signed today, made from bytes that were just read.
        role: who must have signed it.
        former: statements of the former certificate.
    """
    name, keys, size = f"{kind}.bundle.json", workspace.trust.keys_for(role), workspace.registry.size
    for bundle in former:
        counts = bundle.keyid in keys and not keys[bundle.keyid].fault_at(size)
        if counts and _said(bundle.payload) == _said(payload):
            folder.once(name, bundle.to_bytes)
            return


def renewed_by(folder: RunFolder) -> str | None:
    """Serial of the certificate that a run renews; None for a first one."""
    if not folder.has(STATE):
        return None
    return RunState.from_bytes(read_file(folder.file(STATE)), name=STATE).request.renews


def renewal_of(workspace: Workspace, folder: RunFolder, bundles: Iterable[Bundle]) -> Renewal | None:
    """Which certificate a run renews, and which of its statements the new one rests on, too; None for a first one."""
    serial = renewed_by(folder)
    if serial is None:
        return None
    row = workspace.registry.certificate(serial)
    assert row is not None  # noqa: S101 - renewing looks it up first, and a log forgets nothing
    former = {bundle.payload_sha256 for bundle in former_statements(workspace, serial)}
    reused = sorted(former & {bundle.payload_sha256 for bundle in bundles})
    return Renewal(serial=serial, certificate_sha256=row.payload_sha256, reused=tuple(reused))


def _said(payload: bytes) -> Any:
    """A statement without the time it was made."""
    document = parse_json(payload, name="statement")
    claim = {name: value for name, value in document["predicate"].items() if name not in TIMES}
    return {**document, "predicate": claim}
