"""A registry as a folder of plain files: what a backup is, and what goes from one place to another.

``archive.json`` says which log it is and is written last, so that a copy cut short is none. Everything
that follows from the signed statements is left out and worked out again when the archive is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from certify.errors import HostileInput, RegistryError
from certify.evidence.base import Sha256, StrictValue, Utc
from certify.evidence.canonical import parse_json
from certify_registry.store.files import read_regular, write_whole

ARCHIVE, KEYS, HEADS, ENTRIES = "archive.json", "keys.jsonl", "heads.jsonl", "entries.jsonl"
MAX_LINE = 64 * 1024
Line = TypeVar("Line", bound=StrictValue)


class Described(StrictValue):
    """Which log an archive holds."""

    schema_: Literal["certify/registry-archive/v1"] = Field(default="certify/registry-archive/v1", alias="schema")
    """Fixed."""
    origin: str
    """The log's name."""
    vkey: str
    """The log's public key."""
    size: int = Field(ge=0)
    """Entries."""
    checkpoint: str
    """The newest signed head, which commits to all of them."""
    final: bool
    """Whether the log was handed over: its old place signs nothing any more."""
    exported_at: Utc
    """When it was written, by the clock of whoever wrote it."""


class KeyLine(StrictValue):
    """A key that was given a role, or lost it."""

    event: Literal["enrolled", "retired"]
    """Which of the two."""
    role: str
    """The role."""
    party: str
    """Who holds the key."""
    pem: str
    """The public key."""
    size: int = Field(ge=0)
    """Entries the log had then."""


class HeadLine(StrictValue):
    """A signed head."""

    size: int = Field(ge=0)
    """Entries it covers."""
    checkpoint: str
    """The signed note."""


class EntryLine(StrictValue):
    """An entry; the rest of it follows from the statement."""

    bundle_sha256: Sha256
    """The signed statement, among the blobs."""
    appended_at: Utc
    """The registry's own clock."""


def write_lines(path: Path, lines: Iterable[StrictValue]) -> int:
    """Write one canonical JSON object a line; returns how many."""
    count = 0
    with path.open("wb") as stream:
        for count, line in enumerate(lines, start=1):  # noqa: B007 -- the count is what is returned
            stream.write(line.to_bytes() + b"\n")
    return count


def read_lines(path: Path, kind: type[Line]) -> Iterator[Line]:
    """The objects of a file.

    Raises:
        RegistryError: CERT-E603, the file is missing or holds something else.
    """
    try:
        with path.open("rb") as stream:
            while line := stream.readline(MAX_LINE + 1):
                if not line.endswith(b"\n"):
                    raise broken(f"a line of {path.name} is too long, or was cut short")
                yield kind.from_document(parse_json(line, name=path.name), name=path.name, by_name=False)
    except (OSError, HostileInput) as error:
        raise broken(f"{path.name} cannot be used: {getattr(error, 'what', '') or error}") from error


def write_description(folder: Path, described: Described) -> None:
    """Finish an archive."""
    write_whole(folder / ARCHIVE, described.to_bytes())


def read_description(folder: Path) -> Described:
    """What an archive holds, by its own word.

    Raises:
        RegistryError: CERT-E603, there is no whole archive in the folder.
    """
    try:
        data = read_regular(folder / ARCHIVE, MAX_LINE)
        return Described.from_document(parse_json(data, name=ARCHIVE), name=ARCHIVE, by_name=False)
    except (OSError, HostileInput) as error:
        raise broken(f"{folder} holds no whole archive: {getattr(error, 'what', '') or error}") from error


def broken(why: str) -> RegistryError:
    """An archive that cannot be believed."""
    hint = "take another copy; nothing was written"
    return RegistryError("CERT-E603", "this copy of a registry does not verify", why, hint)
