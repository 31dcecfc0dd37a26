"""Whether what an approver signed counts in this log: at its own entry there, or at the end while it has none."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle
from certify.trust.timestamps import verify_timestamp
from certify.verify.approvals import ROLE


def fault_of(workspace: Workspace, bundle: Bundle) -> str:
    """Why no reader would count an approver's statement; empty where they would.

    Whether its key may approve at all is not asked here.
    """
    key = workspace.trust.keys.get(bundle.keyid)
    with workspace.looking() as registry:
        place = registry.place_of(bundle)
        if place is None and registry.retired(bundle.keyid, ROLE):
            return "this log takes nothing from the key any more"
        return key.fault_at(registry.size if place is None else place) if key is not None else ""


def require_counting_voice(workspace: Workspace, bundle: Bundle, what: str) -> None:
    """Return if readers would count an approver's statement, its timestamp included where it has one.

    Args:
        what: the kind of statement, for the error.

    Raises:
        HostileInput: CERT-E126, they would not; or its timestamp is none under the trust file's authorities.
    """
    roots = workspace.trust.timestamp_roots
    if bundle.timestamp is not None and roots:
        verify_timestamp(bundle.timestamp, bundle.signature, roots)
    fault = fault_of(workspace, bundle)
    if fault:
        raise HostileInput(
            "CERT-E126",
            f"the {what} by {workspace.trust.party_of(bundle.keyid)} does not count: {fault}",
            "an approver's word counts by its place in the log, and only while the key counts there",
            "ask for it again, signed with an approver's current key: certify keys list",
        )


def log_for_approver(workspace: Workspace, bundle: Bundle, what: str) -> int:
    """The place in the log of what an approver signed, within ``writing``.

    The trust file's approvers are enrolled when first heard; a key that was retired stays so.

    Raises:
        HostileInput: CERT-E126, it would not count there.
    """
    require_counting_voice(workspace, bundle, what)
    key, registry = workspace.trust.keys_for(ROLE).get(bundle.keyid), workspace.registry
    known = ROLE in registry.roles_of(bundle.keyid) or registry.retired(bundle.keyid, ROLE)
    if key is not None and not known:
        registry.enroll(key.pem, party=key.party, role=ROLE)
    return workspace.log(bundle).index
