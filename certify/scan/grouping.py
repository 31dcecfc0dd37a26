"""Equal hashes brought together: what learning an index of millions of word runs spends its time on."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_FEW = 1000


class Groups:
    """Hashes numbered by value, and an order in which equal ones stand together.

    Args:
        hashes: in an order that means something, such as that of a text.
        owners: rising in that order, one for each hash.
    """

    def __init__(self, hashes: NDArray[np.uint64], owners: NDArray[np.int32]) -> None:
        self.order = rising(hashes)
        """Positions of the hashes, the smallest first, equal ones in their order."""
        ordered = hashes[self.order]
        new = _differs(ordered)
        self.keys = ordered[new]
        """Distinct hashes, rising."""
        self.numbers = np.empty(hashes.size, dtype=np.int32)
        """For each hash which key it is."""
        self._ordered = (np.cumsum(new) - 1).astype(np.int32)
        self.numbers[self.order] = self._ordered
        self._owners = owners

    @cached_property
    def first_of_owner(self) -> NDArray[np.bool_]:
        """For each place of the order whether its owner holds this key there for the first time."""
        fresh: NDArray[np.bool_] = _differs(self._ordered) | _differs(self._owners[self.order])
        return fresh

    @cached_property
    def holders(self) -> NDArray[np.int64]:
        """For each key the owners that hold it."""
        found: NDArray[np.int64] = np.bincount(self._ordered[self.first_of_owner], minlength=self.keys.size)
        return found

    def repetition(self) -> NDArray[np.int64]:
        """For each hash how often its owner held it before."""
        place = np.arange(self.order.size)
        begins = np.maximum.accumulate(np.where(self.first_of_owner, place, 0))
        result = np.empty(place.size, dtype=np.int64)
        result[self.order] = place - begins
        return result


def rising(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Positions of hashes, the smallest first, equal ones in their order.

    What a stable sort of positions gives, several times as fast: plain numbers sort faster than positions do, so each
    hash is sorted with its position in its low bits, and the few that agree in all others are put right.
    """
    low = np.uint64((1 << int(hashes.size).bit_length()) - 1)
    packed = np.sort(hashes & ~low | np.arange(hashes.size, dtype=np.uint64))
    order = (packed & low).astype(np.int64)
    ordered = hashes[order]
    wrong = np.flatnonzero(ordered[1:] < ordered[:-1])
    if wrong.size > _FEW:
        return np.argsort(hashes, kind="stable")
    packed &= ~low
    for place in wrong.tolist():
        begin, end = np.searchsorted(packed, packed[place]), np.searchsorted(packed, packed[place], side="right")
        some = np.sort(order[begin:end])
        order[begin:end] = some[np.argsort(hashes[some], kind="stable")]
    return order


def _differs(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """For each value whether it is another than the one before it."""
    result = np.ones(values.size, dtype=bool)
    result[1:] = values[1:] != values[:-1]
    return result
