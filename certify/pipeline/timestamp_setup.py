"""The workspace's choice of a timestamp authority: tried once, then written down for the signer and for readers."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.files import read_file, write_whole
from certify.pipeline.timestamping import HttpTimestamper
from certify.pipeline.workspace import TRUST_FILE, Workspace
from certify.trust.timestamps import Timestamp, TimestampRoot, certificates_of, verify_timestamp
from certify.trust.trustfile import ROOT, TrustFile


def choose_authority(
    workspace: Workspace, url: str, root: TimestampRoot, *, required: bool = False
) -> tuple[TrustFile, Timestamp]:
    """Has everything that is signed in the workspace stamped from now on.

    Args:
        workspace: whose configuration changes, and the trust file unless its root keys have signed it.
        url: of the authority.
        root: under which its timestamps count, added to the trust file; a signed one must name it already.
        required: whether readers of the trust file shall insist on timestamps.

    Returns:
        The new trust file, and the timestamp the authority gave to try it.

    Raises:
        UsageError: CERT-E011, the address or the root certificate cannot be used; nothing was changed.
            CERT-E129, the trust file is signed by its root keys, and does not say so yet.
        RegistryError: CERT-E132, the authority does not answer, or not under this root; nothing was changed.
    """
    require_root(root)
    if workspace.trust.keys_for(ROOT):
        root = _named_already(workspace, root, required=required)
    probe = secrets.token_bytes(32)
    tried = verify_timestamp(HttpTimestamper(url, [root])(probe), probe, [root])
    others = [one.document() for one in workspace.trust.timestamp_roots or () if one.pem != root.pem]
    fields = {"timestampRoots": [*others, root.document()], **({"timestampsRequired": True} if required else {})}
    trust = _written(workspace, fields)
    _configure(workspace, url)
    return trust, tried


def drop_authority(workspace: Workspace) -> TrustFile:
    """Has nothing stamped any more; roots stay in the trust file, so that earlier timestamps still verify.

    Raises:
        UsageError: CERT-E129, the trust file requires timestamps, and is signed by its root keys.
    """
    if workspace.trust.keys_for(ROOT) and workspace.trust.timestamps_required:
        raise _signed(workspace, "it requires timestamps", "--optional-timestamps")
    trust = _written(workspace, {"timestampsRequired": None})
    _configure(workspace, None)
    return trust


def parse_root(text: str) -> TimestampRoot:
    """The authority in ``NAME=FILE.pem``.

    Raises:
        UsageError: CERT-E011, another form, or no certificate of an authority; CERT-E012, the file cannot be read.
    """
    name, _, file = text.partition("=")
    if not name or not file:
        raise UsageError("CERT-E011", f"{text[:200]!r} is not of the form NAME=FILE.pem")
    return read_root(Path(file), name)


def read_root(file: Path, name: str) -> TimestampRoot:
    """The authority of that name, whose timestamps lead to the certificate in a file.

    Raises:
        UsageError: CERT-E011, no certificate of an authority; CERT-E012, the file cannot be read.
        HostileInput: the file or the name are too long.
    """
    pem = read_file(file).decode("ascii", "replace")
    root = TimestampRoot.from_document({"pem": pem, "party": name}, name=str(file))
    require_root(root)
    return root


def require_root(root: TimestampRoot) -> None:
    """Return if timestamps can be checked up to a root certificate.

    Raises:
        UsageError: CERT-E011, they cannot.
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


def _named_already(workspace: Workspace, root: TimestampRoot, *, required: bool) -> TimestampRoot:
    """The entry of a signed trust file for this root: nothing can be added to it here."""
    wanted = certificates_of(root.pem)
    found = [one for one in workspace.trust.timestamp_roots or () if certificates_of(one.pem) == wanted]
    if not found:
        raise _signed(workspace, f"it does not name {root.party}", "--timestamp-root NAME=FILE.pem")
    if required and not workspace.trust.timestamps_required:
        raise _signed(workspace, "it does not require timestamps", "--require-timestamps")
    return found[0]


def _signed(workspace: Workspace, why: str, option: str) -> UsageError:
    return UsageError(
        "CERT-E129",
        f"the trust file of this workspace is signed by its root keys, and {why}",
        "only they can change it",
        f"draw up the next version: certify trust make NEXT.json --from {workspace.home / TRUST_FILE} {option}; then "
        "certify trust sign NEXT.json, by each root keyholder, and certify trust install",
    )


def _written(workspace: Workspace, fields: dict[str, Any]) -> TrustFile:
    """The trust file with other fields and, if that changes it, the next version number; stored. A signed one stays."""
    old = workspace.trust.document()
    new = {name: value for name, value in {**old, **fields}.items() if value is not None}
    if new == old or workspace.trust.keys_for(ROOT):
        return workspace.trust
    trust = TrustFile.parse(canonical_bytes({**new, "version": workspace.trust.version + 1}), name="the trust file")
    write_whole(workspace.home / TRUST_FILE, trust.to_bytes())
    return trust


def _configure(workspace: Workspace, url: str | None) -> None:
    changed = workspace.configuration.model_copy(update={"timestamp_url": url})
    write_whole(workspace.home / "workspace.json", changed.to_bytes())
