"""The rules behind every number a certificate prints; docs/statistics.md explains each."""

from certify.statistics.accuracy import accuracy_interval, exact_set_interval
from certify.statistics.binomial import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    recall_lower_bound,
)
from certify.statistics.clean_subset import CleanSubset, clean_subset
from certify.statistics.gap import GapTest, gap_test, margin_p_value, paired_differences
from certify.statistics.holm import holm
from certify.statistics.interval import MINIMUM_ITEMS, Interval
from certify.statistics.majority import Votes, majority_at
from certify.statistics.noinflation import no_inflation_bound
from certify.statistics.passatk import all_right_at, pass_at
from certify.statistics.planning import best_lower_bound, estimate_rho, minimum_items, plan_size, typical_counts
from certify.statistics.power import Headroom, detectable_inflation, gap_power
from certify.statistics.suite import suite_interval
from certify.statistics.verdict import Verdict, judge

__all__ = [
    "MINIMUM_ITEMS",
    "CleanSubset",
    "GapTest",
    "Headroom",
    "Interval",
    "Verdict",
    "Votes",
    "accuracy_interval",
    "all_right_at",
    "best_lower_bound",
    "clean_subset",
    "clopper_pearson",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "detectable_inflation",
    "estimate_rho",
    "exact_set_interval",
    "gap_power",
    "gap_test",
    "holm",
    "judge",
    "majority_at",
    "margin_p_value",
    "minimum_items",
    "no_inflation_bound",
    "paired_differences",
    "pass_at",
    "plan_size",
    "recall_lower_bound",
    "suite_interval",
    "typical_counts",
]
