import pytest
from scipy import special, stats

from certify.statistics.quantile import (
    incomplete_beta,
    normal_cdf,
    normal_quantile,
    printed_t_quantile,
    student_t_quantile,
)


@pytest.mark.parametrize("df", [1, 2, 3, 9, 9.37, 29, 99, 199, 1318, 10_000])
@pytest.mark.parametrize("probability", [0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9995])
def test_t_quantile_agrees_with_scipy(df: float, probability: float) -> None:
    assert student_t_quantile(probability, df) == pytest.approx(stats.t.ppf(probability, df), rel=1e-10, abs=1e-10)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 1), (4.5, 0.5), (300, 1), (996, 5), (5, 996), (650, 0.5)])
@pytest.mark.parametrize("x", [0.0, 1e-6, 0.1, 0.5, 0.9, 0.995, 1 - 1e-9, 1.0])
def test_incomplete_beta_agrees_with_scipy(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-10, abs=1e-13)


def test_normal_functions_agree_with_scipy() -> None:
    assert normal_quantile(0.975) == pytest.approx(stats.norm.ppf(0.975), rel=1e-12)
    assert normal_cdf(1.3) == pytest.approx(stats.norm.cdf(1.3), rel=1e-12)


def test_the_printed_quantile_has_ten_decimals() -> None:
    assert str(printed_t_quantile(0.975, 29)) == "2.0452296421"


@pytest.mark.parametrize(("probability", "df"), [(1.0, 5), (0.4, 5), (0.9, 0), (0.9, float("inf")), (float("nan"), 3)])
def test_arguments_outside_the_range_are_refused(probability: float, df: float) -> None:
    with pytest.raises(ValueError, match="no t quantile"):
        student_t_quantile(probability, df)


def test_incomplete_beta_refuses_what_is_undefined() -> None:
    with pytest.raises(ValueError, match="not defined"):
        incomplete_beta(1.5, 1, 1)
