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
from certify.statistics.exact_tests import (
    MOST_CANARIES,
    canaries_needed,
    critical_hits,
    guessing_p_value,
    guessing_power,
    permutation_p_value,
)
from certify.statistics.fixed_sequence import ONE_SIDED, fixed_sequence
from certify.statistics.gap import GapTest, gap_test, margin_p_value, paired_differences
from certify.statistics.half_length import HalfLength, half_length
from certify.statistics.holm import holm, printed_holm
from certify.statistics.interval import MINIMUM_ITEMS, Interval, Sums
from certify.statistics.majority import Votes, majority_at
from certify.statistics.margin_gap import MarginGap, Wanted, is_computable, margin_gap
from certify.statistics.noinflation import no_inflation_bound
from certify.statistics.outlook import best_gap_power
from certify.statistics.paired import PairedInterval, paired_interval
from certify.statistics.passatk import all_right_at, pass_at
from certify.statistics.planning import best_lower_bound, estimate_rho, minimum_items, plan_size, typical_counts
from certify.statistics.power import Headroom, detectable_inflation, fewest_items, gap_power, smallest_inflation
from certify.statistics.ratio import Ratio, ratio_interval
from certify.statistics.references import (
    ReferenceGaps,
    ReferenceTest,
    model_p_value,
    reference_gaps,
    reference_gaps_of_counts,
    reference_power,
    reference_test,
)
from certify.statistics.sequential import look_interval, look_levels, look_sizes
from certify.statistics.suite import suite_interval, tightest_interval
from certify.statistics.two_shares import FEWEST_NEWER, Prospect, TwoShares, prospect, two_shares_power
from certify.statistics.verdict import Verdict, judge

__all__ = [
    "FEWEST_NEWER",
    "MINIMUM_ITEMS",
    "MOST_CANARIES",
    "ONE_SIDED",
    "CleanSubset",
    "GapTest",
    "HalfLength",
    "Headroom",
    "Interval",
    "MarginGap",
    "PairedInterval",
    "Prospect",
    "Ratio",
    "ReferenceGaps",
    "ReferenceTest",
    "Sums",
    "TwoShares",
    "Verdict",
    "Votes",
    "Wanted",
    "accuracy_interval",
    "all_right_at",
    "best_gap_power",
    "best_lower_bound",
    "boschloo_p_value",
    "canaries_needed",
    "clean_subset",
    "clopper_pearson",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "conformal_p_values",
    "critical_hits",
    "detectable_inflation",
    "discoveries",
    "estimate_rho",
    "exact_set_interval",
    "fewest_items",
    "fixed_sequence",
    "gap_power",
    "gap_test",
    "guessing_p_value",
    "guessing_power",
    "half_length",
    "holm",
    "is_computable",
    "judge",
    "look_interval",
    "look_levels",
    "look_sizes",
    "majority_at",
    "margin_gap",
    "margin_p_value",
    "minimum_items",
    "model_p_value",
    "no_inflation_bound",
    "paired_differences",
    "paired_interval",
    "pass_at",
    "permutation_p_value",
    "plan_size",
    "printed_holm",
    "prospect",
    "ratio_interval",
    "recall_lower_bound",
    "reference_gaps",
    "reference_gaps_of_counts",
    "reference_power",
    "reference_test",
    "smallest_inflation",
    "suite_interval",
    "tightest_interval",
    "two_shares_power",
    "typical_counts",
]
