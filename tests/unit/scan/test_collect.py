"""Where many documents resemble a problem, one that is nearly the same is a sibling, not a copy."""

import pytest

from certify.scan import Benchmark
from certify.scan.align import Alignment
from certify.scan.collect import Collector
from certify.scan.decide import SIBLINGS, Features
from certify.scan.matcher import Match, Matches

WORDS = ("Hugo", "wrote", "white", "fig", "red", "fox", "pig", "grey", "How", "many", "fruits")
QUESTION = " ".join(WORDS)


def found(*missing: str) -> Matches:
    """A document that holds the question without some of its words, taken for a full copy."""
    kept = [number for number, word in enumerate(WORDS) if word not in missing]
    pairs = tuple((number, place) for place, number in enumerate(kept))
    share = len(kept) / len(WORDS)
    features = Features(len(kept), share, share, 1.0, 1.0, len(kept), 99.0, True)
    return Matches([Match(0, "full", features, Alignment(pairs), False)], set(), set())


def collected(lookalikes: int, *missing: str) -> Collector:
    collector = Collector(Benchmark.from_items("b", [("a", QUESTION, "1")]))
    for row in range(lookalikes):
        collector.add("s", row, "", Matches([], {0}, set()))
    text = " ".join(word for word in WORDS if word not in missing)
    collector.add("s", lookalikes, text, found(*missing))
    return collector


@pytest.mark.parametrize(("lookalikes", "counted"), [(0, 1), (SIBLINGS - 1, 1), (SIBLINGS, 0), (5 * SIBLINGS, 0)])
def test_a_copy_that_is_not_word_for_word_counts_only_without_many_siblings(lookalikes: int, counted: int) -> None:
    collector = collected(lookalikes, "red")
    assert len(collector.findings()) == counted
    assert [one.documents for one in collector.lookalikes()] == ([] if counted else [lookalikes])
    assert collector.familiar() == (frozenset() if counted else {0})


def test_a_copy_word_for_word_always_counts() -> None:
    finding = collected(5 * SIBLINGS).findings()[0]
    assert (finding.item, finding.coverage, finding.coverage_share, finding.occurrences) == ("a", "full", 1.0, 1)


def test_many_changed_copies_outweigh_the_siblings() -> None:
    collector = collected(2 * SIBLINGS, "red")
    for row in range(4):
        text = " ".join(word for word in WORDS if word != "fig")
        collector.add("t", row, text, found("fig"))
    assert collector.findings()[0].occurrences == 5
