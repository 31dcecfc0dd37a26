"""Every floor that a check prints is the one that a reader has, and no other is let through."""

import pytest

from certify.errors import HostileInput
from certify.evidence.floors import floor_table
from certify.verify.floors import check_floors, unknown_generators
from tests.unit.verify.test_conversation_results import planned, tools, turns


def changed(result, **changes):
    """The result with its first level changed."""
    first, *others = result.levels
    return result.model_copy(update={"levels": (first.model_copy(update=changes), *others)})


@pytest.mark.parametrize(("name", "result"), [("multi-turn", turns()), ("unseen-tools", tools())])
@pytest.mark.parametrize("change", [{"floor": 0.0}, {"floor_responder": "nobody"}])
def test_another_floor_of_a_level_is_refused(name, result, change):
    check_floors(planned(name), result)
    with pytest.raises(HostileInput, match="another floor"):
        check_floors(planned(name), changed(result, **change))


def test_what_following_in_part_reaches_is_held_too():
    row = floor_table("revisions")["partial"]["1"]
    told = {"partial": row["upper"], "partial_responder": row["best_responder"]}
    check_floors(planned("multi-turn"), changed(turns(), **told))
    for change in ({"partial": 0.01}, {"partial_responder": "nobody"}):
        with pytest.raises(HostileInput, match="in part than was measured"):
            check_floors(planned("multi-turn"), changed(turns(), **(told | change)))


def test_a_level_without_a_table_is_named():
    assert unknown_generators({"multi-turn": turns(), "unseen-tools": tools()}) == ""
    assert unknown_generators({"multi-turn": changed(turns(), level=9)}) == "revised facts v1, level 9"


@pytest.mark.parametrize(("name", "result"), [("multi-turn", turns()), ("unseen-tools", tools())])
def test_results_without_a_version_are_of_the_first_generator(name, result):
    first = result.model_copy(update={"version": 1})
    check_floors(planned(name), first)
    assert unknown_generators({name: first}) == unknown_generators({name: result}) == ""
    with pytest.raises(HostileInput, match="another floor"):
        check_floors(planned(name), changed(first, floor=0.0))


@pytest.mark.parametrize(("name", "result"), [("multi-turn", turns()), ("unseen-tools", tools())])
def test_a_version_of_a_generator_that_nobody_measured_is_named(name, result):
    later = changed(result.model_copy(update={"version": 2}), floor=0.0)
    check_floors(planned(name), later)
    assert f"v2, level {later.levels[0].level}" in unknown_generators({name: later})
