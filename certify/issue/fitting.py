"""How close a document is set, and how long its annex is: the roomiest form that keeps to its pages is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from certify.page.page import Page

_CLOSER = ("dense", "run", "plain", "bare", "tight", "tightest")
DENSITIES = ("", *(" ".join(_CLOSER[: step + 1]) for step in range(len(_CLOSER))))
"""Ways to set page one, roomiest first: less air, lists run in, then fewer pictures, then smaller type."""
REASONS_SHOWN, REASONS_TIGHT = 5, 3
ANNEXES = ("full", "short", "brief")
"""Forms of the annex, longest first."""
MOST_PAGES = 3
"""Pages of a certificate: one for the wall and a short annex. Whatever is longer stands in the report."""
USUAL_FACTS = 2
"""Lines of facts, configuration and attempt, that the roomiest form has room for; the next takes one more."""
LINE = 84
"""Letters that a line of these facts has room for, on average."""
FULL_ROWS = 44
"""Rows of the annex up to which its full form may fit; measured with rows of usual length."""
SHORT_ROWS = 130
"""The same for its short form."""
USUAL_TEXT = 200
"""Letters of a text of usual length; each such length more counts as a row."""


class Form(NamedTuple):
    """One way to set a document."""

    density: str
    """How close page one is set."""
    annex: str
    """How long the annex is."""

    @property
    def reasons(self) -> int:
        """Rules behind a refusal that page one has room to tell of; the others stand by id, and in the report."""
        return REASONS_TIGHT if "tight" in self.density.split() else REASONS_SHOWN


def fitting(page: Page, laid_out: Callable[[Form], Any]) -> Any:
    """The document in the roomiest form whose first page is one page and that has no more than ``MOST_PAGES``.

    The same page gives the same form, so a document drawn again comes out alike.

    Args:
        page: what is printed; tells which forms are worth trying first.
        laid_out: lays a form out, by WeasyPrint.
    """
    annex = _first_annex(page)
    document, density = _roomiest(_first_density(page), lambda step: laid_out(Form(DENSITIES[step], ANNEXES[annex])))
    while len(document.pages) > MOST_PAGES and annex < len(ANNEXES) - 1:
        annex += 1
        document = laid_out(Form(DENSITIES[density], ANNEXES[annex]))
    return document


def _roomiest(first: int, laid_out: Callable[[int], Any]) -> tuple[Any, int]:
    """The roomiest document whose first page is one page, the closest where none is; and how close it is set.

    What is set closer is never longer: after the likeliest two, the rest is halved until one is left.
    """
    low, high, kept = first, len(DENSITIES) - 1, None
    while True:
        step = low if low <= first + 1 else (low + high) // 2
        document = laid_out(step)
        if "annexes" in document.pages[1].anchors:
            high, kept = step, document
        else:
            low = step + 1
        if low > high or (low == high and kept is not None):
            return kept or document, min(low, high)


def _first_density(page: Page) -> int:
    """The roomiest form worth trying: a band, further rows or reasons need the room of another."""
    if page.reasons:
        return 3
    lines = sum(-(-len(row.text) // LINE) for row in page.facts)
    return 2 if lines > USUAL_FACTS + 1 else 1 if page.development or lines > USUAL_FACTS else 0


def _first_annex(page: Page) -> int:
    """The longest form worth trying: what is certain to need more pages is not drawn first."""
    rows = 2 * len(page.rules) + len(page.evidence) + len(page.families) + len(page.further)
    texts = [one for rule in page.rules for one in (rule.title, rule.message, rule.clauses)]
    texts += [*page.limits, *(row.text for row in (*page.further, *page.declaration))]
    rows += sum(len(one) // USUAL_TEXT for one in texts)
    return 0 if rows <= FULL_ROWS else 1 if rows <= SHORT_ROWS else 2
