"""The semantic pass in words for people and in JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from certify.counting import counted
from certify.scan.semantic_report import LABEL, Candidate, SemanticReport

SHOWN = 5
"""Candidates shown on a terminal."""


def semantic_document(reports: Sequence[SemanticReport]) -> dict[str, Any]:
    """The value under ``semantic`` in the JSON of a scan: the label first, then every report whole."""
    return {"label": LABEL, "benchmarks": [report.model_dump(mode="json") for report in reports]}


def semantic_lines(report: SemanticReport) -> list[str]:
    """What a terminal shows for one benchmark: a heading, what was compared, the candidates to look at first."""
    listed = report.candidates
    items = len({one.item for one in listed})
    head = f"{report.benchmark}, in other words ({LABEL}): "
    found = f"{items} of {report.items} items have a passage that may be a rewording"
    if not listed:
        return [head + "no passage stands out", *_about(report)]
    first = sorted(listed, key=_telling)[:SHOWN]
    more = len(listed) - SHOWN
    rest = [f"and {counted(more, 'more passage')}; --json lists every place"] if more > 0 else []
    return [head + found, *_about(report), *map(_line, first), *rest]


def _about(report: SemanticReport) -> list[str]:
    lines = [
        f"compared {report.passages:,} passages of {report.documents:,} documents by the embeddings of "
        f"{report.embedder.name} ({report.embedder.identity[:12]}); data without the benchmark would have up to "
        f"{report.items / 10:.0f} such items by chance"
        if report.background is not None
        else f"compared {report.passages:,} passages by the embeddings of {report.embedder.name}; too few to tell what "
        "chance brings, so every passage nearer to one item than to others is listed"
    ]
    if report.unread:
        s = "" if report.unread == 1 else "s"
        lines.append(f"left out {report.unread:,} row{s} or part{s} of the data that cannot be read")
    if report.judge is not None:
        counts = Counter(one.judged for one in report.candidates)
        said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        lines.append(f"judged by {report.judge.name} ({report.judge.identity[:12]}): {said}")
    return lines


def _telling(one: Candidate) -> tuple[Any, ...]:
    """What the judge confirmed first, then what chance explains least."""
    rank = {"yes": 0, "unclear": 1, "not run": 1, "no": 2}[one.judged]
    return (rank, one.chance if one.chance is not None else 0.0, -one.margin, one.item, one.shard, one.document)


def _line(one: Candidate) -> str:
    judged = "" if one.judged == "not run" else f"; judge: {one.judged}"
    expected = "" if one.chance is None else f", {one.chance:.2g} such passages expected by chance"
    return (
        f"- item {one.item}: {one.shard}, document {one.document:,}, bytes {one.start:,} to {one.end:,}; "
        f"similarity {one.similarity:.2f}{expected}{judged}"
    )
