"""How much of the training data somebody signed for, and how much of it was searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.dataset import DataExamined, DigestSource
from certify.evidence.results import CorpusScanResult
from certify.page.verdict import Findings
from certify.verify.words.printed import percent


class Bar(NamedTuple):
    """A share of the whole, drawn as a filled part of a bar."""

    label: str
    """What it is a share of."""
    share: float
    """From 0 to 1."""
    text: str
    """The share in words."""


class Provenance(NamedTuple):
    """Sources signed for and searched."""

    words: str
    """Both in a sentence or two."""
    bars: tuple[Bar, ...]
    """Their pictures; none where nobody said what the data is."""
    alt: str
    """The bars for those who do not see them; empty where there are none."""


def provenance_of(findings: Findings, results: Mapping[str, Value]) -> Provenance:
    """Provenance coverage, from signed values alone.

    A source is a dataset that the plan names; it is signed for where the evidence holds its steward's statement.
    Sources that nobody named are not counted, and the words say so.
    """
    sources = len(findings.datasets)
    if not sources:
        return Provenance("0 of an unknown number of sources signed for: the training data is undisclosed.", (), "")
    signed = min(sources, sum(one.kind == "dataset" for one in findings.evidence))
    computed = sum(one.digest_source is DigestSource.RECOMPUTED for one in findings.datasets)
    bars = (
        Bar("signed for", signed / sources, f"{signed} of {sources}"),
        Bar("digests computed", computed / sources, f"{computed} of {sources}"),
        Bar("searched", *_searched(results)),
    )
    alt = "; ".join(f"{bar.label} {bar.text}" for bar in bars)
    return Provenance(_words(findings, signed, sources), bars, f"Of the training data: {alt}.")


def _words(findings: Findings, signed: int, sources: int) -> str:
    told = f"{signed} of {counted(sources, 'named source')} signed for by a data steward"
    if findings.data_examined is DataExamined.FULL:
        return f"{told}, whose word it is that there are no others."
    return f"{told}; how many others there are, nobody says."


def _searched(results: Mapping[str, Value]) -> tuple[float, str]:
    """Share of the bytes that a scan read, and in words."""
    scan = results.get("corpus-scan")
    if not isinstance(scan, CorpusScanResult):
        return 0.0, "not searched"
    if not scan.unscanned:
        return 1.0, "all of it"
    share = scan.coverage or 0.0
    return share, f"{percent(min(share, 0.9999))} of its bytes"
