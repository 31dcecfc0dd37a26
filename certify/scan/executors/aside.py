"""Standard output kept for the program's own words where a library's threads print to it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Aside:
    """Standard output, but what some threads print goes to standard error."""

    def __init__(self, out: Any, prefix: str) -> None:
        self._out, self._prefix = out, prefix

    def write(self, text: str) -> int:
        return int(self._sink().write(text))

    def flush(self) -> None:
        self._sink().flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)

    def _sink(self) -> Any:
        return sys.stderr if threading.current_thread().name.startswith(self._prefix) else self._out


@contextmanager
def printing_aside(prefix: str) -> Iterator[None]:
    """While it lasts, threads whose names begin with ``prefix`` print to standard error instead of standard output."""
    aside = _Aside(sys.stdout, prefix)
    sys.stdout = aside
    try:
        yield
    finally:
        if sys.stdout is aside:
            sys.stdout = aside._out
