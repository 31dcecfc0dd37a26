import numpy as np
import pytest
from scipy import stats

from certify.statistics import Curve, area_under, conformal_p_values, curve_of, discoveries, standing_out


def test_the_area_agrees_with_mann_and_whitney() -> None:
    generator = np.random.default_rng(4)
    items, controls = (generator.integers(0, 9, size=n).tolist() for n in (30, 50))
    found = area_under(curve_of(items, controls))
    assert found.estimate == pytest.approx(stats.mannwhitneyu(items, controls).statistic / 1500, abs=5.1e-5)
    assert found.lower < found.estimate < found.upper


def test_the_interval_is_wilsons_where_all_lie_above() -> None:
    above = area_under(Curve((0, 20), (20, 0)))
    assert above == (1.0, 0.8388, 1.0)
    assert area_under(Curve((20, 0), (0, 20)))[:2] == (0.0, 0.0)
    assert area_under(Curve((20,), (20,))).estimate == 0.5
    for empty in (Curve((0,), (5,)), Curve((), ()), Curve((-1, 6), (5, 0))):
        with pytest.raises(ValueError, match="needs items"):
            area_under(empty)


def test_the_curve_is_enough_for_p_values_and_lists() -> None:
    generator = np.random.default_rng(6)
    items, controls = generator.normal(1, 1, 40).tolist(), generator.normal(0, 1, 60).tolist()
    p_values = conformal_p_values(controls, {str(n): score for n, score in enumerate(items)})
    expected = (min(p_values.values()), len(discoveries(p_values, 0.2)))
    assert standing_out(curve_of(items, controls), 0.2) == expected
