"""Rules about tests of contamination: their types, and a power that a test which asks nothing cannot have."""

import pytest

from certify.decide.cel import result_type
from certify.decide.form import Parameter
from certify.decide.reach import best_result

GIVEN = {
    "order-exchangeability": {"benchmark": "starter-200"},
    "option-order:mine": {"benchmark": "a.jsonl", "control": "b.jsonl"},
}


@pytest.mark.parametrize(
    "text",
    [
        'check["order-exchangeability"].verdict != "detected"',
        'check["order-exchangeability"].power >= params.least && check["order-exchangeability"].sums.variance > 0.0',
        'check["option-order:mine"].verdict == "no_evidence"',
        'check["option-order:mine"].holm_p_value > 0.01 && check["option-order:mine"].ranks[0] < 100',
    ],
)
def test_results_have_types(text):
    assert result_type(text, {"least": Parameter(value=0.8, tighten="up")}) == "BOOL"


@pytest.mark.parametrize("check", sorted(GIVEN))
def test_power_is_out_of_reach_where_nothing_would_be_asked(check):
    path = ("check", check, "power")
    assert best_result(path, GIVEN, {check: 0}) == 0.0
    assert best_result(path, GIVEN, {check: 600}) is None
    assert best_result(path, GIVEN) is None
    assert best_result(("check", check, "holm_p_value"), GIVEN, {check: 0}) is None
