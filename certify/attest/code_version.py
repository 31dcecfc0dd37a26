"""Which code a step ran, by digest."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from certify.attest.artifacts import artifact_name, read_path
from certify.attest.command import command_environment
from certify.errors import UsageError


def describe_code(path: Path, base: Path) -> dict[str, Any]:
    """A file by its digest, a clean git checkout by its commit, any other folder by the digest of its manifest.

    A checkout is clean when git sees no change and no new file; what git ignores may still differ.

    Source: in-toto Attestation Framework v1, ResourceDescriptor, and DigestSet for ``gitCommit``.

    Raises:
        UsageError: CERT-E057, it does not exist; CERT-E029, an empty folder.
        HostileInput: CERT-E023, CERT-E026, a link, or a file that changed while it was read.
    """
    name = artifact_name(path, base, outside=True)
    commit = _clean_commit(path) if (path / ".git").exists() else None
    if commit:
        return {"name": name, "digest": {"gitCommit": commit}, "annotations": {"kind": "code"}}
    found = read_path(path, name)
    sha256 = found.manifest.identity if found.is_folder else found.manifest.files[0].sha256
    return {"name": name, "digest": {"sha256": sha256}, "annotations": {"kind": "code"}}


def _clean_commit(checkout: Path) -> str | None:
    changes = _git(checkout, "status", "--porcelain", "--untracked-files=normal")
    commit = _git(checkout, "rev-parse", "--verify", "HEAD")
    return commit if commit and changes == "" else None


def _git(checkout: Path, *arguments: str) -> str | None:
    """What git answers; None where it is absent or refuses. A checkout may not name a program for git to run."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", "-C", str(checkout), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            text=True,
            env=command_environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError as error:
        raise UsageError("CERT-E057", "git cannot be run", hint="install git, or name a folder without .git") from error
    return done.stdout.strip() if done.returncode == 0 else None
