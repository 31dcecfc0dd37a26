"""How a clean model folder came out of a download: every file of one, and what it became in the other."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.model import FileEntry, ModelIdentity


class PreparedFile(Value):
    """One file of the download that has its place in the clean folder."""

    source: FileEntry
    """The file as it was read in the download, links resolved."""
    prepared: FileEntry
    """The file in the clean folder."""
    claimed_sha256: Sha256 | None = None
    """SHA-256 by which the hub's cache called the file; equal to the one of the source, which was computed."""
    change: str | None = Field(default=None, max_length=1000)
    """What was changed in it, and why that is safe; absent for a plain copy."""


class LeftBehind(Value):
    """One file of the download that has no place in the clean folder; it was not read."""

    path: str = Field(min_length=1, max_length=1000)
    """Relative path in the download."""
    reason: str = Field(max_length=1000)
    """Why it stayed behind."""


class Preparation(Value):
    """The record of one preparation."""

    tool: str = Field(min_length=1, max_length=200)
    """Program and version that prepared the folder."""
    prepared_at: Utc
    """When."""
    source_name: str = Field(min_length=1, max_length=300)
    """What the download is called, as far as its folders say."""
    source_identity: Sha256
    """SHA-256 of the canonical manifest of all source files below."""
    model: ModelIdentity
    """The model in the clean folder."""
    files: tuple[PreparedFile, ...] = Field(min_length=1, max_length=100_000)
    """Every file that was read, sorted by path."""
    left_out: tuple[LeftBehind, ...] = Field(max_length=100_000)
    """Every file that stayed behind, sorted by path."""
