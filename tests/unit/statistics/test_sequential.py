import numpy as np
import pytest

from certify.statistics import Sums, Verdict, accuracy_interval, judge, suite_interval
from certify.statistics.sequential import NOMINAL, look_interval, look_levels, look_sizes
from tests.bench.rules_simulation import draw_runs, run_looks, truth_away
from tests.bench.spending import nominal_levels, nominal_levels_at, spent


@pytest.mark.parametrize("looks", sorted(NOMINAL))
def test_the_boundaries_are_those_of_the_integration_rounded_down(looks: int) -> None:
    computed = nominal_levels(looks)
    assert len(NOMINAL[looks]) == looks
    assert all(0 <= exact - kept < 1.1e-5 for exact, kept in zip(computed, NOMINAL[looks], strict=True))


def test_the_integration_agrees_with_published_boundaries() -> None:
    from scipy.stats import norm

    published = [2.438, 2.427, 2.410, 2.397, 2.386]  # Jennison and Turnbull (2000), Pocock-type spending, 5 looks
    assert [norm.isf(p) for p in nominal_levels(5)] == pytest.approx(published, abs=0.002)
    assert spent(1.0, 0.025) == pytest.approx(0.025)


def test_walks_under_the_boundary_leave_it_as_often_as_promised() -> None:
    generator = np.random.default_rng(5)
    steps = generator.standard_normal((200_000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    from scipy.stats import norm

    crossed = (steps > norm.isf(NOMINAL[5])).any(axis=1).mean()
    assert 0.0235 < crossed < 0.0257


def test_uneven_looks_spend_the_same() -> None:
    assert nominal_levels_at([67 / 200, 134 / 200, 1.0]) == pytest.approx(nominal_levels(3), abs=6e-5)


def test_looks_take_equal_steps() -> None:
    assert look_sizes(240, 3) == (80, 160, 240)
    assert look_sizes(200, 3) == (67, 134, 200)
    assert look_sizes(7, 5) == (2, 3, 5, 6, 7)
    assert look_levels(2) == (0.969, 0.97228)
    with pytest.raises(ValueError, match="2 to 10 looks"):
        look_levels(11)
    with pytest.raises(ValueError, match="cannot be shared"):
        look_sizes(4, 5)


def test_a_look_is_the_plain_rule_at_its_own_level() -> None:
    right = [4] * 30 + [3] * 20 + [0] * 10
    found = look_interval({"gsm8k": Sums.of(right)}, 4, 2, 5)
    plain = accuracy_interval(right, 4, level=1 - 2 * 0.00761)
    assert found is not None
    assert plain is not None
    assert found == plain._replace(rule="SEQ")
    families = {"a": [1] * 20 + [0] * 4, "b": [1] * 24}
    suite = suite_interval(families, 1, level=1 - 2 * 0.01083)
    several = look_interval({name: Sums.of(counts) for name, counts in families.items()}, 1, 3, 3)
    assert suite is not None
    assert several == suite._replace(rule="SEQ")


def test_known_answers() -> None:
    perfect = look_interval({"one": Sums.of([1] * 80)}, 1, 1, 3)
    assert perfect is not None
    assert (perfect.lower, perfect.upper) == (0.9455, 1.0)
    assert judge(perfect, 0.9) is Verdict.MET
    assert judge(perfect, 0.95) is Verdict.INCONCLUSIVE
    assert judge(perfect, 0.95) is Verdict.INCONCLUSIVE
    poor = look_interval({"one": Sums.of([1] * 30 + [0] * 50)}, 1, 1, 3)
    assert poor is not None
    assert judge(poor, 0.6) is Verdict.NOT_MET
    assert judge(None, 0.6) is Verdict.INCONCLUSIVE


def test_impossible_looks_are_refused() -> None:
    with pytest.raises(ValueError, match="no look 4 of 3"):
        look_interval({"one": Sums.of([1] * 80)}, 1, 4, 3)


@pytest.mark.parametrize(
    "sums", [Sums(10, 41, 200), Sums(10, 20, 39), Sums(10, 20, 81), Sums(10, 20, 41), Sums(0, 1, 1)]
)
def test_sums_that_no_answers_have_are_refused(sums: Sums) -> None:
    with pytest.raises(ValueError, match="cannot"):
        sums.require_possible(4)


@pytest.mark.parametrize(("items", "samples", "threshold"), [(200, 1, 0.5), (200, 4, 0.8)])
def test_wrong_verdicts_at_the_threshold_are_as_rare_as_promised(items: int, samples: int, threshold: float) -> None:
    rng = np.random.default_rng(7)
    found = run_looks(draw_runs(rng, 1500, items, samples, threshold, 0.35), samples, 5, threshold, threshold)
    assert found.met < 0.025 + 0.012
    assert found.not_met < 0.025 + 0.012
    assert found.covered > 0.935


@pytest.mark.parametrize("distance", [-3, -2, 2, 3])
@pytest.mark.parametrize(("items", "samples", "threshold"), [(200, 1, 0.75), (200, 4, 0.8), (500, 1, 0.9)])
def test_two_half_widths_away_two_fifths_of_the_items_are_saved(
    items: int, samples: int, threshold: float, distance: int
) -> None:
    rng = np.random.default_rng(11)
    truth = truth_away(threshold, distance, items, samples, 0.35)
    found = run_looks(draw_runs(rng, 300, items, samples, truth, 0.35), samples, 5, threshold, truth)
    assert found.items <= 0.6
    assert found.met + found.not_met > 0.93
    assert (found.not_met if distance > 0 else found.met) < 0.01
