"""Several gaps in one plan: each finding of a gap is a detection, so their p-values are corrected for their number."""

from __future__ import annotations

from collections.abc import Mapping

from certify.evidence.base import StrictValue, Value
from certify.evidence.parameters import StaticFreshGapParameters
from certify.evidence.results import StaticFreshGapResult
from certify.statistics import printed_holm


def corrected_gaps(parameters: Mapping[str, StrictValue], results: Mapping[str, Value]) -> dict[str, Value]:
    """The results with Holm's p-values where the plan tests several gaps; as they are where it tests one or none.

    Args:
        parameters: of every planned check; a gap without a result stays in the count.
        results: check id to its result.

    Source: docs/statistics.md, Holm; each claim, a gap and one above the margin, is a set of tests of its own.
    """
    planned = [given for given in parameters.values() if isinstance(given, StaticFreshGapParameters)]
    found = {name: one for name, one in results.items() if isinstance(one, StaticFreshGapResult)}
    if len(planned) < 2 or not found:
        return dict(results)
    plain = printed_holm({name: one.p_value for name, one in found.items()}, len(planned))
    margins = {name: one.margin_p_value for name, one in found.items() if one.margin_p_value is not None}
    beyond = printed_holm(margins, sum(given.margin is not None for given in planned))
    return dict(results) | {
        name: one.model_copy(
            update={"tests": len(planned), "holm_p_value": plain[name], "holm_margin_p_value": beyond.get(name)}
        )
        for name, one in found.items()
    }
