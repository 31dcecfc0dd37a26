"""Provenance steps: who did what to which files, recorded as in-toto links that any in-toto client verifies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from certify.attest.artifacts import Artifacts, read_artifacts
from certify.attest.command import run_command, scrubbed
from certify.attest.envelopes import functionary_id, in_toto, signed_envelope, write_envelope
from certify.errors import UsageError
from certify.trust.keys import StatementSigner

STEP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class RecordedStep:
    """What became of a step."""

    name: str
    """The step."""
    exit_code: int
    """Of its command; 0 where it had none."""
    link: Path | None
    """The signed link; absent when the command failed."""
    materials: Artifacts
    """What it read."""
    products: Artifacts
    """What it wrote; empty when the command failed."""


def record_step(
    name: str,
    *,
    materials: Iterable[Path],
    products: Iterable[Path],
    signer: StatementSigner,
    out_folder: Path,
    command: Sequence[str] | None = None,
    base: Path | None = None,
) -> RecordedStep:
    """Record a step, running its command between reading materials and products if there is one.

    A command may take as long as it needs. When it fails no link is written, and its exit code is in the answer.

    Args:
        name: the step's name in the layout: letters, digits, ``_`` and ``-``.
        materials: files and folders the step reads.
        products: files and folders it writes.
        command: program and arguments; recorded with secrets replaced.
        signer: who performs the step.
        out_folder: where the link goes, as ``NAME.KEYID.link``.
        base: folder that files are named relative to and the command runs in; the current one when absent.

    Raises:
        UsageError: CERT-E057, a path, name or command that cannot be used; CERT-E029, an empty folder.
        HostileInput: CERT-E023, CERT-E026, a link, or a file that changed while it was read.
    """
    require_step_name(name)
    root = base or Path.cwd()
    read = read_artifacts(materials, root)
    exit_code = run_command(command, root) if command else 0
    if exit_code != 0:
        return RecordedStep(name, exit_code, None, read, {})
    written = read_artifacts(products, root)
    link = in_toto("models.link").Link(
        name=name,
        materials=read,
        products=written,
        command=scrubbed(command) if command else [],
        byproducts={"return-value": exit_code} if command else {},
    )
    path = out_folder / link_name(name, functionary_id(signer.public_pem))
    write_envelope(path, signed_envelope(link, [signer]))
    return RecordedStep(name, exit_code, path, read, written)


def link_name(step: str, in_toto_keyid: str) -> str:
    """The file name under which in-toto looks for a link. Source: in-toto specification v1.0, section 4.4."""
    return f"{step}.{in_toto_keyid[:8]}.link"


def require_step_name(name: str) -> None:
    """Return if ``name`` can be part of a file name.

    Raises:
        UsageError: CERT-E057, it cannot.
    """
    if not STEP_NAME.fullmatch(name):
        raise UsageError(
            "CERT-E057",
            f"{name[:80]!r} cannot name a step",
            hint="use up to 64 letters, digits, underscores and hyphens",
        )
