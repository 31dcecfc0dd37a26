"""What a scan comes to: items found, nothing found, or not enough looked at to say so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from certify.counting import counted
from certify.errors import ExitCode
from certify.scan import ScanReport

LEAST_RECALL = 99
"""Per cent of planted word-for-word copies that must be found before "nothing found" may be said."""

Verdict = Literal["contaminated", "nothing_found", "incomplete"]


class ScanOutcome(NamedTuple):
    """The answer of a scan over all benchmarks."""

    items: int
    """Items looked for."""
    contaminated: int
    """Items found."""
    documents: int
    """Documents searched."""
    reasons: tuple[str, ...]
    """Why finding nothing would not mean that nothing is there; each a clause without a full stop."""

    @property
    def verdict(self) -> Verdict:
        """What was found decides first: a copy stays a copy, however little else was read."""
        if self.contaminated:
            return "contaminated"
        return "incomplete" if self.reasons else "nothing_found"

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        codes = {"contaminated": ExitCode.NEGATIVE, "incomplete": ExitCode.INCOMPLETE}
        return codes.get(self.verdict, ExitCode.POSITIVE)

    @property
    def sentence(self) -> str:
        """The verdict in one line."""
        of = counted(self.items, "benchmark item")
        if self.contaminated:
            return f"Found: {self.contaminated:,} of {of} in the training data"
        if self.reasons:
            return f"Incomplete: none of {of} found, but not everything was looked at"
        return f"Nothing found: none of {of} in {counted(self.documents, 'document')}"


def outcome_of(reports: Sequence[ScanReport], *, spikes: int) -> ScanOutcome:
    """The outcome of one scan.

    Args:
        reports: one for each benchmark, of the same data; at least one.
        spikes: copies that were to be planted for the self-test.
    """
    reasons = [*_unread(reports[0]), *(said for report in reports for said in _untested(report, spikes))]
    return ScanOutcome(
        items=sum(report.items for report in reports),
        contaminated=sum(report.contaminated for report in reports),
        documents=reports[0].documents,
        reasons=tuple(reasons),
    )


def percent(share: float) -> str:
    """A share in per cent, rounded down, so that only all of it is called 100."""
    return f"{math.floor(round(share * 1e6, 3)) / 1e4:.4f}".rstrip("0").rstrip(".") + " %"


def _unread(report: ScanReport) -> list[str]:
    parts = len(report.unscanned)
    if parts or report.coverage < 1:
        unread = f"; {counted(parts, 'part')} could not be read" if parts else ""
        return [f"{percent(report.coverage)} of the data was searched{unread}"]
    return []


def _untested(report: ScanReport, spikes: int) -> list[str]:
    if not spikes:
        return [f"the search for {report.benchmark} was not tested, because no copies were to be planted"]
    verbatim = report.selftest.get("verbatim")
    if verbatim is None:
        return [f"the search for {report.benchmark} could not be tested: there was nothing to plant, or nowhere to"]
    if 100 * verbatim.found < LEAST_RECALL * verbatim.planted:
        return [f"the search for {report.benchmark} found {verbatim.found} of {verbatim.planted} planted copies only"]
    return []
