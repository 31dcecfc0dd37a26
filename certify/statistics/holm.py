"""Several tests at once: Holm's step-down correction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from certify.statistics.interval import printed_p


def holm(p_values: Mapping[str, float], planned: int | None = None) -> dict[str, float]:
    """Adjusted p-values that may each be compared with the overall error rate, whatever their dependence.

    Args:
        p_values: one for each test that ran, in [0, 1].
        planned: tests in the plan; those that did not run count as p = 1. Defaults to the ones given.

    Raises:
        ValueError: a p-value outside [0, 1], or fewer planned tests than results.

    Source: Holm (1979).
    """
    count = len(p_values) if planned is None else planned
    if count < len(p_values):
        raise ValueError(f"{len(p_values)} results for {count} planned tests")
    if not all(0 <= p <= 1 for p in p_values.values()):
        raise ValueError("a p-value lies between 0 and 1")
    adjusted: dict[str, float] = {}
    reached = 0.0
    for rank, (name, p_value) in enumerate(sorted(p_values.items(), key=lambda pair: (pair[1], pair[0]))):
        reached = max(reached, min(1.0, (count - rank) * p_value))
        adjusted[name] = reached
    return {name: adjusted[name] for name in p_values}


def printed_holm(p_values: Mapping[str, float], planned: int | None = None) -> dict[str, float]:
    """The same for p-values as they are printed, rounded up to 4 significant digits like those.

    Args, Raises:
        as :func:`holm`.
    """
    found = holm(p_values, planned)
    return {name: min(1.0, printed_p(Fraction(Decimal(f"{one:.12e}")))) for name, one in found.items()}
