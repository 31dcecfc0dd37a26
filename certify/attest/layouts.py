"""Layouts: which steps made the data, who may sign each, and what may flow between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certify.attest.envelopes import functionary_id, functionary_key, in_toto, signed_envelope
from certify.attest.naming import require_step_name
from certify.attest.verification import VerifiedLayout, verify_layout
from certify.errors import UsageError
from certify.files import write_whole
from certify.trust.keys import StatementSigner

__all__ = ["PlannedStep", "VerifiedLayout", "require_earlier_steps", "verify_layout", "write_layout"]

_TIME = "%Y-%m-%dT%H:%M:%SZ"
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
        if datetime.strptime(expires, _TIME).strftime(_TIME) != expires:
            raise _unusable(f"{expires} is not written like 2027-11-23T00:00:00Z")
        layout = in_toto("models.layout").Layout(
            steps=[_step(step) for step in steps], inspect=[], keys=keys, expires=expires, readme=readme
        )
    except (UsageError, ImportError):
        raise
    except Exception as error:  # in-toto and its parsers raise several kinds for malformed rules
        raise _unusable(str(error)) from error
    write_whole(path, signed_envelope(layout, owners))


def require_earlier_steps(steps: Sequence[PlannedStep]) -> None:
    """Return if every rule about another step names one that comes before.

    In-toto takes the order of steps for a wish; what binds it are rules that each refer backwards.

    Raises:
        UsageError: CERT-E057, a rule refers to a later step or to none.
    """
    earlier: set[str] = set()
    for step in steps:
        earlier.add(step.name)
        for rule in (*step.expected_materials, *step.expected_products):
            if rule[0].upper() == "MATCH" and rule[-1] not in earlier:
                raise _unusable(f"a rule of {step.name} refers to {rule[-1]!r}, which is no earlier step")


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


def _unusable(why: str) -> UsageError:
    return UsageError("CERT-E057", "this layout cannot be written", why, "compare with docs/signatures.md")
