"""The semantic pass keeps the same passages whatever order and partition they come in, and they are the nearest."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.scan.semantic import ONE, YARDSTICKS, Neighbours, on_grid
from certify.scan.semantic_background import MINIMUM, MarginSample, fit_tail
from certify.scan.semantic_passages import SHORTEST, Passage, cut, windows

DIMENSIONS = 6


def unit(rng: np.random.Generator, rows: int) -> np.ndarray:
    drawn = rng.integers(-2, 3, (rows, DIMENSIONS)) + rng.normal(0, 0.01, (rows, 1))  # few directions: many ties
    drawn[np.all(drawn == 0, axis=1)] = 1
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def corpus(seed: int, count: int) -> tuple[np.ndarray, list[Passage], np.ndarray]:
    rng = np.random.default_rng(seed)
    items = np.vstack([np.eye(DIMENSIONS, dtype=np.float32), unit(rng, 3)])
    places = [Passage("ab"[n % 2], n // 5, 10 * (n % 5), 10 * (n % 5) + 9, f"text {n % 40}") for n in range(count)]
    by_text = unit(rng, 40)  # the embedding follows from the text
    return items, places, by_text[[n % 40 for n in range(count)]]


def collected(items: np.ndarray, parts: list[list[int]], places: list[Passage], vectors: np.ndarray) -> Neighbours:
    whole = Neighbours(items, 3)
    for part in parts:
        one = Neighbours(items, 3)
        one.offer([places[n] for n in part], vectors[part])
        whole.merge(one)
    return whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_order_and_any_partition_keep_the_same(seed: int, count: int, shuffler, parts: int) -> None:
    items, places, vectors = corpus(seed, count)
    order = list(range(count))
    straight = collected(items, [order], places, vectors)
    shuffler.shuffle(order)
    mixed = collected(items, [order[part::parts] for part in range(parts) if order[part::parts]], places, vectors)
    assert mixed.nearest() == straight.nearest()
    assert mixed._sample.margins() == straight._sample.margins()
    assert (mixed.passages, mixed.tail()) == (straight.passages, straight.tail())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 80))
def test_what_is_kept_is_what_a_full_search_finds(seed: int, count: int) -> None:
    items, places, vectors = corpus(seed, count)
    exact = on_grid(items).astype(np.int64) @ on_grid(vectors).astype(np.int64).T  # whole numbers throughout
    kept = collected(items, [list(range(count))], places, vectors).nearest()
    for item, found in enumerate(kept):
        best: dict[tuple[str, int], tuple] = {}
        for place, similarity in zip(places, exact[item].tolist(), strict=True):
            key = (-similarity, *place[:4])
            best[place[:2]] = min(best.get(place[:2], key), key)
        assert [near.key for near in found] == sorted(best.values())[:3]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 4096), st.integers(0, 2**32 - 1))
def test_single_precision_is_exact_on_the_grid(dimensions: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(2, dimensions)) + 1e-3
    rows[1] += rows[0] * rng.integers(0, 100)  # from unrelated to nearly the same
    grid = on_grid(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    assert (grid @ grid.T).astype(np.int64).tolist() == (grid.astype(np.int64) @ grid.astype(np.int64).T).tolist()
    assert np.abs(np.diag(grid @ grid.T) / ONE - 1).max() < 0.02


TEXTS = st.text(alphabet="ab .!?\n。é\ud800", max_size=400)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(8, 60))
def test_passages_cover_a_document_and_point_to_their_bytes(text: str, length: int) -> None:
    data = text.encode("utf-8", "surrogatepass")
    found = list(cut("s", 7, text, length))
    for one in found:
        assert data[one.start : one.end] == one.text.encode("utf-8", "surrogatepass")
        assert SHORTEST <= len(one.text) <= 2 * length
    spans = list(windows(text, length))
    assert [spans[0][0], spans[-1][1]] == [0, len(text)] if text else not spans
    for (start, end), (following, beyond) in pairwise(spans):
        assert start < following < end < beyond


@given(st.lists(st.integers(0, 10**6), min_size=MINIMUM, max_size=400), st.integers(0, 10**6))
def test_a_tail_never_rises_and_ignores_the_topmost(margins: list[int], beyond: int) -> None:
    tail = fit_tail(margins)
    if tail is None:
        return
    assert tail.share(tail.high + beyond) <= tail.share(tail.high) <= 0.25
    raised = sorted(margins)
    raised[-1] += YARDSTICKS * ONE
    assert fit_tail(raised) == tail


def test_copies_of_a_passage_count_once_in_the_background() -> None:
    sample = MarginSample()
    for n in range(500):
        sample.offer("the same words", 5)
        sample.offer(f"other words {n}", n)
    assert len(sample.margins()) == 501
