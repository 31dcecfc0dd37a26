"""What the pages need to know besides the registry itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


def utc_now() -> str:
    """The time in UTC, ``2026-11-23T17:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class PagesSettings:
    """How a registry presents itself."""

    name: str = "Certificate registry"
    """What stands at the top of every page."""
    base_url: str = ""
    """Address of the registry without a final slash, for the feed; empty where nobody knows it."""
    certificates: Path | None = None
    """Folder with ``SERIAL.json`` and ``SERIAL.pdf`` of an issuer; PDFs kept in the registry need none."""
    preloaded: int = 64
    """Most certificates that the page for dropped files carries; a larger registry asks for the serial first."""
    listed: int = 50
    """Certificates on a page of search results."""
    clock: Callable[[], str] = utc_now
    """Gives the time, which decides what has expired."""
