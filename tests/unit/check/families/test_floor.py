"""Floors: the frozen table, its bounds, and fresh recomputation."""

import json
import math

import pytest

from certify.check.families import FAMILIES, generate_items
from certify.check.families.floor import _at_most, _binomial_upper, floors, null_floor, partial_floor, table
from certify.evidence.floors import floor_text
from certify.statistics.stream import Stream

LIMIT = 0.125
"""Two linear equations of two digits are guessed as often by whoever takes a middling offset for the one told."""


def test_every_family_and_level_has_a_frozen_floor():
    frozen = floors()
    assert {name: set(levels) for name, levels in frozen.items()} == {
        name: set(f.levels) for name, f in FAMILIES.items()
    }
    for levels in frozen.values():
        for floor in levels.values():
            assert floor.items == 2000
            assert floor.right / floor.items < floor.upper <= LIMIT
            assert floor.upper == math.ceil(_binomial_upper(floor.right, floor.items) * 10_000) / 10_000


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_fresh_sample_agrees_with_the_frozen_floor(name):
    again, frozen = null_floor(name, 1, items=300), floors()[name][1]
    assert again.right <= 300 * frozen.upper + 3 * math.sqrt(300 * frozen.upper)
    assert again.upper >= frozen.right / frozen.items


def test_guessing_the_offset_is_in_the_floor_of_equations():
    drawn = generate_items(bytes(32), "linear", 2, 400, purpose="attack")
    guess = FAMILIES["linear"].nulls(Stream(bytes(32), "attack"))["middling-offset"]
    right = sum(FAMILIES["linear"].verify(guess(problem), problem.answer) for problem in drawn)
    assert 0.05 < right / len(drawn) < floors()["linear"][2].upper + 0.05


def test_finding_the_ends_of_a_ranking_is_reported_apart():
    partial, floor = partial_floor("ordering", 1, items=300), null_floor("ordering", 1, items=300)
    assert partial.best_responder == "ends"
    assert partial.right > 3 * floor.right


@pytest.mark.slow
def test_the_shipped_table_is_the_computed_one():

    assert table() == floor_text("families")


def test_partial_solvers_are_reported_apart():
    assert partial_floor("addition", 1, items=50) is None
    partial, floor = partial_floor("sorting", 1, items=300), null_floor("sorting", 1, items=300)
    assert partial.right > 3 * floor.right


@pytest.mark.parametrize(
    ("right", "items", "upper"),
    [(0, 10, 1 - 0.05 ** (1 / 10)), (1, 10, 0.39416), (10, 10, 1.0), (99, 100, 0.95 ** (1 / 100))],
)
def test_clopper_pearson(right, items, upper):
    assert _binomial_upper(right, items) == pytest.approx(upper, abs=2e-5)


def test_the_binomial_tail_is_exact():
    exact = sum(math.comb(40, k) * 0.3**k * 0.7 ** (40 - k) for k in range(13))
    assert _at_most(12, 40, 0.3) == pytest.approx(exact, rel=1e-12)


def test_a_table_of_another_version_is_refused(monkeypatch):
    from certify.errors import InternalError

    monkeypatch.setattr(type(FAMILIES["boolean"]), "version", 99)
    with pytest.raises(InternalError, match="CERT-E069"):
        floors()


def test_the_table_is_plain_json():
    assert json.loads(json.dumps({name: vars(levels[1]) for name, levels in floors().items()}))
