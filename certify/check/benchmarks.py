"""Published problems read from a file whose digest is fixed in the plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from certify.check.benchmark_files import rows_of
from certify.check.catalogue import entry_of, place_of, shipped
from certify.check.catalogued import catalogue
from certify.check.families import Problem
from certify.check.rows import read_items
from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.canonical import sha256_hex

__all__ = [
    "Benchmark",
    "BenchmarkItem",
    "catalogue",
    "is_path",
    "other_file",
    "read_benchmark",
    "shipped",
]

MAX_FILE = 256 * 1024 * 1024
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


class BenchmarkItem(NamedTuple):
    """One published problem."""

    id: str
    """The benchmark's own id, or the 0-based row."""
    question: str
    """The problem."""
    answer: str
    """The answer as published, solution included."""
    gold: str
    """The final answer alone."""
    verifier: str
    """How an answer is compared with it."""
    problem: Problem | None
    """For an item of one of our families: what it was made from."""
    aliases: tuple[str, ...] = ()
    """Other names of the final answer, as published."""
    hops: int | None = None
    """How many facts the answer puts together, where the file says so."""
    choices: int | None = None
    """Of how many choices one is right; None where the answer is no choice."""
    stem: str | None = None
    """The question without its choices; None where it has none."""
    options: tuple[str, ...] = ()
    """The choices, in the order of the file."""


@dataclass(frozen=True)
class Benchmark:
    """A set of published problems."""

    id: str
    """Its name on certificates."""
    title: str
    """What it is, in a few words."""
    file: str
    """Name of the file."""
    sha256: str
    """SHA-256 of the file's bytes."""
    items: tuple[BenchmarkItem, ...]
    """The problems, in the order of the file."""


def read_benchmark(name: str, *, file: Path | None = None) -> Benchmark:
    """A benchmark of the catalogue by its id, or any JSON Lines or Parquet file by its path.

    Args:
        name: id or path, as a plan names it.
        file: where the file lies now, when it is not where ``name`` says.

    Raises:
        UsageError: CERT-E100, no such benchmark, or a row that is not a problem; CERT-E475, the catalogue knows it,
            but its file is not at hand; CERT-E035, a package is missing.
        HostileInput: CERT-E101, the file is not the one the catalogue describes.
    """
    if is_path(name):
        path = file or Path(name)
        return _read(path.name.split(".")[0] or "benchmark", path.name, path.name, _bytes_of(path), {})
    entry = entry_of(name)
    data = _bytes_of(file or place_of(entry))
    if sha256_hex(data) != entry.sha256:
        raise other_file(name, sha256_hex(data), entry.sha256)
    columns = entry.model_dump(include={"question", "answer", "identifier", "verifier"})
    return _read(entry.id, entry.title, entry.file, data, columns)


def is_path(name: str) -> bool:
    """Whether a benchmark's name is the path of a file rather than an id of the catalogue."""
    return "/" in name or name.endswith((".jsonl", ".json", ".parquet")) or not _ID.fullmatch(name)


def other_file(name: str, found: str, wanted: str) -> HostileInput:
    """The error for a benchmark file with another digest than the one agreed on."""
    return HostileInput(
        "CERT-E101",
        f"the benchmark {name} is not the file that was agreed on",
        why=f"its SHA-256 is {found}, not {wanted}",
        hint="put the original file back, or make a new plan for the changed one",
    )


def _where(place: Traversable | Path) -> str:
    if isinstance(place, Path) and not place.is_absolute():
        return f"a path in a policy starts at the folder the command is given in, here {Path.cwd()}"
    return "see whether the file is there and may be read"


def _bytes_of(place: Traversable | Path) -> bytes:
    try:
        if isinstance(place, Path) and place.exists() and not place.is_file():  # a pipe would be waited for
            raise UsageError("CERT-E100", f"the benchmark {place} is no file", hint="name a JSON Lines or Parquet file")
        with place.open("rb") as file:
            data: bytes = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(
            "CERT-E100",
            f"the benchmark {place} cannot be read",
            why=error.strerror or "",
            hint=_where(place),
        ) from error
    if len(data) > MAX_FILE:
        raise UsageError("CERT-E100", f"the benchmark {place} is larger than {MAX_FILE} bytes")
    return data


def _read(identifier: str, title: str, file: str, data: bytes, fields: dict[str, str | None]) -> Benchmark:
    try:
        items = tuple(BenchmarkItem(*row) for row in read_items(rows_of(file, data), **fields))
    except CertifyError as error:
        if error.code == "CERT-E035":
            raise
        hint = error.hint or "a benchmark is JSON Lines or Parquet with a question and an answer in each row"
        raise UsageError("CERT-E100", f"the benchmark {file} cannot be used: {error.what}", error.why, hint) from error
    return Benchmark(identifier, title, file, sha256_hex(data), items)
