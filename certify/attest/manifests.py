"""Lists of files that lie beside links, named there by digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from certify.attest.artifacts import MANIFEST, Artifacts
from certify.attest.naming import manifest_name
from certify.errors import HostileInput
from certify.evidence.canonical import sha256_hex
from certify.identify.manifest import MAX_MANIFEST, Manifest


def expanded(artifacts: Mapping[str, Mapping[str, str]], folder: Path) -> Artifacts:
    """The artifacts with every manifest that stands for a folder's files replaced by them.

    Raises:
        HostileInput: CERT-E120, such a manifest is not in ``folder``, or not the one that was signed, or
            contradicts a file that is named beside it.
    """
    found: Artifacts = {name: dict(digest) for name, digest in artifacts.items() if not _stands_for(name)}
    for name, digest in artifacts.items():
        if not _stands_for(name):
            continue
        above = name.rpartition("/")[0]
        for entry in read_manifest(folder, digest.get("sha256", "")).files:
            file = f"{above}/{entry.path}" if above else entry.path
            if found.setdefault(file, {"sha256": entry.sha256}) != {"sha256": entry.sha256}:
                raise _manifest(f"{file[:200]} is named with one digest by its link and with another by its list")
    return found


def _stands_for(name: str) -> bool:
    return name.rpartition("/")[2] == MANIFEST


def read_manifest(folder: Path, identity: str) -> Manifest:
    """The manifest with this digest that lies beside the links.

    Raises:
        HostileInput: CERT-E120, it is not there or another one; CERT-E025, it is no manifest.
    """
    path = folder / manifest_name(identity)
    if not re.fullmatch(r"[0-9a-f]{64}", identity) or not path.is_file():
        raise _manifest(f"{manifest_name(identity[:64])} is not in {folder}")
    if path.stat().st_size > MAX_MANIFEST:
        raise _manifest(f"{path.name} is larger than {MAX_MANIFEST} bytes")
    data = path.read_bytes()
    if sha256_hex(data) != identity:
        raise _manifest(f"{path.name} is not the manifest that was signed")
    return _parsed(data)


@lru_cache(maxsize=2)
def _parsed(data: bytes) -> Manifest:
    """The manifest in these bytes; steps that follow each other name the same one."""
    return Manifest.from_bytes(data)


def _manifest(what: str) -> HostileInput:
    return HostileInput(
        "CERT-E120",
        what,
        "a link of many files names their list by digest, and the list has to be at hand",
        "ask whoever performed the step for the .manifest.json files beside its link",
    )
