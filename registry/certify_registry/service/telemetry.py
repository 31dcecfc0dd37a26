"""Traces of requests, where an operator collects them."""

from __future__ import annotations

import os
from typing import Any

from fastapi import FastAPI

UNTRACED = "healthz,readyz,metrics"
"""Addresses that machines ask all the time."""


def instrument(app: FastAPI, endpoint: str | None, exporter: Any = None) -> None:
    """Have every request traced, if there is anywhere to send traces.

    Args:
        app: the application.
        endpoint: of a collector, OpenTelemetry's protocol over HTTP; ``OTEL_EXPORTER_OTLP_ENDPOINT`` where absent.
        exporter: in place of one that asks the collector.
    """
    endpoint = endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if endpoint is None and exporter is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    target = exporter or OTLPSpanExporter(endpoint=f"{str(endpoint).rstrip('/')}/v1/traces")
    provider = TracerProvider(resource=Resource.create({"service.name": "certify-registry"}))
    provider.add_span_processor(BatchSpanProcessor(target))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, excluded_urls=UNTRACED)
    app.state.tracing = provider
