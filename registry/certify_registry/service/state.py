"""What every request shares: the registry, who may write, and the figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from starlette.requests import Request

from certify.trust.status_list import StatusLists
from certify_registry.appending import Appender
from certify_registry.reader import Reader
from certify_registry.registry import Registry
from certify_registry.service.api_keys import KeyRing
from certify_registry.service.buckets import Buckets
from certify_registry.service.documents import Ready
from certify_registry.service.metrics import Metrics
from certify_registry.service.oidc import Providers
from certify_registry.service.public_files import PublicFiles
from certify_registry.service.settings import ServiceSettings

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 8
"""Threads that wait for the store; an engine of SQLAlchemy has 15 connections and the appender takes some."""


@dataclass
class Service:
    """One server's parts.

    ``writer`` and ``appender`` are absent where nothing is taken.
    """

    settings: ServiceSettings
    """What the operator chose."""
    reader: Reader
    """Answers everything that is read."""
    files: PublicFiles
    """The checkpoint and the tiles."""
    now: Callable[[], str]
    """The time in UTC, ``2026-11-23T17:00:00Z``."""
    keys: KeyRing
    """API keys."""
    writer: Registry | None = None
    """Enrols keys and keeps files."""
    appender: Appender | None = None
    """Takes statements."""
    status_lists: Callable[[], StatusLists | None] | None = None
    """Gives the signed status lists of this moment, where this server makes them; None while the log is empty."""
    metrics: Metrics = field(default_factory=Metrics)
    """The figures."""
    log_line: Callable[[dict[str, Any]], None] = field(default=lambda _: None)
    """Writes one line of the access log."""

    def __post_init__(self) -> None:
        limits = self.settings.limits
        self.readiness: tuple[float, Ready | None] = (float("-inf"), None)
        self.providers = Providers(self.settings.providers)
        self.reads = Buckets(limits.reads_per_second, limits.read_burst)
        self.writes = Buckets(limits.writes_per_second, limits.write_burst)
        self.failed = Buckets(limits.reads_per_second, limits.read_burst)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        self.metrics.follow(
            size=lambda: float(self.reader.size),
            waiting=lambda: float(self.appender.waiting if self.appender else 0),
            checkpoint_time=self.files.checkpoint_time,
        )

    @property
    def writable(self) -> bool:
        """Whether there is anybody who may write."""
        return self.appender is not None and (bool(self.providers) or self.keys.known)

    async def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function that waits for the store or the network gives, without keeping other requests waiting."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))

    def close(self) -> None:
        """Finish what was taken; the registry itself belongs to whoever opened it."""
        if self.appender is not None:
            self.appender.close()
        self._pool.shutdown(wait=True)


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    return cast("Service", request.app.state.service)
