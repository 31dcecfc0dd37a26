import numpy as np
import pytest
from scipy import stats

from certify.statistics import boschloo_p_value

TABLES = [
    (9, 30, 1, 30),
    (6, 30, 1, 100),
    (3, 12, 0, 15),
    (20, 60, 8, 60),
    (1, 1, 0, 1),
    (50, 200, 20, 200),
    (0, 30, 4, 30),
]


@pytest.mark.parametrize(("hits", "trials", "control", "controls"), TABLES)
def test_it_agrees_with_scipy(hits: int, trials: int, control: int, controls: int) -> None:
    table = [[hits, control], [trials - hits, controls - control]]
    oracle = stats.boschloo_exact(table, alternative="greater", n=64).pvalue
    found = boschloo_p_value(hits, trials, control, controls)
    assert found == pytest.approx(oracle, rel=2e-3)
    assert found >= oracle * (1 - 1e-6)


def test_known_answers() -> None:
    assert boschloo_p_value(9, 30, 1, 30) == 0.003117
    assert boschloo_p_value(0, 30, 0, 30) == 1.0
    assert boschloo_p_value(5, 5, 0, 5) == pytest.approx(0.5**10, rel=1e-3)


@pytest.mark.parametrize(("n1", "n2"), [(14, 14), (9, 25)])
def test_the_size_is_held_over_every_common_rate(n1: int, n2: int) -> None:
    rates = np.linspace(0.005, 0.995, 100)
    rejected = np.zeros((n1 + 1, n2 + 1), dtype=bool)
    for y in range(n2 + 1):
        for x in range(n1, -1, -1):
            if x * n2 <= y * n1 or boschloo_p_value(x, n1, y, n2) > 0.05:
                break
            rejected[x, y] = True
    above = stats.binom.pmf(np.arange(n1 + 1)[:, None], n1, rates)
    below = stats.binom.pmf(np.arange(n2 + 1)[:, None], n2, rates)
    size = np.einsum("xr,yr,xy->r", above, below, rejected).max()
    assert 0.035 < size <= 0.05


def test_more_hits_are_never_weaker_evidence() -> None:
    values = [boschloo_p_value(hits, 20, 3, 30) for hits in range(21)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("counts", [(3, 2, 0, 5), (-1, 5, 0, 5), (1, 5, 6, 5), (0, 0, 0, 5), (1, 2000, 0, 5)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="impossible"):
        boschloo_p_value(*counts)
