import math

import numpy as np
import pytest
from scipy import stats

from certify.statistics.accuracy import accuracy_interval
from certify.statistics.suite import suite_interval, tightest_interval


def _reference(families: dict[str, list[int]], samples: int, weights: dict[str, float]) -> tuple[float, float]:
    ends = []
    whole = sum(weights.values())
    for pairs in (1, 2):
        a = pairs / len(families)
        centre, variance, scale = 0.0, 0.0, 0.0
        for name, right in families.items():
            x, w = np.asarray(right) / samples, weights[name] / whole
            size = len(x) + 2 * a
            mean = (x.sum() + a) / size
            s2 = (((x - mean) ** 2).sum() + a * (1 - mean) ** 2 + a * mean**2) / (size - 1)
            centre += w * mean
            variance += w**2 * s2 / size
            scale += (w**2 * s2 / size) ** 2 / (len(x) - 1)
        df = max(variance**2 / scale, min(len(r) for r in families.values()) - 1)
        half = stats.t.ppf(0.975, df) * math.sqrt(variance)
        ends.append((centre - half, centre + half))
    return max(0.0, min(low for low, _ in ends)), min(1.0, max(high for _, high in ends))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("sizes", [(5, 5), (10, 20, 30), (60, 8, 8, 8, 8, 8), (12,) * 12])
def test_the_rule_written_in_floating_point_agrees(sizes: tuple[int, ...], weighted: bool) -> None:
    generator = np.random.default_rng(sum(sizes))
    families = {f"f{i}": [int(c) for c in generator.binomial(4, 0.8, size=n)] for i, n in enumerate(sizes)}
    weights = {name: 1.0 + i * weighted for i, name in enumerate(families)}
    interval = suite_interval(families, 4, weights if weighted else None)
    low, high = _reference(families, 4, weights)
    assert interval is not None
    assert interval.lower == pytest.approx(math.floor(low * 1e4) / 1e4, abs=1e-12)
    assert interval.upper == pytest.approx(math.ceil(high * 1e4) / 1e4, abs=1e-12)
    whole = sum(weights.values())
    macro = sum(weights[name] / whole * np.mean(right) / 4 for name, right in families.items())
    assert interval.estimate == pytest.approx(macro, abs=5.1e-5)
    assert (interval.items, interval.rule) == (sum(sizes), "SUITE")


def test_the_headline_is_the_macro_average_not_the_pool() -> None:
    interval = suite_interval({"easy": [1] * 90, "hard": [0] * 10}, 1)
    assert interval is not None
    assert interval.estimate == 0.5


def test_one_family_is_plain_accuracy() -> None:
    right = [1] * 30
    suite, plain = suite_interval({"only": right}, 1), accuracy_interval(right, 1)
    assert plain is not None
    assert suite == plain._replace(rule="SUITE")
    assert suite_interval({"only": [1] * 9}, 1) is None


def test_too_few_items_have_no_interval() -> None:
    assert suite_interval({"a": [1], "b": [1] * 50}, 1) is None
    assert suite_interval({"a": [1] * 4, "b": [1] * 5}, 1) is None
    assert suite_interval({"a": [1] * 2, "b": [1] * 8}, 1) is not None


@pytest.mark.parametrize(
    ("families", "weights"),
    [
        ({}, None),
        ({"a": []}, None),
        ({"a": [1] * 10, "b": [1] * 10}, {"a": 1.0}),
        ({"a": [1] * 10, "b": [1] * 10}, {"a": 1.0, "b": 0.0}),
        ({"a": [1] * 10, "b": [1] * 10}, {"a": 1.0, "b": float("nan")}),
        ({"a": [2] * 10, "b": [1] * 10}, None),
    ],
)
def test_what_makes_no_suite_is_refused(families: dict[str, list[int]], weights: dict[str, float] | None) -> None:
    with pytest.raises(ValueError, match=r"family|weight|names|right answers"):
        suite_interval(families, 1, weights)


def test_the_interval_does_not_depend_on_the_order_of_families() -> None:
    families = {"a": [1] * 9 + [0] * 3, "b": [1] * 20, "c": [0] * 7}
    weights = {"a": 0.3, "b": 0.1, "c": 0.7}
    turned = dict(reversed(families.items()))
    assert suite_interval(families, 1, weights) == suite_interval(turned, 1, weights)


def test_no_answers_give_a_narrower_interval_than_the_tightest():
    generator = np.random.default_rng(11)
    for _ in range(150):
        samples, families = int(generator.integers(1, 5)), {}
        for name in "abcd"[: int(generator.integers(1, 5))]:
            chances = generator.choice([0.0, 0.3, 0.9, 1.0], size=int(generator.integers(5, 30)))
            families[name] = [int(count) for count in generator.binomial(samples, chances)]
        found = suite_interval(families, samples)
        best = tightest_interval({name: (len(right), sum(right)) for name, right in families.items()}, samples)
        if found is None or best is None:
            assert found is best
            continue
        assert (best.estimate, best.items) == (found.estimate, found.items)
        assert best.lower >= found.lower
        assert best.upper <= found.upper
        if samples == 1 and len(families) == 1:
            assert best == found
