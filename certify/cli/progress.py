"""Progress of long work: one moving line on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from certify.cli.render import clean, paint, width

QUIET_SECONDS = 10.0
"""Without a terminal, at most one line of progress in this many seconds."""


class TerminalReporter:
    """Shows a run on stderr."""

    def __init__(self) -> None:
        self._moving = sys.stderr.isatty()
        self._title = ""
        self._started = time.monotonic()
        self._last = 0.0
        self._first: tuple[int, float] | None = None
        self._told = False
        self._open_line = False

    def stage(self, title: str) -> None:
        """A new stage begins."""
        self.close()
        self._title, self._started, self._told, self._first = title, time.monotonic(), False, None
        self._last = 0.0 if self._moving else self._started
        if self._moving:
            self._write_over(f"  {title} ...")
        else:
            print(f"  {clean(title)}", file=sys.stderr, flush=True)

    def advance(self, done: int, total: int, unit: str, detail: str = "") -> None:
        """Shows how far the stage is, of bytes how many a second, and when it should end.

        Args:
            done: units finished.
            total: units in all.
            unit: their name in the plural; ``bytes`` are shown in MB.
            detail: more in a few words, such as what was found so far.
        """
        moment = time.monotonic()
        self._first = self._first or ((0, self._started) if unit == "bytes" else (done, moment))
        if moment - self._last < (0.1 if self._moving else QUIET_SECONDS) and (done < total or not self._told):
            return  # a quick stage needs no second line
        self._last, self._told = moment, done < total
        spent = moment - self._started
        speed = f", {_rate(done / spent / 1e6)} MB/s" if unit == "bytes" and done and spent > 1 else ""
        left = self._left(done, total, moment)
        more = f", {detail}" if detail else ""
        line = f"  {self._title}: {_amount(done, unit)} of {_amount(total, unit)} {_unit(unit)}{more}{speed}{left}"
        if self._moving:
            self._write_over(line)
        else:
            print(clean(line), file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Prints a remark on a line of its own."""
        self.close()
        print(f"  {paint('note', 'dim', sys.stderr)} {clean(text)}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends the moving line, leaving it readable."""
        if self._open_line:
            print(file=sys.stderr, flush=True)
            self._open_line = False

    def _left(self, done: int, total: int, moment: float) -> str:
        """When the stage should end, by what was done since its first news: before that, engines load."""
        before, since = self._first or (0, self._started)
        if not before < done < total or moment - since <= 2:
            return ""
        return f", {_span((moment - since) / (done - before) * (total - done))} left"

    def _write_over(self, line: str) -> None:
        print(f"\r\x1b[2K{clean(line)[: width() - 1]}", end="", file=sys.stderr, flush=True)
        self._open_line = True


@contextmanager
def reading(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows one stage that reads bytes; gives what to tell of bytes done and bytes in all."""
    reporter = TerminalReporter()
    reporter.stage(title)
    try:
        yield lambda done, of: reporter.advance(done, of, "bytes")
    finally:
        reporter.close()


def _amount(value: int, unit: str) -> str:
    return f"{value / 1e6:,.1f}" if unit == "bytes" else f"{value:,}"


def _unit(unit: str) -> str:
    return "MB" if unit == "bytes" else unit


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
