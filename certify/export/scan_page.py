"""A scan as one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from certify.export.scan_cards import Card, Texts, cards, shown_spans
from certify.export.scan_marks import visible
from certify.resources import room
from certify.scan import Benchmark, Finding, ScanReport, Span
from certify.scan.report import Resemblance

if TYPE_CHECKING:
    from jinja2 import Environment

FONTS = {
    "inter": "Inter-Regular.otf",
    "semibold": "Inter-SemiBold.otf",
    "mono": "JetBrainsMono-Regular.ttf",
    "garamond": "EBGaramond-Regular.otf",
}
RULES = {
    "gpt3-13gram": "GPT-3: thirteen words in a row",
    "llama2-dirty": "Llama 2: most words in shared runs",
    "tulu3-8gram": "Tülu 3: half of it in shared runs of eight",
}


class Section(NamedTuple):
    """Cards of one class."""

    title: str
    meaning: str
    beside: str
    badge: str
    cards: tuple[Card, ...]
    items: int
    """Items of this class, shown or not."""


class Part(NamedTuple):
    """What the page says of one benchmark."""

    name: str
    items: int
    counts: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, str], ...]
    selftest: tuple[tuple[str, str, str], ...]
    sections: tuple[Section, ...]
    too_short: tuple[str, ...]


KINDS = {
    "Found": ("Copies of the question. These count as contamination.", "Benchmark item", ""),
    "Answer alone": (
        "A worked answer stands in the data without its question. Not counted; it gives the solution away.",
        "Benchmark answer",
        "",
    ),
    "Template twins": (
        "The same words with other numbers or names: another problem of the same make. Not counted.",
        "Benchmark item",
        "Template twin",
    ),
    "Common passages": (
        "Passages that many documents share: boilerplate, or one problem leaked again and again in shortened form. "
        "Not counted, and only a person can tell the two apart.",
        "Benchmark item",
        "Common passage",
    ),
}
"""Of each class what it means, what stands on the left, and its badge where it is not the class of the copy."""


def spans_to_show(reports: Sequence[ScanReport]) -> list[Span]:
    """The spans whose text the page shows; whoever makes it must bring their texts."""
    return [span for report in reports for found in _classes(report).values() for span in shown_spans(found)]


def scan_page(
    reports: Sequence[ScanReport],
    benchmarks: Sequence[Benchmark],
    texts: Texts,
    *,
    verdict: str,
    tone: str,
    reasons: Sequence[str] = (),
) -> bytes:
    """The page as UTF-8.

    Args:
        reports: one for each benchmark, of the same data.
        benchmarks: in the same order.
        texts: what stands at each of ``spans_to_show``; None where the data has changed since.
        verdict: the outcome in one sentence.
        tone: ``contaminated``, ``incomplete`` or ``nothing_found``.
        reasons: why finding nothing would not mean that nothing is there.
    """
    first = reports[0]
    text = (
        _environment()
        .get_template("scan.html")
        .render(
            verdict=verdict,
            tone=tone,
            reasons=[visible(reason) for reason in reasons],
            report=first,
            parts=[_part(report, one, texts) for report, one in zip(reports, benchmarks, strict=True)],
            unscanned=[(visible(part.shard), part.row, part.bytes, visible(part.reason)) for part in first.unscanned],
            skipped=[visible(name) for name in first.skipped],
            style=(room("templates") / "scan" / "style.css").read_text("utf-8"),
            fonts={name: base64.b64encode(_font(file)).decode() for name, file in FONTS.items()},
        )
    )
    return text.encode("utf-8")


def _part(report: ScanReport, benchmark: Benchmark, texts: Texts) -> Part:
    kinds = [finding.coverage for finding in report.findings]
    counts = [(f"{kind} copies", kinds.count(kind)) for kind in ("full", "partial", "reordered")]
    sections = _sections(report, benchmark, texts)
    return Part(
        name=visible(report.benchmark),
        items=report.items,
        counts=(
            *counts,
            *((section.title.lower(), section.items) for section in sections[1:]),
            ("look-alikes, not shown", len(report.lookalikes)),
        ),
        rules=tuple((RULES[one.rule], f"{one.flagged:,} of {one.judged:,}") for one in report.rules)
        or ((RULES["gpt3-13gram"], f"{report.thirteen_gram.shared:,} of {report.thirteen_gram.judged:,}"),),
        selftest=tuple(
            (kind, f"{row.found:,} of {row.planted:,}", f"{row.recall_lower:.4f}")
            for kind, row in report.selftest.items()
        ),
        sections=sections,
        too_short=tuple(visible(item) for item in report.too_short),
    )


def _classes(report: ScanReport) -> dict[str, Sequence[Finding | Resemblance]]:
    return {
        "Found": report.findings,
        "Answer alone": report.answer_only,
        "Template twins": report.twins,
        "Common passages": report.common_passages,
    }


def _sections(report: ScanReport, benchmark: Benchmark, texts: Texts) -> tuple[Section, ...]:
    items = {item.id: item for item in benchmark.items}
    return tuple(
        Section(title, *KINDS[title], cards(found, items, texts, answers=title == "Answer alone"), len(found))
        for title, found in _classes(report).items()
    )


def require_templates() -> None:
    """Fails now where a page could not be made later: better before hours of scanning than after.

    Raises:
        ModuleNotFoundError: jinja2 is not installed.
    """
    _environment()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = room("templates") / "scan"
    return Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _font(name: str) -> bytes:
    return (room("templates") / "fonts" / name).read_bytes()
