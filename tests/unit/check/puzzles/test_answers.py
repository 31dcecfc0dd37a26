"""Typed answers: what they tolerate, what they refuse, and that nothing makes them raise."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.puzzles.answers import READERS, UNSOLVABLE, entries_right, same, says_unsolvable

GRID, ORDER, HONEST = '{"red": 1, "cat": 2}', '["Ann", "Ben", "Cleo"]', '["Ann", "Cleo"]'
SPIES = '{"Ann": "knight", "Ben": "spy"}'


@pytest.mark.parametrize(
    ("kind", "answer", "gold"),
    [
        ("assignment", '{"cat": 2, "red": 1}', GRID),
        ("assignment", '{ "RED" : "1", "cat":2 }', GRID),
        ("assignment", "red = 1, cat = 2", GRID),
        ("assignment", "cat: 2; red: 1.", GRID),
        ("assignment", "\\{\u201cred\u201d: 1, \u201ccat\u201d: 2\\}", GRID),
        ("assignment", "`{'red': 1, 'cat': 2}`", GRID),
        ("order", '["ann", "BEN", "Cleo"]', ORDER),
        ("order", "Ann, Ben, Cleo", ORDER),
        ("order", "Ann > Ben > Cleo.", ORDER),
        ("order", "Ann, Ben and Cleo", ORDER),
        ("roles", "Cleo and Ann", HONEST),
        ("roles", '["Cleo", "Ann"]', HONEST),
        ("roles", "Ann: knight, Ben: spy", SPIES),
        ("order", "Unsolvable.", UNSOLVABLE),
        ("assignment", '"unsolvable"', UNSOLVABLE),
    ],
)
def test_right_answers_in_many_shapes(kind, answer, gold):
    assert same(kind, answer, gold)


@pytest.mark.parametrize(
    ("kind", "answer", "gold"),
    [
        ("assignment", '{"red": 1}', GRID),
        ("assignment", '{"red": 1, "cat": 2, "dog": 3}', GRID),
        ("assignment", '{"red": 1, "red": 2, "cat": 2}', GRID),
        ("assignment", '{"red": 2, "red": 1, "cat": 2}', GRID),
        ("assignment", "red = 1, cat = 2, cat = 1", GRID),
        ("assignment", '{"red": [1, 2], "cat": 2}', GRID),
        ("assignment", '{"red": true, "cat": 2}', GRID),
        ("assignment", '{"red": 1.0, "cat": 2}', GRID),
        ("assignment", '[["red", 1], ["cat", 2]]', GRID),
        ("order", '["Ann", "Cleo", "Ben"]', ORDER),
        ("order", '["Ann", "Ben"]', ORDER),
        ("order", '["Ann", "Ben", "Cleo", "Ann"]', ORDER),
        ("order", '["Ann", "Ben", "Cleo", "Dan"]', ORDER),
        ("order", '{"Ann": 1}', ORDER),
        ("roles", '["Ann", "Cleo", "Ben"]', HONEST),
        ("roles", '["Ann", "Cleo", "Ann"]', HONEST),
        ("roles", '{"Ann": "knight", "Ben": "knave"}', SPIES),
        ("order", UNSOLVABLE, ORDER),
        ("roles", UNSOLVABLE, '["Unsolvable"]'),
        ("order", ORDER, UNSOLVABLE),
        ("order", "unsolvable or Ann, Ben, Cleo", UNSOLVABLE),
        ("order", "not unsolvable", UNSOLVABLE),
        ("order", "", ORDER),
        ("order", "Ann, Ben, Cleo" + " " * 5000, ORDER),
    ],
)
def test_anything_else_is_wrong(kind, answer, gold):
    assert not same(kind, answer, gold)


@pytest.mark.parametrize("answer", [None, 5, b"x", ["Ann"], float("nan"), "[" * 3900, '{"a":' * 700])
def test_values_that_are_no_text_or_no_answer_raise_nothing(answer):
    assert not any(same(kind, answer, gold) for kind in READERS for gold in (GRID, ORDER, UNSOLVABLE))
    assert not says_unsolvable(answer)
    assert entries_right(answer, GRID) == (0, 2)


NOISE = st.text(max_size=60) | st.text(alphabet='annbencleoredcat0123456789{}[]":,=> .\\n', max_size=60)


@settings(max_examples=2000, deadline=None)
@given(NOISE, st.sampled_from(sorted(READERS)), st.sampled_from([GRID, ORDER, HONEST, SPIES, UNSOLVABLE]))
def test_readers_are_total_and_credit_equality_alone(text, kind, gold):
    right = same(kind, text, gold)
    assert isinstance(right, bool)
    if right and gold != UNSOLVABLE:
        assert all(word in text.casefold() for word in json.dumps(json.loads(gold)).casefold().split('"')[1::2])


@pytest.mark.parametrize(
    ("answer", "right"), [(GRID, 2), ('{"red": 1, "cat": 1}', 1), ("cat = 2", 1), (ORDER, 0), ("", 0)]
)
def test_single_entries_are_counted_apart(answer, right):
    assert entries_right(answer, GRID) == (right, 2)
    assert entries_right(answer, ORDER) == (0, 0)
