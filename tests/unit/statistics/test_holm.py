import pytest
from statsmodels.stats.multitest import multipletests

from certify.statistics.holm import holm, printed_holm

P_VALUES = {"aime": 0.012, "gsm8k": 0.0001, "hmmt": 0.3, "math": 0.012, "mmlu": 0.9}


def test_adjusted_values_agree_with_statsmodels() -> None:
    oracle = multipletests(list(P_VALUES.values()), method="holm")[1]
    assert list(holm(P_VALUES).values()) == pytest.approx(list(oracle))


def test_tests_that_did_not_run_stay_in_the_count() -> None:
    full = holm({**P_VALUES, "x": 1.0, "y": 1.0})
    assert holm(P_VALUES, planned=7) == {name: full[name] for name in P_VALUES}


def test_one_test_needs_no_correction() -> None:
    assert holm({"only": 0.03}) == {"only": 0.03}
    assert holm({}) == {}


@pytest.mark.parametrize(("values", "planned"), [({"a": 1.2}, None), ({"a": float("nan")}, None), ({"a": 0.1}, 0)])
def test_impossible_arguments_are_refused(values: dict[str, float], planned: int | None) -> None:
    with pytest.raises(ValueError, match=r"p-value|planned"):
        holm(values, planned)


def test_printed_values_are_rounded_up_to_four_digits_and_never_above_one() -> None:
    assert printed_holm({"a": 0.0167, "b": 0.4}, planned=3) == {"a": 0.0501, "b": 0.8}
    assert printed_holm({"a": 0.00012345, "b": 0.9}, planned=3) == {"a": 0.0003704, "b": 1.0}
    assert printed_holm({}, planned=2) == {}
