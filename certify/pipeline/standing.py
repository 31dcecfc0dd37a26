"""Changes of a certificate's standing, signed and logged."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from certify.attest.statements import status_statement
from certify.errors import UsageError
from certify.evidence.certificate import State, Status
from certify.evidence.lifecycle import Reason
from certify.files import write_whole
from certify.pipeline.clock import now
from certify.pipeline.cosigning import cosign_log
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.status import REVOKER, Change, Standing, StandingOf, fold_changes, unfinished_changes, voices_needed

if TYPE_CHECKING:
    from certify_registry import Appended, Registry
    from certify_registry.reader import Reader


LONGEST_REASON = 1000
"""Characters; the form of a status statement has no room for more."""
FOUR_EYED = (State.REVOKED, State.REINSTATED)
"""Changes that more than one revoker may have to sign."""


class Wanted(NamedTuple):
    """A change of standing that somebody asks for."""

    serial: str
    """The certificate."""
    state: State
    """What changes."""
    reason: str
    """Why, in words."""
    code: Reason | None = None
    """The cause, as programs read it."""
    superseded_by: str | None = None
    """The certificate that takes its place."""

    def status(self) -> Status:
        """The statement, dated now."""
        return Status(
            serial=self.serial,
            state=self.state,
            reason=self.reason,
            reason_code=self.code,
            superseded_by=self.superseded_by,
            declared_at=now(),
        )


@dataclass(frozen=True)
class Changed:
    """What a change of standing came to."""

    index: int
    """Its place in the log."""
    found: StandingOf
    """How the certificate stands now, by the workspace's trust file."""


def change_standing(workspace: Workspace, serial: str, state: State, reason: str) -> int:
    """Signs and logs a change of a certificate's standing; returns its place in the log.

    Raises:
        UsageError: as ``declare_change``.
    """
    return declare_change(workspace, serial, state, reason).index


def declare_change(
    workspace: Workspace,
    serial: str,
    state: State,
    reason: str,
    *,
    code: Reason | None = None,
    superseded_by: str | None = None,
    signer: StatementSigner | None = None,
) -> Changed:
    """Signs and logs a change of a certificate's standing, as its first or only revoker.

    Args:
        workspace: whose registry holds the certificate.
        serial: the certificate.
        state: what changes.
        reason: why, in words; everybody who asks reads them.
        code: the cause, as programs read it.
        superseded_by: serial of the certificate that takes its place.
        signer: the revoker's key; the one of this workspace when absent.

    Raises:
        UsageError: CERT-E012, this registry holds no certificate of that serial, or of the successor's; CERT-E011, the
            reason is empty or longer than 1000 characters, the standing is final, or there is no suspension to lift;
            CERT-E620, a revocation waits for a second revoker already; CERT-E626, it would supersede itself.
        RegistryError: CERT-E626, the successor is older.
    """
    with workspace.writing() as registry:
        wanted = Wanted(serial, state, reason, code, superseded_by)
        return declare_within(workspace, registry, wanted, signer)


def declare_within(
    workspace: Workspace, registry: Registry, wanted: Wanted, signer: StatementSigner | None = None
) -> Changed:
    """``declare_change`` in a registry that is open for writing."""
    _require_reason(wanted.reason)
    for one in (wanted.serial, wanted.superseded_by):
        if one is not None and registry.certificate(one) is None:
            raise UsageError(
                "CERT-E012",
                f"the registry of {workspace.home} holds no certificate {one}",
                hint="certify registry list shows the certificates it holds",
            )
    if wanted.superseded_by == wanted.serial:
        raise UsageError("CERT-E626", "a certificate does not supersede itself", "", "name the newer certificate")
    _require_open(standing_here(workspace, registry, wanted.serial), wanted.serial, wanted.state)
    appended = _log(workspace, registry, _payload(registry, wanted.status()), signer)
    while appended.duplicate:  # the log keeps equal words once, so words said twice in a second would be lost
        time.sleep(0.2)
        appended = _log(workspace, registry, _payload(registry, wanted.status()), signer)
    return _published(workspace, registry, wanted.serial, appended)


