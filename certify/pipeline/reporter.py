"""How long work tells what it is doing, whoever listens."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Listens to a run; the terminal, a log file and the tests each have their own."""

    def stage(self, title: str) -> None:
        """A new stage begins."""
        ...

    def advance(self, done: int, total: int, unit: str) -> None:
        """``done`` of ``total`` units of the stage are finished."""
        ...

    def note(self, text: str) -> None:
        """Something worth knowing happened."""
        ...


class Silent:
    """A reporter that says nothing."""

    def stage(self, title: str) -> None:
        """Nothing."""

    def advance(self, done: int, total: int, unit: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""
