"""What an examination of the registry reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written."""

    part: str
    """database, keys, entries, tree, index, files, lock or blobs."""
    where: str
    """Entry, row or file."""
    problem: str
    """What is wrong with it."""
