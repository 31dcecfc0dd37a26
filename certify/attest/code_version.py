"""Which code a step ran, by digest."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from certify.attest.artifacts import artifact_name, read_path
from certify.attest.command import command_environment
from certify.errors import UsageError

_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def describe_code(path: Path, base: Path) -> dict[str, Any]:
    """A file by its digest, a clean git checkout by its commit, any other folder by the digest of its manifest.

    A checkout is clean when git sees no change and no new file; what git ignores may still differ. One whose own
    settings name filters, or that holds submodules, is a folder here: asking git about it would run what it names.

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
    if _names_programs(checkout):
        return None
    changes = _git(checkout, "status", "--porcelain", "--untracked-files=normal")
    commit = _git(checkout, "rev-parse", "--verify", "HEAD")
    return commit if commit and changes == "" else None


def _names_programs(checkout: Path) -> bool:
    """Whether the checkout's own settings, or those of a checkout within, could have git run a program to compare."""
    own = _git(checkout, "config", "--list", "--includes", "--show-scope", "--name-only")
    within = _git(checkout, "ls-files", "--stage")
    if own is None or within is None:
        return True
    settings = (line.split("\t", 1) for line in own.splitlines())
    filters = any(scope in ("local", "worktree") and name.startswith("filter.") for scope, name in settings)
    return filters or any(line.startswith("160000 ") for line in within.splitlines())


def _git(checkout: Path, *arguments: str) -> str | None:
    """What git answers; None where it is absent or refuses. A checkout may not name a program for git to run."""
    try:
        done = subprocess.run(
            ["git", *_NO_PROGRAMS, "-C", str(checkout), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            text=True,
            env=command_environment() | {"GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError as error:
        raise UsageError("CERT-E057", "git cannot be run", hint="install git, or name a folder without .git") from error
    return done.stdout.strip() if done.returncode == 0 else None
