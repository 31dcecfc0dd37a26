"""Hashes brought together in the order that a stable sort would give."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from certify.scan import grouping
from certify.scan.grouping import Groups, rising

# Few values in the low bits, where positions are packed, and few above: hashes that agree in one of them are frequent.
HASHES = st.lists(st.builds(lambda high, low: high << 60 | low, st.integers(0, 3), st.integers(0, 7)), max_size=60)


@given(HASHES)
def test_the_order_is_that_of_a_stable_sort(values):
    hashes = np.array(values, dtype=np.uint64)
    assert rising(hashes).tolist() == np.argsort(hashes, kind="stable").tolist()


def test_the_order_is_the_same_where_too_much_agrees_to_be_put_right(monkeypatch):
    hashes = np.arange(5000, dtype=np.uint64)[::-1].copy()
    assert rising(hashes).tolist() == list(range(5000))[::-1]
    monkeypatch.setattr(grouping, "_FEW", 10_000)
    assert rising(hashes).tolist() == list(range(5000))[::-1]


@given(HASHES, st.data())
def test_keys_holders_and_repetitions_are_counted(values, data):
    owners = sorted(data.draw(st.lists(st.integers(0, 4), min_size=len(values), max_size=len(values))))
    groups = Groups(np.array(values, dtype=np.uint64), np.array(owners, dtype=np.int32))
    keys = sorted(set(values))
    pairs = list(zip(values, owners, strict=True))
    assert groups.keys.tolist() == keys
    assert groups.numbers.tolist() == [keys.index(value) for value in values]
    assert groups.holders.tolist() == [len({owner for value, owner in pairs if value == key}) for key in keys]
    assert groups.repetition().tolist() == [Counter(pairs[:place])[pair] for place, pair in enumerate(pairs)]
