"""The findings of a scan as the page shows them: an item, its copies beside it, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from certify.counting import counted
from certify.export.scan_marks import Piece, side_by_side, visible
from certify.scan import Finding, Item, Span
from certify.scan.report import Resemblance

MAX_CARDS = 200
"""Items of one section that are shown; further ones are counted."""

MAX_PASSAGES = 3
"""Different passages shown of one item."""

MAX_PLACES = 5
"""Places named of one passage."""

Place: TypeAlias = tuple[str, int, int, int]
"""Shard, row, first byte and one past the last."""

Texts: TypeAlias = Mapping[Place, str | None]
"""What stands at each place; None where it is no longer what was scanned."""

BADGES = {"full": ("■", "Full copy"), "partial": ("◧", "Partial copy"), "reordered": ("⇄", "Reordered copy")}
"""A sign and words for each class: colour alone tells nothing to whoever does not see it."""


class Passage(NamedTuple):
    """One text of the corpus beside the item."""

    sign: str
    word: str
    item: tuple[Piece, ...]
    text: tuple[Piece, ...] | None
    """None where the data is no longer what was scanned."""
    places: tuple[str, ...]
    further: int
    """Places that are not named."""


class Card(NamedTuple):
    """One item with what was found of it."""

    item: str
    facts: str
    passages: tuple[Passage, ...]
    further: int
    """Different passages that are not shown."""


def place_of(span: Span) -> Place:
    """Where a span stands."""
    return span.shard, span.document, span.start, span.end


def shown_spans(findings: Iterable[Finding | Resemblance]) -> list[Span]:
    """Of each item that is shown the spans whose text is shown."""
    return [group[0] for finding in list(findings)[:MAX_CARDS] for group in _groups(finding.spans)[:MAX_PASSAGES]]


def cards(
    findings: Sequence[Finding | Resemblance], items: Mapping[str, Item], texts: Texts, *, answers: bool
) -> tuple[Card, ...]:
    """The first 200 items of a section.

    Args:
        findings: of the report.
        items: of the benchmark, by id.
        texts: what stands at each of ``shown_spans``.
        answers: whether the items' answers were found and stand beside the passages, not their questions.
    """
    return tuple(_card(one, items[one.item], texts, answers) for one in findings[:MAX_CARDS])


def _card(finding: Finding | Resemblance, item: Item, texts: Texts, answers: bool) -> Card:
    groups, told = _groups(finding.spans), item.answer if answers else item.question
    return Card(
        item=visible(finding.item),
        facts=_facts(finding, answers),
        passages=tuple(_passage(group, told, texts) for group in groups[:MAX_PASSAGES]),
        further=len(groups[MAX_PASSAGES:]),
    )


def _facts(finding: Finding | Resemblance, answers: bool) -> str:
    if isinstance(finding, Resemblance):
        return f"in {counted(finding.documents, 'document')}"
    words = [f"{finding.coverage_share:.0%} of its words in the best copy".replace("%", " %")]
    words.append(f"{finding.occurrences:,} cop{'y' if finding.occurrences == 1 else 'ies'}")
    if not answers:
        words.append("its answer follows" if finding.answer_found else "its answer does not follow")
    return ", ".join(words)


def _groups(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans of the same bytes together: a passage copied a hundred times is one passage in a hundred places."""
    found: dict[str, list[Span]] = {}
    for span in spans:
        found.setdefault(span.excerpt_sha256, []).append(span)
    return list(found.values())


def _passage(spans: Sequence[Span], item: str, texts: Texts) -> Passage:
    first = spans[0]
    text = texts.get(place_of(first))
    ours, theirs = side_by_side(item, text or "", in_order=first.coverage != "reordered")
    sign, word = BADGES[first.coverage]
    return Passage(
        sign=sign,
        word=word,
        item=ours,
        text=None if text is None else theirs,
        places=tuple(_where(span) for span in spans[:MAX_PLACES]),
        further=len(spans[MAX_PLACES:]),
    )


def _where(span: Span) -> str:
    return f"{visible(span.shard)}, document {span.document:,}, bytes {span.start:,} to {span.end:,}"
