"""A layout as people write it: a short YAML file of who may do what, in which order."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from certify.attest.layouts import PlannedStep, require_earlier_steps
from certify.attest.plain_yaml import NotPlain, meant, read_plain_yaml
from certify.errors import HostileInput, UsageError
from certify.evidence.base import StrictValue, Utc
from certify.trust.keys import MAX_KEY_FILE

MAX_FILE = 64 * 1024
PEM_START = "-----BEGIN PUBLIC KEY-----"


class _Step(StrictValue):
    name: str
    functionaries: tuple[str, ...] = Field(min_length=1)
    threshold: int = Field(default=1, ge=1)
    materials: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


class _File(StrictValue):
    owner: str = Field(min_length=1, max_length=300)
    expires: Utc
    steps: tuple[_Step, ...] = Field(min_length=1)


@dataclass(frozen=True)
class LayoutPlan:
    """What a file of a layout says."""

    owner: str
    """Who answers for it, in words."""
    expires: str
    """RFC 3339 UTC, past which it no longer verifies."""
    steps: tuple[PlannedStep, ...]
    """In order."""


def read_layout_file(path: Path) -> LayoutPlan:
    """The layout in a YAML or JSON file.

    Functionaries are public key files, found beside the file, or public keys themselves. A rule is one line as in-toto
    writes it, such as ``MATCH raw/* WITH PRODUCTS FROM collect``; every list of rules ends closed.

    Raises:
        UsageError: CERT-E057, unreadable, an unknown field, a rule about a step that does not come earlier.
    """
    try:
        document = read_plain_yaml(path, max_bytes=MAX_FILE)
    except NotPlain as error:
        raise _unusable(path, str(error)) from error
    _refuse_unknown(path, document, _File, "the file")
    listed = document.get("steps")
    for step in listed if isinstance(listed, list) else []:
        if isinstance(step, dict):
            _refuse_unknown(path, step, _Step, "a step")
    try:
        content = _File.from_document(document, name="the layout")
    except HostileInput as error:
        raise _unusable(path, error.what) from error
    steps = tuple(_planned(step, path) for step in content.steps)
    require_earlier_steps(steps)
    return LayoutPlan(content.owner, content.expires, steps)


def _planned(step: _Step, path: Path) -> PlannedStep:
    return PlannedStep(
        name=step.name,
        functionaries=tuple(_public_key(one, path) for one in step.functionaries),
        threshold=step.threshold,
        expected_materials=tuple(_rule(text, path) for text in step.materials),
        expected_products=tuple(_rule(text, path) for text in step.products),
    )


def _public_key(text: str, path: Path) -> str:
    if text.startswith(PEM_START):
        return text if text.endswith("\n") else f"{text}\n"
    file = path.parent / text
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_KEY_FILE).decode("ascii")
    except OSError as error:
        raise _unusable(path, f"the public key {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _unusable(path, f"{file} is not a public key") from error


def _rule(text: str, path: Path) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise _unusable(path, f"the rule {text[:100]!r} cannot be read: {error}") from error
    if not words:
        raise _unusable(path, "a rule is empty")
    return words


def _refuse_unknown(path: Path, document: dict[str, Any], form: type[StrictValue], place: str) -> None:
    known = [field.alias or name for name, field in form.model_fields.items()]
    unknown = [key for key in document if key not in known]
    if unknown:
        raise UsageError(
            "CERT-E057", f"{path}: {place} has the unknown field {unknown[0][:100]!r}", hint=meant(unknown[0], known)
        )


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(
        "CERT-E057",
        f"{path} cannot be read as a layout",
        why,
        "start from a template: certify data layout layout.yaml --template standard",
    )
