"""The catalogue of published benchmarks: what each is, where it comes from, and where its file lies now."""

from __future__ import annotations

import os
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from certify.check.catalogued import catalogue, entries
from certify.errors import UsageError
from certify.evidence.base import Sha256, StrictValue

FOLDER = "CERTIFY_BENCHMARKS"
"""Environment variable: the folder with files of the catalogue that do not come with certify."""


class Entry(StrictValue):
    """A file of the catalogue, ``policies/benchmarks/<id>.yaml``."""

    id: str
    """Its name in policies and on certificates."""
    title: str = Field(min_length=1)
    """What it is, in a few words."""
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the file, beside the entry or in the folder that ``CERTIFY_BENCHMARKS`` names."""
    sha256: Sha256
    """SHA-256 of the file's bytes."""
    released: str = Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")
    """Day or month since which the problems have been public: data from before cannot hold them."""
    licence: str
    """SPDX identifier."""
    items: int | None = Field(default=None, ge=1)
    """Problems in the file."""
    question: str | None = None
    """Column with the problem, dotted where it is nested; the usual names are tried when absent."""
    answer: str | None = None
    """Column with the answer, solution included where there is one; likewise."""
    identifier: str | None = None
    """Column that names a row; likewise, and rows are numbered from 0 where there is none."""
    date: str | None = None
    """Column that says since when a problem has been public; likewise, and no problem is dated where there is none."""
    verifier: str | None = None
    """How an answer is compared; follows from the answers when absent."""
    source: str | None = None
    """Who published it, and where."""
    url: str | None = Field(default=None, pattern=r"^https://")
    """Where the file can be had."""
    revision: str | None = None
    """Commit or version of the source that holds exactly these bytes."""


def shipped() -> tuple[str, ...]:
    """The ids of those whose file comes with certify, sorted."""
    return tuple(name for name in catalogue() if (entries() / entry_of(name).file).is_file())


def entry_of(name: str) -> Entry:
    """What the catalogue says of a benchmark.

    Raises:
        UsageError: CERT-E100, it knows none of this name.
    """
    place = entries() / f"{name}.yaml"
    if not place.is_file():
        known = ", ".join(catalogue()) or "none"
        raise UsageError("CERT-E100", f"no benchmark is called {name}", hint=f"known: {known}; or give a path")
    document: Any = yaml.safe_load(place.read_text(encoding="utf-8"))
    entry = Entry.from_document(document, name=f"{name}.yaml")
    if entry.id != name:
        raise UsageError("CERT-E100", f"{name}.yaml describes another benchmark", hint="reinstall certify-models")
    return entry


def place_of(entry: Entry) -> Traversable | Path:
    """Where the file of an entry is: it came with certify, or lies in the folder that ``CERTIFY_BENCHMARKS`` names.

    Raises:
        UsageError: CERT-E475, in neither.
    """
    beside = entries() / entry.file
    if beside.is_file():
        return beside
    named = os.environ.get(FOLDER)
    if named and (Path(named) / entry.file).is_file():
        return Path(named) / entry.file
    where = f"{entry.file} is not in {named}" if named else f"it does not come with certify, and {FOLDER} is not set"
    got_from = entry.url or entry.source or "its publisher"
    raise UsageError(
        "CERT-E475",
        f"the file of the benchmark {entry.id} is not at hand",
        f"{where}; the file expected has the SHA-256 {entry.sha256} and is under {entry.licence}",
        f"get it from {got_from}, then put it as {entry.file} into a folder and name that in {FOLDER}; "
        f"`certify scan` also takes --benchmark {entry.id}=FILE",
    )
