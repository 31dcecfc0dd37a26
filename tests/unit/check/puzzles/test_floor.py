"""Floors of puzzles: the frozen table, its bounds, and fresh recomputation."""

import math

import pytest

from certify.check.puzzles import PUZZLES
from certify.check.puzzles.floor import floors, null_floor
from certify.errors import InternalError
from certify.evidence.floors import floor_text
from certify.statistics import clopper_pearson_upper

DEMONSTRATION = {("truth-teller", 1)}
"""Where a guess alone is right once in six; meant for demonstrations."""


def test_every_family_and_level_has_a_frozen_floor():
    frozen = floors()
    assert {name: tuple(levels) for name, levels in frozen.items()} == {
        name: tuple(family.levels) for name, family in PUZZLES.items()
    }
    for name, levels in frozen.items():
        for level, floor in levels.items():
            assert floor.items == 2000
            assert floor.upper == clopper_pearson_upper(floor.right, floor.items, 0.95)
            assert floor.upper <= (0.25 if (name, level) in DEMONSTRATION else 0.12)
            assert floor.upper >= 1 / PUZZLES[name].space(level)


@pytest.mark.parametrize("name", sorted(PUZZLES))
def test_a_fresh_sample_agrees_with_the_frozen_floor(name):
    again, frozen = null_floor(name, 2, items=100), floors()[name][2]
    assert again.right <= 100 * frozen.upper + 4 * math.sqrt(100 * frozen.upper)
    assert again.upper >= frozen.right / frozen.items


def test_a_table_of_another_version_is_refused(monkeypatch):
    floors.cache_clear()
    monkeypatch.setattr(type(PUZZLES["grid"]), "version", 99)
    with pytest.raises(InternalError, match="CERT-E069"):
        floors()


@pytest.mark.slow
def test_the_shipped_table_is_the_computed_one():

    from certify.check.puzzles.floor import table

    assert table() == floor_text("puzzles")
