"""What evaluates expressions, as far as decisions know it; a second engine can stand in and check the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class Answer(NamedTuple):
    """What an expression came to; exactly one of the two is set, and only a value can decide."""

    value: Any = None
    """A boolean, number, text or list."""
    error: str | None = None
    """Why there is no value."""


class Engine(Protocol):
    """Evaluates expressions on what is there: an absent value is an error, and an error never counts as true."""

    def bind(self, names: Mapping[str, Any]) -> Any:
        """Names with nested plain values, in the form in which ``evaluate`` wants them; bound once for many."""

    def evaluate(self, text: str, bound: Any) -> Answer:
        """The value of an expression, or why there is none; whatever the evidence holds, nothing is raised.

        Args:
            text: the expression.
            bound: from ``bind``.

        Raises:
            ValueError: it is not an expression.
        """
