import itertools

from hypothesis import given
from hypothesis import strategies as st

from certify.scan.align import Alignment, align, exact

ITEM = ["anna", "has", "417", "marbles", "and", "buys", "65", "more", "how", "many", "marbles", "are", "left"]


def _align(document: str) -> Alignment:
    words = document.split()
    found = align(ITEM, words, -len(ITEM), len(words))
    assert found is not None
    return found


def test_a_verbatim_copy_is_matched_whole() -> None:
    found = _align("so then " + " ".join(ITEM) + " she said")
    assert (found.first, found.last, found.start, found.end) == (0, len(ITEM) - 1, 2, 2 + len(ITEM))
    assert found.longest_run == len(ITEM)


def test_substitutions_insertions_and_deletions_are_bridged() -> None:
    found = _align("x anna has 999 marbles and then buys 65 more how many are left y")
    assert [ITEM[i] for i, _ in found.pairs] == [
        "anna",
        "has",
        "marbles",
        "and",
        "buys",
        "65",
        "more",
        "how",
        "many",
        "are",
        "left",
    ]
    assert found.longest_run == 5


def test_nothing_in_common_is_no_alignment() -> None:
    assert align(ITEM, ["other", "words"], -20, 20) is None


def test_a_band_outside_the_document_is_harmless() -> None:
    assert align(ITEM, ["anna"], 50, 60) is None
    assert align(ITEM, [], -5, 5) is None


def test_exact_needs_every_word_at_its_place() -> None:
    assert exact(ITEM, ["x", *ITEM], 1) is not None
    assert exact(ITEM, ["x", *ITEM], 0) is None
    assert exact(ITEM, ITEM, -1) is None
    assert exact(ITEM, ITEM[:-1], 0) is None


SMALL = st.lists(st.sampled_from("abcd"), min_size=1, max_size=8)


def _best_score(item: list[str], document: list[str]) -> int:
    """Every choice of rising pairs of equal words, scored as the aligner scores."""
    best = 0
    equal = [(i, j) for i in range(len(item)) for j in range(len(document)) if item[i] == document[j]]
    for size in range(1, min(len(item), len(document), 4) + 1):
        for pairs in itertools.combinations(equal, size):
            if all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(pairs)):
                best = max(best, _score(pairs))
    return best


def _score(pairs: tuple[tuple[int, int], ...]) -> int:
    score = 10 * len(pairs)
    for (i, j), (k, m) in itertools.pairwise(pairs):
        skipped, inserted = k - i - 1, m - j - 1
        both = min(skipped, inserted)
        score -= 6 * both + 5 * (skipped + inserted - 2 * both)
    return score


@given(SMALL, SMALL)
def test_no_other_match_scores_higher(item: list[str], document: list[str]) -> None:
    found = align(item, document, -len(item), len(document))
    best = _best_score(item[:5], document[:5]) if len(item) <= 5 and len(document) <= 5 else None
    if found is None:
        assert not set(item) & set(document)
        return
    assert all(item[i] == document[j] for i, j in found.pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(found.pairs))
    if best is not None:
        assert _score(found.pairs) >= best
