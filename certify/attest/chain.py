"""The chain beyond the steps: this model was trained on exactly the data that was scanned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from certify.attest.agreement import kind_of, read_step_statement
from certify.attest.verification import PerformedStep, VerifiedLayout
from certify.errors import HostileInput
from certify.identify.manifest import Manifest
from certify.identify.model import ModelFolder
from certify.identify.roles import role_of

_NAMED = 3
"""Files named of each kind of difference."""
_TRIED = 50
"""Entries of a manifest that are looked for to find the folder they lie in."""


class Outcome(StrEnum):
    """What came of one check of the chain."""

    HOLDS = "pass"
    DIFFERS = "fail"
    UNKNOWN = "skip"
    NOTE = "warn"


@dataclass(frozen=True)
class ChainLine:
    """One link of the chain."""

    name: str
    """What was compared."""
    outcome: Outcome
    """Whether it holds."""
    detail: str
    """What differs, or what was found."""


def check_steps(verified: VerifiedLayout, links: Path) -> list[ChainLine]:
    """A line for each step, with what the statements beside its links say."""
    return [_check_step(step, links, step.name in verified.open_rules) for step in verified.performed]


def check_model(step: PerformedStep, model: ModelFolder, links: Path) -> ChainLine:
    """Whether a model's runtime files are exactly what the step wrote; documentation does not count."""
    name, expected = "model", {entry.path: entry.sha256 for entry in model.manifest.files}
    above = folder_of(model.manifest, step.products)
    written = {path: sha for path, sha in _within(step.products, above).items() if role_of(path).value == "runtime"}
    if written != expected:
        return ChainLine(name, Outcome.DIFFERS, f"not what {step.name} wrote: {difference(written, expected)}")
    identity = model.identity.identity
    for keyid in step.signers:
        named = _models_named(step, keyid, links)
        if named and identity not in named:
            return ChainLine(name, Outcome.DIFFERS, f"the statement of {step.name} names another model identity")
    return ChainLine(
        name, Outcome.HOLDS, f"{len(expected)} runtime files as {step.name} wrote them, {identity[:16]}..."
    )


def check_trained_on(step: PerformedStep, scanned: Sequence[Manifest], besides: Sequence[str] = ()) -> ChainLine:
    """Whether what the step read is exactly what these manifests list.

    Args:
        scanned: manifests whose identities a scan names.
        besides: folders and files that are no training data, such as a base model.
    """
    name = "trained on"
    material = {path: digest["sha256"] for path, digest in step.materials.items()}
    left = {path: sha for path, sha in material.items() if not any(_is_in(path, other) for other in besides)}
    expected: dict[str, str] = {}
    for manifest in scanned:
        above = folder_of(manifest, {path: {"sha256": sha} for path, sha in left.items()})
        expected |= {f"{above}/{entry.path}" if above else entry.path: entry.sha256 for entry in manifest.files}
    if left != expected:
        return ChainLine(
            name, Outcome.DIFFERS, f"{step.name} read other data than was scanned: {difference(expected, left)}"
        )
    aside = len(material) - len(left)
    more = f"; {aside} files besides, as you named them" if aside else ""
    return ChainLine(name, Outcome.HOLDS, f"{len(left)} shards, exactly those that were scanned{more}")


def difference(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    """What differs between two lists of files, with the first names of each kind."""
    kinds = {
        "missing": sorted(expected.keys() - found.keys()),
        "extra": sorted(found.keys() - expected.keys()),
        "changed": sorted(name for name in expected.keys() & found.keys() if expected[name] != found[name]),
    }
    return "; ".join(
        f"{len(names)} {kind} ({', '.join(names[:_NAMED])}{', ...' if len(names) > _NAMED else ''})"
        for kind, names in kinds.items()
        if names
    )


def folder_of(manifest: Manifest, artifacts: Mapping[str, Mapping[str, str]]) -> str:
    """The folder among artifacts that a manifest most likely describes; empty where they lie at the top.

    The one that agrees with most entries; a wrong guess can only make a comparison fail, never hold.
    """
    names, digests = list(artifacts), {name: digest["sha256"] for name, digest in artifacts.items()}
    candidates: dict[str, None] = {}
    for entry in manifest.files[:_TRIED]:
        ends = f"/{entry.path}"
        candidates |= dict.fromkeys(name[: -len(ends)] for name in names if name.endswith(ends))
        candidates |= dict.fromkeys("" for name in names if name == entry.path)

    def agreeing(folder: str) -> tuple[int, int]:
        places = [(f"{folder}/{entry.path}" if folder else entry.path, entry.sha256) for entry in manifest.files]
        return sum(digests.get(place) == sha for place, sha in places), sum(place in digests for place, _ in places)

    return max(candidates, key=agreeing, default="")


def _check_step(step: PerformedStep, links: Path, is_open: bool) -> ChainLine:
    told = f"{len(step.materials)} files read, {len(step.products)} written, {len(step.signers)} signed"
    try:
        statements = [read_step_statement(step, keyid, links) for keyid in step.signers]
    except HostileInput as error:
        return ChainLine(step.name, Outcome.DIFFERS, error.what)
    found = sum(statement is not None for statement in statements)
    told += f"; {found} of {len(statements)} with a statement that agrees"
    if is_open:
        return ChainLine(step.name, Outcome.NOTE, f"{told}; the layout lets files pass that no rule names")
    return ChainLine(step.name, Outcome.HOLDS, told)


def _models_named(step: PerformedStep, keyid: str, links: Path) -> set[str]:
    """Identities of the models that a statement of the step names as its products."""
    try:
        statement = read_step_statement(step, keyid, links)
    except HostileInput:
        return set()  # the step's own line tells it
    subjects = statement["subject"] if statement else []
    return {one["digest"]["sha256"] for one in subjects if kind_of(one) == "model"}


def _within(artifacts: Mapping[str, Mapping[str, str]], folder: str) -> dict[str, str]:
    start = f"{folder}/" if folder else ""
    return {name[len(start) :]: digest["sha256"] for name, digest in artifacts.items() if name.startswith(start)}


def _is_in(path: str, place: str) -> bool:
    cleaned = place.rstrip("/").removeprefix("./")
    return path == cleaned or path.startswith(f"{cleaned}/")
