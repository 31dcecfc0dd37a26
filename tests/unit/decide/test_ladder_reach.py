"""Rules about the checks with a ladder: their types, and what no sample of the planned size can show."""

import pytest

from certify.decide.cel import result_type
from certify.decide.form import Parameter
from certify.decide.reach import best_result

LEVEL, LENGTH = ("check", "logic-puzzles", "held_level"), ("check", "long-chain", "held_length")


@pytest.mark.parametrize(
    "text",
    [
        'check["logic-puzzles"].held_level >= params.least',
        'check["logic-puzzles"].unsolvable.told_apart >= 0.5',
        'size(check["logic-puzzles"].levels) > 0 && check["logic-puzzles"].levels.all(one, one.one_sided > 0.2)',
        'check["logic-puzzles"].families.all(one, one.share > one.floor)',
        'check["long-chain"].held_length >= params.least',
        'check["long-chain"].arms[0].half_length.estimate > 10.0',
        'check["long-chain"].arms.all(arm, arm.rungs.all(rung, rung.truncated_share <= 0.05))',
    ],
)
def test_results_have_types(text):
    assert result_type(text, {"least": Parameter(value=3, tighten="up")}) == "BOOL"


@pytest.mark.parametrize(
    ("path", "given", "best"),
    [
        (LEVEL, {}, 6.0),
        (LEVEL, {"hold": 0.99}, 0.0),
        (LEVEL, {"levels": [1, 2], "families": ["grid", "ordering"], "per_level": 6, "samples": 1}, 2.0),
        (LENGTH, {}, 512.0),
        (LENGTH, {"per_length": 10, "lengths": [2, 4]}, 4.0),
        (LENGTH, {"per_length": 10, "lengths": [2, 4], "hold": 0.75}, 0.0),
    ],
)
def test_the_best_that_a_flawless_model_can_show(path, given, best):
    assert best_result(path, {path[1]: given}) == best
