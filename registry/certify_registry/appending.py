"""How many clients at once put statements into one log."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from certify_registry.appended import Appended


class Appender(Protocol):
    """Takes signed statements from many threads; what it acknowledges is durable and under a signed checkpoint."""

    @property
    def waiting(self) -> int:
        """Statements taken and not answered yet."""
        ...

    def submit(self, bundle: bytes) -> Future[Appended]:
        """Take a statement; the future holds its place, or the error that ``Registry.append`` raises for it.

        Raises:
            RegistryError: CERT-E071, too many are waiting already; this one was not taken.
        """
        ...

    def close(self) -> None:
        """Finish what was taken, and take no more."""
        ...
