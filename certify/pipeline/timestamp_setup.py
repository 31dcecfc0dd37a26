"""The workspace's choice of a timestamp authority: tried once, then written down for the signer and for readers."""

from __future__ import annotations

import secrets
from typing import Any

from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.pipeline.files import write_whole
from certify.pipeline.timestamping import HttpTimestamper
from certify.pipeline.workspace import Workspace
from certify.trust.timestamps import Timestamp, TimestampRoot, certificates_of, verify_timestamp
from certify.trust.trustfile import ROOT, TrustFile


def choose_authority(
    workspace: Workspace, url: str, root: TimestampRoot, *, required: bool = False
) -> tuple[TrustFile, Timestamp]:
    """Has everything that is signed in the workspace stamped from now on.

    Args:
        workspace: whose configuration and trust file change.
        url: of the authority.
        root: under which its timestamps count, added to the trust file.
        required: whether readers of the trust file shall insist on timestamps.

    Returns:
        The new trust file, and the timestamp the authority gave to try it.

    Raises:
        UsageError: CERT-E011, the address or the root certificate cannot be used; nothing was changed.
        RegistryError: CERT-E132, the authority does not answer, or not under this root; nothing was changed.
    """
    try:
        certificates_of(root.pem)
    except ValueError as error:
        raise UsageError(
            "CERT-E011",
            f"the root certificate of {root.party} cannot be used: {error}",
            "timestamps are checked up to it",
            "ask the authority for its root certificate in PEM, followed by those between it and its own, if any",
        ) from error
    probe = secrets.token_bytes(32)
    tried = verify_timestamp(HttpTimestamper(url, [root])(probe), probe, [root])
    others = [one.document() for one in workspace.trust.timestamp_roots or () if one.pem != root.pem]
    fields = {"timestampRoots": [*others, root.document()], **({"timestampsRequired": True} if required else {})}
    trust = _written(workspace, fields)
    _configure(workspace, url)
    return trust, tried


def drop_authority(workspace: Workspace) -> TrustFile:
    """Has nothing stamped any more; roots stay in the trust file, so that earlier timestamps still verify."""
    trust = _written(workspace, {"timestampsRequired": None})
    _configure(workspace, None)
    return trust


def _written(workspace: Workspace, fields: dict[str, Any]) -> TrustFile:
    """The trust file with other fields and, if that changes it, the next version number; stored."""
    old = workspace.trust.document()
    new = {name: value for name, value in {**old, **fields}.items() if value is not None}
    if new == old:
        return workspace.trust
    if workspace.trust.keys_for(ROOT):
        raise UsageError(
            "CERT-E129",
            "the trust file of this workspace is signed by its root keys",
            "only they can change whose timestamps count",
            "have the next version name the authority, install it, then give this command again",
        )
    trust = TrustFile.parse(canonical_bytes({**new, "version": workspace.trust.version + 1}), name="the trust file")
    write_whole(workspace.home / "trust.json", trust.to_bytes())
    return trust


def _configure(workspace: Workspace, url: str | None) -> None:
    changed = workspace.configuration.model_copy(update={"timestamp_url": url})
    write_whole(workspace.home / "workspace.json", changed.to_bytes())
