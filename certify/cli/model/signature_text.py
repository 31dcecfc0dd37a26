"""What ``model sign`` and ``model verify`` both have to say."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from certify.cli.options import Context
from certify.cli.render import emit, paragraph
from certify.counting import counted

NAMES_NOTE = (
    "Names are bound by the signed list of files, not by the root digest: another tree of the same contents can have "
    "the same root. Whoever refers to this model from elsewhere should use the identity, or the manifest's digest."
)
SHOWN = 10
"""Files named before the rest is counted."""


def size(files: int, total: int) -> str:
    """How many files of how many bytes, for people."""
    return f"{counted(files, 'file')}, {counted(total, 'byte')}"


def tell_hidden(hidden: Mapping[str, tuple[str, ...]]) -> None:
    """Prints which files nobody signed; code, weights and settings among them by name."""
    from certify.identify.oms_files import steers

    for path, files in hidden.items():
        paragraph(f"- {path} is not covered: {counted(len(files), 'file')}", indent=2)
    steering = [path for files in hidden.values() for path in files if steers(path)]
    if steering:
        emit("Code, weights or settings that nobody signed:", "warn")
        for path in steering[:SHOWN]:
            paragraph(f"- {path}", indent=2)
        if len(steering) > SHOWN:
            paragraph(f"- and {len(steering) - SHOWN} more; --json names all", indent=2)


def is_development(context: typer.Context, key: str | None) -> bool:
    """Whether the key of a development workspace signs, which everybody can open."""
    from certify.pipeline.workspace import Workspace

    return key is None and Workspace.open(Context.home(context)).development


def tell_development() -> None:
    """Prints what a development key is worth."""
    emit("Signed with a development key, which everybody can open: it proves nothing to others.", "warn")
