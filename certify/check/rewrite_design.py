"""What a plan of ``paired-rewrite`` could tell at best, from its assumptions: known before anything is asked."""

from __future__ import annotations

from certify.evidence.parameters.rewrites import PairedRewriteParameters
from certify.statistics import best_gap_power, fewest_items


def best_power(parameters: PairedRewriteParameters, items: int, tests: int) -> float:
    """The most power that so many items can be expected to have.

    Args:
        parameters: of the check, with what the plan assumes.
        items: items with rewrites.
        tests: tests of contamination in the plan, which share its error rate.
    """
    return best_gap_power(
        parameters.power_against,
        items,
        parameters.answers,
        accuracy=parameters.expected_accuracy,
        spread=parameters.expected_spread,
        alpha=parameters.alpha / tests,
        margin=parameters.margin,
    )


def may_tell(parameters: PairedRewriteParameters, items: int, tests: int) -> bool:
    """Whether that is the power which the plan asks for; arguments as :func:`best_power`."""
    return best_power(parameters, items, tests) >= parameters.least_power


def needed_pairs(parameters: PairedRewriteParameters, tests: int) -> int | None:
    """The fewest items for which questions are planned; None where no number would do.

    Args:
        parameters: of the check.
        tests: tests of contamination in the plan.
    """
    return fewest_items(lambda count: best_power(parameters, count, tests), parameters.least_power)
