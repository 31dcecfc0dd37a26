"""How many clients at once put statements into one log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from certify_registry.appended import Appended
from certify_registry.registry import Registry


class Appender(Protocol):
    """Takes signed statements from many threads; what it acknowledges is durable and under a signed checkpoint."""

    def submit(self, bundle: bytes) -> Future[Appended]:
        """Take a statement; the future holds its place, or the error that ``Registry.append`` raises for it.

        Raises:
            RegistryError: CERT-E071, too many are waiting already; this one was not taken.
        """
        ...

    def close(self) -> None:
        """Finish what was taken, and take no more."""
        ...


class OneByOne:
    """An appender that commits each statement by itself.

    Args:
        registry: open with its key.
        now: gives the time in UTC, ``2026-11-23T17:00:00Z``.
    """

    def __init__(self, registry: Registry, now: Callable[[], str]) -> None:
        self._registry, self._now = registry, now
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="append")
        self._lock = threading.Lock()

    def submit(self, bundle: bytes) -> Future[Appended]:
        """Take a statement; see ``Appender``."""
        return self._worker.submit(self._append, bundle)

    def close(self) -> None:
        """Finish what was taken, and take no more."""
        self._worker.shutdown(wait=True)

    def _append(self, bundle: bytes) -> Appended:
        with self._lock:
            return self._registry.append(bundle, now=self._now())
