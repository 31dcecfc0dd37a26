"""The next version of a workspace's trust file, drawn up for its root keyholders to sign."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.files import write_whole
from certify.pipeline.clock import now
from certify.pipeline.workspace import Workspace
from certify.trust.keys import keyid_of_pem, public_key_of, scheme_of
from certify.trust.signed_trust import load_trust_document
from certify.trust.trustfile import ROOT, TrustFile

PROPOSAL = "proposed-trust.json"
"""The draft of the next version; gone once it is installed."""


@dataclass(frozen=True)
class Proposal:
    """A draft of the next version."""

    path: Path
    """Where it lies."""
    old: TrustFile
    """The version in use."""
    new: TrustFile
    """The draft, everything proposed so far in it."""


def rotate_key(workspace: Workspace, role: str, pem: str, *, old: str | None = None, party: str = "") -> Proposal:
    """A draft in which a new key fills a role from the end of the log on, and the former one until there.

    Nothing else changes until the root keyholders have signed the draft and it is installed. A root key, which has no
    place in the log, is exchanged instead.

    Args:
        workspace: a production workspace with a trust file.
        role: the role.
        pem: the new public key.
        old: first digits of the former key's id; the role's one current key when absent.
        party: who holds the new key; who held the former one when absent.

    Raises:
        UsageError: CERT-E129, no such role or key, several to choose from, or the new key is in the file already.
    """
    base, size = _base(workspace), _size(workspace)
    former = _current_key(base, role, old)
    new, document = keyid_of_pem(pem), base.document()
    if new in base.keys:
        raise _not_so(f"the key {new[:16]} is in the trust file already", "a new key has never been used before")
    key = base.keys[former]
    entry: dict[str, Any] = {"pem": pem, "party": party or key.party, "scheme": scheme_of(public_key_of(pem))}
    held = document["roles"][role]
    held["keyids"] = [*held["keyids"], new]
    if role != ROOT:
        entry["validFromIndex"] = size
    if role == ROOT or (key.revoked is None and size <= (key.valid_from_index or 0)):  # it can have signed no entry
        held["keyids"].remove(former)
        del document["keys"][former]
    elif key.ends is None:
        document["keys"][former]["validUntilIndex"] = size
    document["keys"][new] = entry
    return _propose(workspace, document)


def revoke_key(workspace: Workspace, keyid: str, reason: str, *, since: int | None = None) -> Proposal:
    """A draft in which a key counts for nothing from a log index on; the registry takes nothing from it at once.

    Args:
        workspace: a production workspace with a trust file.
        keyid: first digits of the key's id.
        reason: why, for everybody who meets the key.
        since: first log index that is not its holder's word; the end of the log when absent.

    Raises:
        UsageError: CERT-E129, no such key, it is revoked already, or it is a root key, which is rotated instead;
            CERT-E011, ``since`` is beyond the end of the log, or there is no reason.
    """
    from certify_registry.admission import ROLES

    base, size = _base(workspace), _size(workspace)
    full = _one_of(list(base.keys), keyid, "key")
    _require_revocable(base, full)
    if not reason.strip() or (since is not None and since > size):
        raise UsageError(
            "CERT-E011", "a revocation needs a reason, and an entry of the log that it begins at", f"the log has {size}"
        )
    document = base.document()
    index = size if since is None else since
    document["keys"][full]["revoked"] = {"index": index, "reason": reason.strip(), "declaredAt": now()}
    proposal = _propose(workspace, document)
    key = base.keys[full]
    with workspace.writing() as registry:
        for role in base.roles_of(full):
            if role in ROLES and (full, role) in registry.enrolled():
                registry.retire(key.pem, party=key.party, role=role)
    return proposal


def discard_proposal(workspace: Workspace) -> None:
    """Forget a draft, for instance once it is installed."""
    (workspace.home / PROPOSAL).unlink(missing_ok=True)


def _require_revocable(base: TrustFile, keyid: str) -> None:
    if base.keys[keyid].revoked is not None:
        raise _not_so(f"the key {keyid[:16]} is revoked already", "certify keys list shows since which entry")
    if ROOT in base.roles_of(keyid):
        raise _not_so("a root key signs nothing in the log", "exchange it: certify keys rotate root --new FILE.pub")


def _base(workspace: Workspace) -> TrustFile:
    """What a draft starts from: the draft there is, if it follows the version in use."""
    path, own = workspace.home / PROPOSAL, workspace.trust
    if path.is_file():
        draft = load_trust_document(path).trust
        if draft.version == own.version + 1:
            return draft
    return own


def _size(workspace: Workspace) -> int:
    with workspace.reading() as registry:
        return registry.size


def _current_key(trust: TrustFile, role: str, named: str | None) -> str:
    """The key that is replaced: the role's current one, or the last one where all have ended."""
    held = trust.keys_for(role)
    current = [keyid for keyid, key in held.items() if key.ends is None] or list(held)[-1:]
    if not current:
        raise _not_so(f"no key fills the role {role}", "certify trust make --from FILE --key ROLE=PARTY=FILE.pub")
    if named is None and len(current) > 1:
        raise _not_so(f"{len(current)} keys fill the role {role}", "say which one goes: --old KEYID")
    return current[0] if named is None else _one_of(current, named, f"current key of the role {role}")


def _one_of(keyids: list[str], named: str, what: str) -> str:
    found = [keyid for keyid in keyids if keyid.startswith(named)] if len(named) >= 8 else []
    if len(found) != 1:
        raise _not_so(f"{named[:64]!r} names no {what}", "give at least 8 digits of its id: certify keys list")
    return found[0]


def _propose(workspace: Workspace, document: dict[str, Any]) -> Proposal:
    document["version"] = workspace.trust.version + 1
    new = TrustFile.parse(canonical_bytes(document), name="the next trust file")
    path = workspace.home / PROPOSAL
    write_whole(path, new.to_bytes())
    return Proposal(path, workspace.trust, new)


def _not_so(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E129", what, "the trust file stays as it is", hint)
