"""Invented facts: what is drawn, how it is told, and what a shortcut gets right."""

import json
import math
import re
from pathlib import Path

import pytest

from certify.check.short_answers import same_short
from certify.check.worlds.draw import HOPS, ROLES, SIZES, draw, fits
from certify.check.worlds.floor import floors, null_floor, null_scores, told
from certify.check.worlds.wording import ENDING
from certify.errors import InternalError
from certify.evidence.canonical import canonical_digest
from certify.evidence.floors import floor_text
from certify.statistics import clopper_pearson_upper
from certify.statistics.stream import Stream

SEED = bytes(range(32))
PLACES = [(people, hops) for people in SIZES for hops in HOPS if fits(people, hops)]
VECTOR = Path(__file__).parents[3] / "vectors" / "worlds.json"


def drawn(people, hops, count=40):
    return [told(Stream(SEED, f"test/{people}/{hops}/{number}"), people, hops) for number in range(count)]


def read(text):
    """Every fact of a text, by whoever knows both wordings: (role, person) to holder."""
    first = re.findall(r"The (\w+) of (\w+) is (\w+)\.", text)
    second = re.findall(r"(\w+) is the (\w+) of (\w+)\.", text)
    return {(role, one): other for role, one, other in [*first, *((role, one, other) for other, role, one in second)]}


@pytest.mark.parametrize(("people", "hops"), PLACES)
def test_everybody_has_everybody_in_every_role_and_nobody_themselves(people, hops):
    for one in drawn(people, hops):
        world = one.world
        assert len(set(world.people)) == people
        assert len({name[:4] for name in (*world.people, world.stranger)}) == people + 1
        assert len(set(world.roles)) == SIZES[people] == len(world.holders)
        assert set(world.roles) <= set(ROLES)
        for holders in world.holders:
            assert sorted(holders) == list(range(people))
            assert all(holder != person for person, holder in enumerate(holders))


@pytest.mark.parametrize(("people", "hops"), PLACES)
def test_every_fact_on_the_way_is_needed(people, hops):
    for one in drawn(people, hops):
        world = one.world
        assert len(world.path) == hops
        assert len(set(world.way())) == hops + 1
        assert len(world.roles) == 1 or hops == 1 or world.path != world.path[::-1]
        if hops > 1:
            assert world.after(world.path[-1:]) != world.after(world.path)


@pytest.mark.parametrize(("people", "hops"), PLACES)
def test_the_answer_follows_from_the_text_alone(people, hops):
    for one in drawn(people, hops, 10):
        facts = read(one.facts)
        assert len(facts) == people * SIZES[people]
        question = one.text.removeprefix(one.facts)
        assert question.endswith(f"? {ENDING}")
        *roles, person = question.removeprefix("Who is the ").partition("?")[0].split(" of ")
        for role in reversed([role.removeprefix("the ") for role in roles]):
            person = facts[role, person]
        assert person == one.world.answer()
        assert one.world.stranger not in one.text


def test_small_worlds_fit_a_tiny_model():
    assert max(len(one.text) for hops in (1, 2) for one in drawn(5, hops, 300)) <= 300


def test_the_worlds_are_the_frozen_ones():
    digests = {
        f"{people}/{hops}": canonical_digest([[one.text, one.world.answer()] for one in drawn(people, hops, 10)])
        for people, hops in PLACES
    }
    assert digests == json.loads(VECTOR.read_text())


def test_no_such_world():
    for people, hops in ((6, 1), (5, 5), (24, 4)):
        with pytest.raises(InternalError, match="CERT-E065"):
            draw(Stream(SEED, "none"), people, hops)


def test_every_size_and_number_of_hops_has_a_frozen_floor():
    assert [(people, hops) for people, rows in floors().items() for hops in rows] == PLACES
    for rows in floors().values():
        for floor in rows.values():
            assert floor.items == 2000
            assert 0 <= floor.upper - clopper_pearson_upper(floor.right, floor.items, 0.95) < 0.00011
    assert max(floor.upper for hops, floor in floors()[24].items() if hops > 1) <= 0.08


@pytest.mark.parametrize(("people", "hops"), PLACES)
def test_no_shortcut_is_above_the_floor(people, hops):
    floor, some = floors()[people][hops], drawn(people, hops, 80)
    for name, right in null_scores(some, Stream(SEED, "nulls")).items():
        if not name.startswith("frequent"):
            assert right <= 80 * floor.upper + 4 * math.sqrt(80 * floor.upper), name
    assert null_scores(some, Stream(SEED, "nulls"))["unknown"] == 0
    assert all(same_short(one.world.answer().upper() + ".", one.world.answer()) for one in some)


def test_a_fresh_sample_agrees_with_the_frozen_floor():
    again, frozen = null_floor(24, 2, items=200), floors()[24][2]
    assert again.right <= 200 * frozen.upper + 3 * math.sqrt(200 * frozen.upper)
    assert again.upper >= frozen.right / frozen.items


def test_a_table_of_another_version_is_refused(monkeypatch):
    floors.cache_clear()
    monkeypatch.setattr("certify.check.worlds.floor.VERSION", 99)
    with pytest.raises(InternalError, match="CERT-E069"):
        floors()


@pytest.mark.slow
def test_the_shipped_table_is_the_computed_one():

    from certify.check.worlds.floor import table

    assert table() == floor_text("worlds")