def confirm_change(
    workspace: Workspace, serial: str, state: State, *, signer: StatementSigner | None = None
) -> tuple[Changed, str]:
    """Signs and logs, as another revoker, the statement that waits for one; and the reason it gives.

    Raises:
        UsageError: CERT-E012, this registry holds no certificate of that serial; CERT-E620, no such change waits for
            this key.
    """
    with workspace.writing() as registry:
        keyid = (signer or workspace.signer(REVOKER)).keyid
        waiting = _waiting(workspace, registry, serial, state, keyid)
        if waiting is None:
            raise UsageError(
                "CERT-E620",
                f"nothing about {serial} waits for the signature of the key {keyid[:16]}",
                "nobody has declared such a change, enough have signed it, or this key has done so already",
                "certify registry list shows how the certificates stand",
            )
        payload = parse_bundle(registry.bundle(waiting.payload_sha256)).payload
        appended = _log(workspace, registry, payload, signer)
        return _published(workspace, registry, serial, appended), waiting.status.reason


def standing_here(workspace: Workspace, registry: Reader, serial: str) -> StandingOf:
    """How a certificate stands as readers of the workspace's trust file see it.

    Raises:
        RegistryError: CERT-E079, the registry holds no such certificate.
    """
    registry.standing(serial)
    trust = workspace.trust
    return fold_changes(serial, _counting(workspace, registry.changes(serial)), voices_needed(trust))


def _counting(workspace: Workspace, changes: tuple[Change, ...]) -> list[Change]:
    keys = workspace.trust.keys_for(REVOKER)
    return [one for one in changes if one.keyid in keys and not keys[one.keyid].fault_at(one.index)]


def _waiting(workspace: Workspace, registry: Registry, serial: str, state: State, keyid: str) -> Change | None:
    """The newest statement of a kind that would count for more with this key's signature; never one that is spent."""
    if registry.certificate(serial) is None or state not in FOUR_EYED:
        return None
    changes, needed = _counting(workspace, registry.changes(serial)), voices_needed(workspace.trust)
    found = fold_changes(serial, changes, needed)
    if found.standing is not Standing.SUSPENDED or (state is State.REVOKED and not found.waits_for):
        return None
    said = [one for one in changes if one.status.state is state]
    signed = {one.payload_sha256 for one in said if one.keyid == keyid}
    open_ones = unfinished_changes(serial, changes, state, needed).keys() - signed
    return next((one for one in reversed(said) if one.payload_sha256 in open_ones), None)


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(
            "CERT-E011",
            f"a reason has 1 to {LONGEST_REASON} characters, and this one has {len(reason.strip())}",
            "everybody who asks about the certificate reads it",
            'give it with --reason "..."',
        )


def _require_open(found: StandingOf, serial: str, state: State) -> None:
    """Returns if the change would have an effect; readers pass over any other."""
    outweighs = found.standing is Standing.SUPERSEDED and state is State.REVOKED
    if found.standing in (Standing.REVOKED, Standing.SUPERSEDED) and not outweighs:
        raise UsageError(
            "CERT-E011",
            f"{serial} is {found.standing.value}, and that is final",
            "nothing that is logged after it changes how the certificate stands",
            "test the model again with `certify run` to get a new certificate",
        )
    if state is State.REINSTATED and found.standing is not Standing.SUSPENDED:
        raise UsageError(
            "CERT-E011",
            f"{serial} is not suspended",
            "there is no suspension to lift",
            "certify registry list shows how the certificates stand",
        )
    if state is State.REVOKED and found.waits_for:
        raise UsageError(
            "CERT-E620",
            f"a revocation of {serial} waits for another revoker already: {found.reason}",
            "the certificate counts as suspended until then; another statement would not bring the two together",
            f"certify revoke {serial} --confirm --key KEY",
        )


def _payload(registry: Registry, status: Status) -> bytes:
    row = registry.certificate(status.serial)
    assert row is not None  # noqa: S101 - a log forgets nothing
    return status_statement(status, row.payload_sha256)


def _log(workspace: Workspace, registry: Registry, payload: bytes, signer: StatementSigner | None) -> Appended:
    revoker = signer or workspace.signer(REVOKER)
    workspace.require_counting(revoker.keyid)
    return registry.append(sign_statement(payload, revoker, workspace.timestamper), now=now())


def _published(workspace: Workspace, registry: Registry, serial: str, appended: Appended) -> Changed:
    from certify_registry.answering import ask_registry

    cosign_log(workspace)
    write_whole(workspace.certificates / f"{serial}.status.json", ask_registry(registry, serial).to_bytes())
    return Changed(appended.index, standing_here(workspace, registry, serial))
