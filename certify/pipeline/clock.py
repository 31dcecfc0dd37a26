"""Time, asked once and written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FORM = "%Y-%m-%dT%H:%M:%SZ"


def now() -> str:
    """The present time in UTC as RFC 3339 with seconds."""
    return datetime.now(UTC).strftime(FORM)


def later(time: str, **span: float) -> str:
    """``time`` plus a span given as for ``datetime.timedelta``."""
    return (datetime.strptime(time, FORM).replace(tzinfo=UTC) + timedelta(**span)).strftime(FORM)
