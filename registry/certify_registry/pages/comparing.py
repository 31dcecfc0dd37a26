"""What differs between two certificates, line by line, in the words of their own pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from certify.page.page import Page
from certify_registry.pages.catalogue import Held


class Difference(NamedTuple):
    """A line of both certificates."""

    label: str
    """What it is about."""
    first: str
    """What the first says; says so where it says nothing."""
    second: str
    """What the second says."""

    @property
    def changed(self) -> bool:
        """Whether they differ."""
        return self.first != self.second


class Part(NamedTuple):
    """Lines that belong together."""

    title: str
    """Heading."""
    rows: tuple[Difference, ...]
    """In the order of the first certificate, what only the second has at the end."""


def compare(first: Held, second: Held) -> tuple[Part, ...]:
    """Every fact of two certificates beside each other."""
    one, two = first.page, second.page
    return (
        _part("Standing and scope", _head(first), _head(second)),
        _part("Numbers", _numbers(one), _numbers(two)),
        _part("Conditions", _facts(one), _facts(two)),
        _part("Rules", _rules(one), _rules(two)),
        _part("Not checked", _lines(one.not_checked), _lines(two.not_checked)),
        _part("Limits", _lines(one.limits), _lines(two.limits)),
    )


def _part(title: str, first: Iterable[tuple[str, str]], second: Iterable[tuple[str, str]]) -> Part:
    one, two = dict(first), dict(second)
    labels = [*one, *(label for label in two if label not in one)]
    return Part(
        title, tuple(Difference(label, one.get(label, "not said"), two.get(label, "not said")) for label in labels)
    )


def _head(held: Held) -> list[tuple[str, str]]:
    page, made = held.page, held.certificate
    return [
        ("Status", held.status.word),
        ("Verdict", page.verdict_text),
        ("Title", page.title),
        ("Issuer", page.issuer),
        ("Model", page.model),
        ("Model identity", made.model.identity),
        ("Weights digest", made.model.weights_digest),
        ("Policy", page.policy),
        ("Valid from", made.valid_from),
        ("Valid until", made.valid_until),
    ]


def _numbers(page: Page) -> list[tuple[str, str]]:
    return [(panel.name, f"{panel.value}; {panel.detail}") for panel in page.panels] + [
        (row.label, row.text) for row in page.further
    ]


def _facts(page: Page) -> list[tuple[str, str]]:
    return [(row.label, row.text) for row in (*page.facts, *page.configuration)]


def _rules(page: Page) -> list[tuple[str, str]]:
    return [(f"{rule.id} {rule.title}", f"{rule.mark.sign} {rule.mark.word}: {rule.message}") for rule in page.rules]


def _lines(lines: Iterable[str]) -> list[tuple[str, str]]:
    return [(line, "said") for line in lines]
