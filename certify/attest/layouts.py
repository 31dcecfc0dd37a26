"""Layouts: which steps made the data, who may sign each, and what may flow between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certify.attest.artifacts import Artifacts, read_artifacts
from certify.attest.envelopes import functionary_id, functionary_key, in_toto, signed_envelope, write_envelope
from certify.attest.steps import require_step_name
from certify.errors import HostileInput, UsageError
from certify.trust.keys import StatementSigner

MAX_METADATA = 64 * 1024 * 1024
NOTHING_ELSE = ("DISALLOW", "*")
"""in-toto lets everything pass that no rule mentions; every list of rules of ours ends with this."""


@dataclass(frozen=True)
class PlannedStep:
    """One step of a layout."""

    name: str
    """Its name."""
    functionaries: tuple[str, ...]
    """Public keys (PEM) that may sign it."""
    threshold: int = 1
    """How many of them must, over the same materials and products."""
    expected_materials: tuple[tuple[str, ...], ...] = ()
    """in-toto rules, such as ``("MATCH", "raw/*", "WITH", "PRODUCTS", "FROM", "download")``."""
    expected_products: tuple[tuple[str, ...], ...] = ()
    """in-toto rules, such as ``("CREATE", "clean/*")`` or ``("REQUIRE", "clean/data.jsonl")``."""


@dataclass(frozen=True)
class VerifiedLayout:
    """A chain of steps that holds."""

    steps: tuple[str, ...]
    """The steps in order."""
    materials: Artifacts
    """What the first step read."""
    products: Artifacts
    """What the last step wrote."""


def write_layout(
    path: Path, steps: Sequence[PlannedStep], owners: Sequence[StatementSigner], *, expires: str, readme: str = ""
) -> None:
    """Write a layout signed by all ``owners``, without inspections.

    Args:
        path: the file.
        steps: in order.
        owners: who answers for the layout.
        expires: RFC 3339 UTC, past which it no longer verifies.
        readme: what it is about.

    Raises:
        UsageError: CERT-E057, a rule, name, threshold or time that cannot be used.
    """
    if not steps or len({step.name for step in steps}) != len(steps):
        raise _unusable("it needs steps, each with a name of its own")
    if not owners:
        raise _unusable("nobody signs it")
    keys = {key["keyid"]: key for step in steps for key in map(functionary_key, step.functionaries)}
    try:
        datetime.strptime(expires, "%Y-%m-%dT%H:%M:%SZ")
        layout = in_toto("models.layout").Layout(
            steps=[_step(step) for step in steps], inspect=[], keys=keys, expires=expires, readme=readme
        )
    except (UsageError, ImportError):
        raise
    except Exception as error:  # in-toto and its parsers raise several kinds for malformed rules
        raise _unusable(str(error)) from error
    write_envelope(path, signed_envelope(layout, owners))


def verify_layout(
    path: Path,
    links: Path,
    owner_pems: Sequence[str],
    *,
    data: Sequence[Path] = (),
    base: Path | None = None,
) -> VerifiedLayout:
    """The chain of steps, if every link is there, signed by who may sign it, and the rules hold.

    Layouts with inspections and links that are themselves layouts are refused: verifying them runs commands.

    Args:
        path: the layout.
        links: folder of the links.
        owner_pems: public keys that must all have signed the layout.
        data: files and folders that must be exactly what the last step wrote; not compared when empty.
        base: folder that ``data`` is named relative to; the current one when absent.

    Raises:
        HostileInput: CERT-E059, it does not hold; the reason is told.
        UsageError: CERT-E057, no owner key, or a path that is not there.
    """
    if not owner_pems:
        raise UsageError("CERT-E057", "no key of the layout's owner was given", hint="give at least one public key")
    metadata, content = _load(path, "layout")
    if content.inspect:
        raise _fails(f"{path} asks to run commands while it is verified", "remove its inspections")
    for link in sorted(links.glob("*.link")):
        _load(link, "link")
    keys = {key["keyid"]: key for key in map(functionary_key, owner_pems)}
    try:
        summary = in_toto("verifylib").in_toto_verify(metadata, keys, link_dir_path=str(links))
    except Exception as error:  # every way of not holding has its own class without a common base
        raise _fails(f"the provenance of {path} does not hold: {_reason(error)}") from error
    checked = VerifiedLayout(tuple(step.name for step in content.steps), summary.materials, summary.products)
    if data:
        _require_same(checked.products, read_artifacts(data, base or Path.cwd()))
    return checked


def _step(step: PlannedStep) -> Any:
    require_step_name(step.name)
    if not 1 <= step.threshold <= len(set(step.functionaries)):
        raise _unusable(f"step {step.name} asks for {step.threshold} of {len(set(step.functionaries))} signatures")
    return in_toto("models.layout").Step(
        name=step.name,
        pubkeys=[functionary_id(pem) for pem in step.functionaries],
        threshold=step.threshold,
        expected_materials=_closed(step.expected_materials),
        expected_products=_closed(step.expected_products),
    )


def _closed(rules: Sequence[Sequence[str]]) -> list[list[str]]:
    closed = [list(rule) for rule in rules]
    return closed if closed and closed[-1] == list(NOTHING_ELSE) else [*closed, list(NOTHING_ELSE)]


def _load(path: Path, kind: str) -> tuple[Any, Any]:
    if not path.is_file():
        raise UsageError("CERT-E057", f"{path} does not exist", hint="check the path")
    if path.stat().st_size > MAX_METADATA:
        raise _fails(f"{path} is larger than {MAX_METADATA} bytes")
    try:
        metadata = in_toto("models.metadata").Metadata.load(str(path))
        content = metadata.get_payload()
    except UsageError:
        raise
    except Exception as error:
        raise _fails(f"{path} is not in-toto metadata: {_reason(error)}") from error
    if content.type_ != kind:
        raise _fails(f"{path} is a {content.type_} where a {kind} is needed")
    return metadata, content


def _require_same(expected: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if differing:
        where = "missing" if differing[0] not in found else "changed" if differing[0] in expected else "unexpected"
        raise _fails(
            f"{len(differing)} files differ from what the last step wrote; first {differing[0]} ({where})",
            "use the data that the steps describe, or record a step for the change",
        )


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:600]


def _unusable(why: str) -> UsageError:
    return UsageError("CERT-E057", "this layout cannot be written", why, "compare with docs/signatures.md")


def _fails(what: str, hint: str = "ask whoever performed the steps for the missing or changed files") -> HostileInput:
    return HostileInput("CERT-E059", what, "the data may not be what its steward says it is", hint)
