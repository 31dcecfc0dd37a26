"""A map that works ahead: in order, never too far, and gone when nobody listens."""

import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.scan.ordered import ordered_map


@given(st.lists(st.integers(), max_size=40), st.integers(1, 5))
def test_results_come_in_the_order_of_the_items(items, threads):
    assert list(ordered_map(str, items, threads)) == [str(item) for item in items]


def test_no_more_is_taken_than_twice_the_threads():
    taken = itertools.count()
    results = ordered_map(lambda item: item, (next(taken) for _ in itertools.count()), 3)
    for seen in range(5):
        assert next(results) == seen
    assert next(taken) <= 5 + 2 * 3
    results.close()


def test_an_error_comes_where_its_item_stood_and_leaves_no_thread():
    before = threading.active_count()

    def refuse(item):
        if item == 4:
            raise ValueError("four")
        return item

    results = ordered_map(refuse, itertools.count(), 2)
    assert list(itertools.islice(results, 4)) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="four"):
        next(results)
    assert threading.active_count() == before


def test_an_error_of_the_items_ends_the_threads():
    before = threading.active_count()

    def items():
        yield from range(3)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(ordered_map(str, items(), 2))
    assert threading.active_count() == before


def test_closing_drops_what_has_not_begun():
    done, go = [], threading.Event()

    def work(item):
        if item:
            go.wait(20)
        done.append(item)

    results = ordered_map(work, range(100), 1)
    next(results)
    threading.Timer(0.05, go.set).start()
    results.close()
    assert done in ([0], [0, 1])
