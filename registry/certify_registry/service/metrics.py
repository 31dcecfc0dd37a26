"""What an operator watches, in Prometheus's form."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "certify_registry_requests",
            "Requests by method, address and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "certify_registry_request_seconds",
            "Time from a request to its answer.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.append_seconds = Histogram(
            "certify_registry_append_seconds",
            "Time from a statement to its place in a signed checkpoint.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.appended = Counter(
            "certify_registry_appended", "Statements that were new to the log.", registry=self.registry
        )
        self.duplicates = Counter(
            "certify_registry_duplicates", "Statements that were in the log already.", registry=self.registry
        )
        self.refusals = Counter(
            "certify_registry_refusals", "Refused requests by error code.", ["code"], registry=self.registry
        )

    def follow(
        self, *, size: Callable[[], float], waiting: Callable[[], float], checkpoint_time: Callable[[], float | None]
    ) -> None:
        """Have the gauges read what changes by itself, whenever somebody looks.

        Args:
            size: gives the entries of the log.
            waiting: gives the statements taken and not answered yet.
            checkpoint_time: gives when the checkpoint was published, seconds since 1970.
        """

        def age() -> float:
            published = checkpoint_time()
            return float("nan") if published is None else max(0.0, time.time() - published)

        self._gauge("log_size", "Entries in the log.").set_function(size)
        self._gauge("outstanding", "Statements taken and not answered yet.").set_function(waiting)
        self._gauge("checkpoint_age_seconds", "Time since the checkpoint was published.").set_function(age)

    def text(self) -> bytes:
        """All figures in Prometheus's text form."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(f"certify_registry_{name}", told, registry=self.registry)
