"""Numbers put in order in a few lines, because numba's own sort takes long to compile."""

from __future__ import annotations

from typing import Any

from certify.scan.kernel.compiling import inner


@inner
def sort(numbers: Any, count: int) -> None:
    """Puts the first ``count`` numbers in rising order, in place.

    Source: Shell (1959); the gaps are those of Knuth (1973), vol. 3, 5.2.1: 1, 4, 13, 40 and so on.
    """
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(gap, count):
            number, to = numbers[at], at
            while to >= gap and numbers[to - gap] > number:
                numbers[to] = numbers[to - gap]
                to -= gap
            numbers[to] = number
        gap //= 3
