"""A signed trust file taken into use by a workspace, and the keys of its registry with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certify.errors import UsageError
from certify.files import write_whole
from certify.pipeline.clock import now
from certify.pipeline.workspace import TRUST_FILE, Workspace
from certify.trust.signed_trust import TrustDocument, require_signed
from certify.trust.trust_update import accept_updates
from certify.trust.trustfile import ROOT, TrustFile

if TYPE_CHECKING:
    from certify_registry import Registry

PAGE = 1000
"""Log entries looked at together."""


@dataclass(frozen=True)
class KeyChange:
    """A key that a registry takes statements from in a role from now on, or takes none from any more."""

    enrolled: bool
    """Whether it is taken; otherwise it is retired."""
    role: str
    """The role."""
    party: str
    """Who holds it."""
    keyid: str
    """The key."""
    pem: str
    """Its public half."""


def install_trust(workspace: Workspace, offered: Sequence[TrustDocument]) -> tuple[TrustFile, tuple[KeyChange, ...]]:
    """The trust file now in use, and the registry's keys that changed with it.

    Nothing changes unless everything may; interrupted anywhere, the same call finishes. The log key is needed, because
    only its holder changes whose statements the log takes.

    Args:
        workspace: a production workspace.
        offered: the next version, or several that follow each other.

    Raises:
        TrustError: CERT-E127 a version may not take the place of the one in use; CERT-E128 not signed as it asks;
            CERT-E042 expired.
        UsageError: CERT-E129, it is for another log or environment, or entries logged meanwhile would lose their
            signature.
    """
    with workspace.writing() as registry:
        newest = max(offered, key=lambda document: document.trust.version)
        trust = _accepted(workspace.installed_trust, offered)
        _require_fit(workspace, trust, registry)
        changes = tuple(_changes(trust, registry))
        for change in changes:
            record = registry.enroll if change.enrolled else registry.retire
            record(change.pem, party=change.party, role=change.role)
        if trust != workspace.installed_trust:  # a copy of the one in use may lack its signatures
            write_whole(workspace.home / TRUST_FILE, newest.to_bytes())
    workspace.installed_trust = trust
    return trust, changes


def _accepted(own: TrustFile | None, offered: Sequence[TrustDocument]) -> TrustFile:
    """The first signed file is taken on the word of whoever installs it, every later one by its signatures."""
    if own is not None and own.keys_for(ROOT):
        return accept_updates(own, offered, now())
    if len(offered) != 1 or not offered[0].trust.keys_for(ROOT):
        raise _unfit(
            "the first trust file of a workspace is one file that names root keys",
            "nobody could vouch for its successors otherwise",
            "make one: certify trust make --key root=PARTY=FILE.pub ...",
        )
    require_signed(offered[0])
    offered[0].trust.require_current(now())
    return offered[0].trust


def _require_fit(workspace: Workspace, trust: TrustFile, registry: Registry) -> None:
    if trust.log_vkey != registry.vkey:
        raise _unfit(
            f"it is for the log {trust.log_origin}, and this workspace keeps {registry.origin}",
            "statements logged here would prove nothing under it",
            f"make it with --log '{registry.vkey}'",
        )
    if trust.environment != workspace.configuration.environment:
        raise _unfit(
            f"it is for {trust.environment}, and this workspace is for {workspace.configuration.environment}",
            "development keys and production keys never mix",
            "use the trust file of this workspace",
        )
    for index, keyid in _losing(workspace.installed_trust, trust, registry):
        raise _unfit(
            f"log entry {index}, signed by {trust.party_of(keyid)}, would no longer count",
            "the log went on after this version was drawn up",
            "draw it up again: certify keys rotate; then have it signed and installed before more is logged",
        )


def _losing(old: TrustFile | None, new: TrustFile, registry: Registry) -> Iterator[tuple[int, str]]:
    """Entries whose signature a mere end of term would take away; a revocation is meant to."""
    if not new.bounded:
        return
    for start in range(0, registry.size, PAGE):
        for entry in registry.entries(start, start + PAGE):
            key, before = new.keys.get(entry.keyid), old.keys.get(entry.keyid) if old else None
            if key is None or (before is not None and before.fault_at(entry.log_index)):
                continue
            if key.model_copy(update={"revoked": None}).fault_at(entry.log_index):
                yield entry.log_index, entry.keyid


def _changes(trust: TrustFile, registry: Registry) -> Iterator[KeyChange]:
    """What makes the registry's keys those that the trust file lets sign at the end of the log."""
    from certify_registry.admission import ROLES

    size, enrolled = registry.size, registry.enrolled()
    wanted = {
        (keyid, role): (key.pem, key.party)
        for role in ROLES
        for keyid, key in trust.keys_for(role).items()
        if not key.fault_at(size)
    }
    for held, there, missing in ((True, wanted, enrolled), (False, enrolled, wanted)):
        for (keyid, role), (pem, party) in sorted(there.items(), key=lambda item: (item[0][1], item[0][0])):
            if (keyid, role) not in missing:
                yield KeyChange(held, role, party, keyid, pem)


def _unfit(what: str, why: str, hint: str) -> UsageError:
    return UsageError("CERT-E129", f"this trust file cannot be taken into use here: {what}", why, hint)
