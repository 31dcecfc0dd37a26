"""The rules behind every number a certificate prints; docs/statistics.md explains each."""

from certify.statistics.accuracy import accuracy_interval, exact_set_interval
from certify.statistics.binomial import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    recall_lower_bound,
)
from certify.statistics.boschloo import boschloo_p_value
from certify.statistics.clean_subset import CleanSubset, clean_subset
from certify.statistics.conformal import conformal_p_values, discoveries
from certify.statistics.exact_tests import guessing_p_value, permutation_p_value
from certify.statistics.fixed_sequence import ONE_SIDED, fixed_sequence
from certify.statistics.gap import GapTest, gap_test, margin_p_value, paired_differences
from certify.statistics.half_length import HalfLength, half_length
from certify.statistics.holm import holm, printed_holm
from certify.statistics.interval import MINIMUM_ITEMS, Interval, Sums
from certify.statistics.majority import Votes, majority_at
from certify.statistics.noinflation import no_inflation_bound
from certify.statistics.paired import PairedInterval, paired_interval
from certify.statistics.passatk import all_right_at, pass_at
from certify.statistics.planning import best_lower_bound, estimate_rho, minimum_items, plan_size, typical_counts
from certify.statistics.power import Headroom, detectable_inflation, gap_power
from certify.statistics.ranks import (
    FEWEST_CONTROLS,
    RankTest,
    best_rank_power,
    rank_items_needed,
    rank_power,
    rank_test,
)
from certify.statistics.ratio import Ratio, ratio_interval
from certify.statistics.references import ReferenceTest, reference_test
from certify.statistics.relabelling import Lift, best_power, groups_needed, lift_of, lift_power, reaching_sums
from certify.statistics.sequential import look_interval, look_levels, look_sizes
from certify.statistics.suite import suite_interval, tightest_interval
from certify.statistics.verdict import Verdict, judge

__all__ = [
    "FEWEST_CONTROLS",
    "MINIMUM_ITEMS",
    "ONE_SIDED",
    "CleanSubset",
    "GapTest",
    "HalfLength",
    "Headroom",
    "Interval",
    "Lift",
    "PairedInterval",
    "RankTest",
    "Ratio",
    "ReferenceTest",
    "Sums",
    "Verdict",
    "Votes",
    "accuracy_interval",
    "all_right_at",
    "best_lower_bound",
    "best_power",
    "best_rank_power",
    "boschloo_p_value",
    "clean_subset",
    "clopper_pearson",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "conformal_p_values",
    "detectable_inflation",
    "discoveries",
    "estimate_rho",
    "exact_set_interval",
    "fixed_sequence",
    "gap_power",
    "gap_test",
    "groups_needed",
    "guessing_p_value",
    "half_length",
    "holm",
    "judge",
    "lift_of",
    "lift_power",
    "look_interval",
    "look_levels",
    "look_sizes",
    "majority_at",
    "margin_p_value",
    "minimum_items",
    "no_inflation_bound",
    "paired_differences",
    "paired_interval",
    "pass_at",
    "permutation_p_value",
    "plan_size",
    "printed_holm",
    "rank_items_needed",
    "rank_power",
    "rank_test",
    "ratio_interval",
    "reaching_sums",
    "recall_lower_bound",
    "reference_test",
    "suite_interval",
    "tightest_interval",
    "typical_counts",
]
