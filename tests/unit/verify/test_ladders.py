"""Results with a ladder: their words on page one, and that they hold together."""

import pytest

from certify.errors import HostileInput
from certify.verify.ladder_counts import check_ladder
from certify.verify.words.headlines import CHAIN, PUZZLES, headlines
from certify.verify.words.ladders import ladder_caveats
from tests.fakes.forgery import put
from tests.fakes.ladder_samples import chain_held_to, earned_by_repeat, puzzles_held_to


def altered(planned, result, *edits):
    document = result.document()
    for edit in edits:
        edit(document)
    return planned, type(result).from_document(document)


@pytest.mark.parametrize(("level", "value"), [(0, "none"), (1, "level 1"), (2, "level 2")])
def test_the_hardest_level_held_is_the_number(level, value):
    line = headlines({"logic-puzzles": puzzles_held_to(level)[1]})[0]
    assert (line.name, line.value) == (PUZZLES, value)
    assert ("with 95 % confidence" in line.detail) == (level > 0)
    assert (": 0.00 %, 95 % interval" in line.detail) == (level < 2)
    assert line.detail.endswith("18 puzzles a level")


def test_the_longest_chain_is_the_number_and_other_arms_stand_beside_it():
    line = headlines({"long-chain": chain_held_to(4)[1]})[0]
    assert (line.name, line.value) == (CHAIN, "4 steps")
    assert line.detail.startswith(
        "dense chains; at least 50.00 % right up to it, with 95 % confidence; 8 steps: 0.00 %"
    )
    assert "half of them fail at about " in line.detail
    assert line.detail.endswith("diluted chains: 8 steps")
    nothing = headlines({"long-chain": chain_held_to(0)[1]})[0]
    assert nothing.value == "none"
    assert "half of them fail before 2 steps" in nothing.detail
    everything = headlines({"long-chain": chain_held_to(8)[1]})[0]
    assert "half of them fail beyond 8 steps, if at all" in everything.detail


def test_public_kinds_and_a_tight_token_limit_are_told():
    assert ladder_caveats({}) == ()
    assert len(ladder_caveats({"logic-puzzles": puzzles_held_to(1)[1]})) == 1
    assert len(ladder_caveats({"long-chain": chain_held_to(4)[1]})) == 1
    capped = ladder_caveats({"long-chain": chain_held_to(4, 64)[1]})
    assert len(capped) == 2
    assert "token limit" in capped[1]


@pytest.mark.parametrize("sample", [puzzles_held_to(1), puzzles_held_to(0), chain_held_to(4), chain_held_to(4, 64)])
def test_what_the_checks_write_holds_together(sample):
    check_ladder(*sample)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (put("heldLevel", value=2), "held"),
        (put("levels", 1, "held", value=True), "held"),
        (lambda document: document["levels"][0].update(held=False), "held"),
        (put("levels", 1, "level", value=3), "other levels"),
        (put("hold", value=0.1), "other levels"),
        (put("families", 0, "family", value="constraint"), "other levels"),
        (lambda document: document["families"].pop(), "other levels"),
        (put("families", 0, "right", value=17), "add up"),
        (put("families", 0, "share", value=0.9), "add up"),
        (put("families", 0, "items", value=10), "add up"),
        (put("families", 0, "answers", value=20), "add up"),
        (put("levels", 1, "accuracy", "estimate", value=0.9), "add up"),
        (put("levels", 1, "accuracy", "items", value=99), "add up"),
        (put("unsolvable", "told", value=7), "add up"),
        (put("unsolvable", "answers", value=7), "add up"),
        (lambda document: document.pop("unsolvable"), "add up"),
        (put("outcomes", "correct", value=1), "add up"),
    ],
)
def test_a_puzzle_result_that_does_not_hold_together_is_refused(edit, said):
    with pytest.raises(HostileInput, match=said) as caught:
        check_ladder(*altered(*puzzles_held_to(1), edit))
    assert caught.value.code == "CERT-E090"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (put("heldLength", value=8), "another arm"),
        (put("arms", 0, "heldLength", value=8), "held"),
        (put("arms", 0, "rungs", 2, "held", value=True), "held"),
        (put("arms", 0, "rungs", 0, "held", value=False), "held"),
        (put("arms", 0, "rungs", 0, "oneSided", value=0.1), "add up"),
        (put("arms", 0, "arm", value="stepwise"), "other chains"),
        (put("arms", 0, "rungs", 0, "length", value=3), "other chains"),
        (lambda document: document["arms"].pop(), "other chains"),
        (put("hold", value=0.1), "other chains"),
        (put("arms", 0, "rungs", 0, "right", value=19), "add up"),
        (put("arms", 0, "rungs", 0, "answers", value=10), "add up"),
        (put("arms", 0, "rungs", 0, "maxTokens", value=9999), "add up"),
        (put("arms", 0, "rungs", 2, "accuracy", "estimate", value=1.0), "add up"),
        (put("outcomes", "correct", value=1), "add up"),
    ],
)
def test_a_chain_result_that_does_not_hold_together_is_refused(edit, said):
    with pytest.raises(HostileInput, match=said) as caught:
        check_ladder(*altered(*chain_held_to(4), edit))
    assert caught.value.code == "CERT-E090"


def test_a_bound_that_no_answers_could_give_holds_nothing():
    """Nothing else in the result contradicted a bound above its own share, and rules read what it makes held."""
    rung = ("levels", 1)
    claims = [put(*rung, "oneSided", value=0.9), put(*rung, "held", value=True), put("heldLevel", value=2)]
    with pytest.raises(HostileInput, match="add up"):
        check_ladder(*altered(*puzzles_held_to(1), *claims))
    rung = ("arms", 0, "rungs", 2)
    claims = [put(*rung, "oneSided", value=0.9), put(*rung, "held", value=True)]
    claims += [put("arms", 0, "heldLength", value=8), put("heldLength", value=8)]
    with pytest.raises(HostileInput, match="add up"):
        check_ladder(*altered(*chain_held_to(4), *claims))


@pytest.mark.parametrize("sample", [puzzles_held_to(1), chain_held_to(4)])
def test_a_plan_of_another_size_than_its_parameters_is_refused(sample):
    planned, result = sample
    with pytest.raises(HostileInput, match="size"):
        check_ladder(planned.model_copy(update={"items": planned.items + 1}), result)


def test_a_share_half_way_between_two_decimals_is_taken_as_it_was_rounded():
    planned, result = earned_by_repeat(
        "long-chain",
        {"lengths": [2], "arms": ["dense"], "per_length": 40, "samples": 4},
        lambda question, repeat: question.gold if (question.item, repeat) == ("dense-0002-00001", 0) else "97",
    )
    assert result.arms[0].rungs[0].accuracy.estimate == 0.0062 != round(1 / 160, 4)
    check_ladder(planned, result)
