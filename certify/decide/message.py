"""Messages with values filled in: ``{expression}`` becomes what it comes to."""

from __future__ import annotations

import re
from typing import Any

from certify.decide.cel import Activation

ABSENT = "not available"
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_MAX_SHOWN = 200


def placeholders(template: str) -> list[str]:
    """The expressions of a message, in order; ``{{`` and ``}}`` stand for braces.

    Raises:
        ValueError: a brace without its partner, or nothing between two.
    """
    found = []
    for match in _PART.finditer(template):
        if match[0] in ("{", "}"):
            raise ValueError(f"the brace at column {match.start() + 1} has no partner; write it twice to show one")
        if match[1] is not None:
            if not match[1].strip():
                raise ValueError(f"nothing stands between the braces at column {match.start() + 1}")
            found.append(match[1].strip())
    return found


def fill(template: str, facts: Activation) -> str:
    """The message with every placeholder evaluated; what has no value reads ``not available``."""

    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        return shown(facts.evaluate(match[1].strip()).value)

    return _PART.sub(replace, template)


def shown(value: Any) -> str:
    """A value as a page prints it: shares with four decimals, yes and no for booleans."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "<0.0001" if 0 < value < 0.0001 else f"{value:.4f}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(part) for part in value)[:_MAX_SHOWN]
    return str(value)[:_MAX_SHOWN]
