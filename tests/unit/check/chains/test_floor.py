"""Floors of chains: the frozen table, its bounds, and fresh recomputation."""

import math

import pytest

from certify.check.chains import ARMS, LENGTHS
from certify.check.chains.floor import floors, null_floor
from certify.errors import InternalError
from certify.evidence.floors import floor_text
from certify.statistics import clopper_pearson_upper


def test_every_arm_and_length_has_a_frozen_floor():
    frozen = floors()
    assert {arm: tuple(lengths) for arm, lengths in frozen.items()} == dict.fromkeys(ARMS, LENGTHS)
    for lengths in frozen.values():
        for floor in lengths.values():
            assert floor.items == 2000
            assert floor.upper == clopper_pearson_upper(floor.right, floor.items, 0.95) <= 0.05


@pytest.mark.parametrize("arm", ARMS)
def test_a_fresh_sample_agrees_with_the_frozen_floor(arm):
    again, frozen = null_floor(arm, 4, items=300), floors()[arm][4]
    assert again.right <= 300 * frozen.upper + 3 * math.sqrt(300 * frozen.upper)
    assert again.upper >= frozen.right / frozen.items


def test_a_table_of_another_version_is_refused(monkeypatch):
    floors.cache_clear()
    monkeypatch.setattr("certify.check.chains.floor.VERSION", 99)
    with pytest.raises(InternalError, match="CERT-E069"):
        floors()


@pytest.mark.slow
def test_the_shipped_table_is_the_computed_one():

    from certify.check.chains.floor import table

    assert table() == floor_text("chains")
