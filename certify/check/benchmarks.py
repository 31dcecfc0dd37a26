"""Published problems read from a file whose digest is fixed in the plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import Field

from certify.check.families import Problem
from certify.check.rows import read_items
from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.base import Sha256, StrictValue
from certify.evidence.canonical import sha256_hex
from certify.resources import room

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


class _Entry(StrictValue):
    """A file of the catalogue, ``policies/benchmarks/<id>.yaml``."""

    id: str
    title: str = Field(min_length=1)
    file: str
    sha256: Sha256
    released: str
    licence: str
    question: str | None = None
    answer: str | None = None
    verifier: str | None = None
    source: str | None = None


def read_benchmark(name: str, *, file: Path | None = None) -> Benchmark:
    """A benchmark of the catalogue by its id, or any JSON Lines file by its path.

    Args:
        name: id or path, as a plan names it.
        file: where the file lies now, when it is not where ``name`` says.

    Raises:
        UsageError: CERT-E100, no such benchmark, or a row that is not a problem.
        HostileInput: CERT-E101, the file is not the one the catalogue describes.
    """
    if is_path(name):
        path = file or Path(name)
        return _read(path.name.split(".")[0] or "benchmark", path.name, path.name, _bytes_of(path), {})
    entry, folder = _catalogue_entry(name)
    place: Traversable | Path = file or folder / entry.file
    data = _bytes_of(place)
    if sha256_hex(data) != entry.sha256:
        raise other_file(name, sha256_hex(data), entry.sha256)
    return _read(entry.id, entry.title, entry.file, data, entry.model_dump(include={"question", "answer", "verifier"}))


def is_path(name: str) -> bool:
    """Whether a benchmark's name is the path of a file rather than an id of the catalogue."""
    return "/" in name or name.endswith((".jsonl", ".json")) or not _ID.fullmatch(name)


def catalogue() -> tuple[str, ...]:
    """The ids of the benchmarks that come with certify, sorted."""
    names = (entry.name for entry in (room("policies") / "benchmarks").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def other_file(name: str, found: str, wanted: str) -> HostileInput:
    """The error for a benchmark file with another digest than the one agreed on."""
    return HostileInput(
        "CERT-E101",
        f"the benchmark {name} is not the file that was agreed on",
        why=f"its SHA-256 is {found}, not {wanted}",
        hint="put the original file back, or make a new plan for the changed one",
    )


def _catalogue_entry(name: str) -> tuple[_Entry, Traversable]:
    folder = room("policies") / "benchmarks"
    place = folder / f"{name}.yaml"
    if not place.is_file():
        known = ", ".join(catalogue()) or "none"
        raise UsageError("CERT-E100", f"no benchmark is called {name}", hint=f"known: {known}; or give a path")
    document: Any = yaml.safe_load(place.read_text(encoding="utf-8"))
    entry = _Entry.from_document(document, name=f"{name}.yaml")
    if entry.id != name or "/" in entry.file:
        raise UsageError("CERT-E100", f"{name}.yaml describes another benchmark", hint="reinstall certify-models")
    return entry, folder


def _bytes_of(place: Traversable | Path) -> bytes:
    try:
        with place.open("rb") as file:
            data: bytes = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError("CERT-E100", f"the benchmark {place} cannot be read", why=error.strerror or "") from error
    if len(data) > MAX_FILE:
        raise UsageError("CERT-E100", f"the benchmark {place} is larger than {MAX_FILE} bytes")
    return data


def _read(identifier: str, title: str, file: str, data: bytes, fields: dict[str, str | None]) -> Benchmark:
    try:
        items = tuple(BenchmarkItem(*row) for row in read_items(data, **fields))
    except CertifyError as error:
        hint = error.hint or "a benchmark is JSON Lines with a question and an answer in each row"
        raise UsageError("CERT-E100", f"the benchmark {file} cannot be used: {error.what}", error.why, hint) from error
    return Benchmark(identifier, title, file, sha256_hex(data), items)
