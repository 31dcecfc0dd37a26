"""Revised orders: what is drawn, how it is asked, and that every way of going wrong lands where it belongs."""

import hashlib
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.check import all_questions, all_requests, judge, samples_of, score_all
from certify.check.families.answers import same_integers
from certify.check.revisions.draw import LEVELS, TOLD_APART, Item, draw
from certify.check.revisions.floor import floors, null_bank, partial_bank, partials
from certify.check.revisions.order import Change, Line, Order, changed, states
from certify.check.revisions.wording import at_once, change_text, in_one_message, turn_by_turn
from certify.engines.episodes import unfold
from certify.errors import UsageError
from certify.evidence.answers import Completion, Question
from certify.evidence.canonical import canonical_digest
from certify.statistics.stream import Stream

SEED = bytes(range(32))
SMALL = {"levels": [1, 3], "items": 12, "samples": 2, "max_tokens": 64}
NAIVE = Order((Line("pens", 3, 4), Line("cups", 5, 2)), 6, 1)
Sayer = Callable[[Question, list[str], int], str]
"""What to say to a question, the messages so far and the repeat."""


def items(level: int, count: int = 60) -> list[Item]:
    return [draw(Stream(SEED, f"test/{level}/{number}"), level, number % 3 == 0) for number in range(count)]


def asked(plan, say: Sayer, complete, **given):
    """The result of a model that says what it is told to, every turn unfolded as in a run."""
    planned, sources = plan(multi_turn={**SMALL, **given})
    questions = all_questions(planned, sources, SEED)
    by_item = {question.item: question for question in questions}
    said: list[Completion] = []
    for request in all_requests(planned, questions, SEED):
        turns: dict[int, Completion] = {}
        while not (episode := unfold(request, turns, None)).over:
            text = say(by_item[request.item], [message.text for message in episode.asked], request.repeat)
            turn = len(turns)
            turns[turn] = complete(by_item[request.item], text, request.repeat, turn=turn or None)
        said += turns.values()
    records = judge(questions, said, None, samples=samples_of(planned))
    return score_all(planned, questions, records, sources).results["multi-turn"]


def test_changes_change_what_they_say():
    cases = {
        Change("quantity", (0,), 7): 28 + 10 + 5,
        Change("price", (1,), 9): 12 + 45 + 5,
        Change("more", (0,), 2): 20 + 10 + 5,
        Change("fewer", (1,), 4): 12 + 2 + 5,
        Change("drop", (0,)): 10 + 5,
        Change("restore", (0,)): 12 + 10 + 5,
        Change("swap", (0, 1)): 20 + 6 + 5,
        Change("fee", (), 1): 22,
        Change("discount", (), 3): 25,
        Change("aside", (), 55): 27,
    }
    assert {change: changed(NAIVE, change).total for change in cases} == cases
    gone = changed(NAIVE, Change("drop", (0,)))
    assert changed(gone, Change("swap", (0, 1))) == gone
    assert changed(gone, Change("restore", (0,))) == NAIVE


@pytest.mark.parametrize("level", LEVELS)
def test_every_revision_counts_and_no_mistake_is_right(level: int):
    for item in items(level):
        revisions = [change for change in item.changes if change.kind != "aside"]
        assert len(revisions) == LEVELS[level].revisions
        assert item.total not in item.diagnostics.values()
        assert all(before.total != after.total for before, after in pairwise(states(item.order, revisions)))
        if len(revisions) <= TOLD_APART:
            assert len(set(item.diagnostics.values())) == len(item.diagnostics)


@pytest.mark.parametrize("level", LEVELS)
def test_a_reader_of_the_final_facts_needs_nothing_else(level: int):
    for item in items(level):
        order, final = at_once(states(item.order, item.changes)[-1]), states(item.order, item.changes)[-1]
        parts = order.removeprefix("Order: ").split(", plus a fee of ")
        lines = [part.split() for part in parts[0].split(", ")]
        fee, discount = (int("".join(c for c in part if c.isdigit())) for part in parts[1].split(", minus"))
        assert sum(int(line[0]) * int(line[3]) for line in lines) + fee - discount == final.total == item.total


def test_the_easiest_level_fits_a_tiny_model():
    for item in items(1, 300):
        assert len(in_one_message(item.order, item.changes)) <= 300
        assert max(map(len, turn_by_turn(item.order, item.changes))) <= 300
        assert len(str(item.total)) <= 4


def test_the_items_are_the_frozen_ones():
    digests = {
        str(level): canonical_digest([[in_one_message(one.order, one.changes), one.total] for one in items(level, 20)])
        for level in LEVELS
    }
    assert digests == json.loads((Path(__file__).parents[2] / "vectors" / "revisions.json").read_text())


@given(st.sampled_from(sorted({"quantity", "price", "more", "fewer", "drop", "restore", "swap", "fee", "discount"})))
def test_every_change_has_words_with_what_it_changes(kind: str):
    places = (0, 1) if kind == "swap" else () if kind in ("fee", "discount") else (0,)
    for place in (0, 1):
        text = change_text(NAIVE, Change(kind, places, 8), place)
        assert ("8" in text) == (kind not in ("drop", "restore", "swap"))
        assert all(NAIVE.lines[at].thing in text for at in places)


def test_one_item_is_asked_in_three_ways(plan):
    planned, sources = plan(multi_turn=SMALL)
    (check,) = planned
    questions = all_questions(planned, sources, SEED)
    assert (check.items, len(questions)) == (36, 36)
    assert check.calls == sum(question.episode.turns if question.episode else 1 for question in questions)
    assert check.tokens == check.calls * 2 * 64
    stories = {question.pair for question in questions}
    assert len(stories) == 12
    for story in stories:
        three = {question.group: question for question in questions if question.pair == story}
        assert sorted(three) == ["facts", "message", "turns"]
        assert len({question.gold for question in three.values()}) == 1
    told = [question for question in questions if question.group == "turns"]
    asides = [question.episode.facts["messages"][-1]["text"] for question in told]
    assert sum("number is" in text or "house" in text for text in asides) == 4


def test_the_model_that_follows_is_right_and_the_one_that_does_not_is_told_apart(plan, complete):
    right = asked(plan, lambda question, messages, repeat: question.gold, complete)
    assert (right.facts.estimate, right.message.estimate, right.turns.estimate, right.reliable) == (1, 1, 1, 1)
    assert (right.total_drop.estimate, right.total_drop.rule, right.stale_share) == (0, "DROP", 0)
    assert (right.outcomes.answers, right.outcomes.correct) == (72, 72)

    def stale(question, messages, repeat):
        return question.gold if question.group != "turns" else question.diagnostics["stale-0"]

    found = asked(plan, stale, complete)
    assert (found.turns.estimate, found.stale_share, found.missed_share) == (0, 1, 0)
    assert (found.turn_drop.estimate, found.revision_drop.estimate, found.total_drop.estimate) == (1, 0, 1)
    assert found.total_drop.lower > 0.3

    def late(question, messages, repeat):
        behind = max(name for name in question.diagnostics if name.startswith("stale"))
        return question.gold if question.group == "facts" else question.diagnostics[behind]

    found = asked(plan, late, complete)
    assert (found.stale_share, found.revision_drop.estimate, found.turn_drop.estimate) == (1, 1, 0)
    found = asked(plan, lambda question, messages, repeat: question.diagnostics["missed-1"], complete)
    assert (found.stale_share, found.missed_share, found.facts.estimate) == (0, 1, 0)


def test_answers_that_are_none_are_neither_stale_nor_missed(plan, complete):
    found = asked(plan, lambda question, messages, repeat: "I cannot say", complete)
    assert (found.turns.estimate, found.stale_share, found.missed_share) == (0, 0, 0)
    assert found.outcomes.unparseable == 72


def test_every_sample_of_an_item_must_be_right_to_rely_on_it(plan, complete):
    found = asked(plan, lambda question, messages, repeat: question.gold if repeat else "0", complete)
    assert (found.turns.estimate, found.reliable) == (0.5, 0)
    assert [(level.level, level.revisions, level.items, level.turns) for level in found.levels] == [
        (1, 2, 6, 0.5),
        (3, 4, 6, 0.5),
    ]


def test_between_the_turns_a_word_can_be_asked_instead(plan, complete):
    heard: list[list[str]] = []

    def say(question, messages, repeat):
        heard.append(messages)
        return question.gold

    asked(plan, say, complete, acknowledge=True)
    longest = max(heard, key=len)
    assert all(text.endswith("Reply with OK only.") for text in longest[:-1])
    assert longest[-1].endswith("What is the total?")


@pytest.mark.parametrize("given", [{"levels": [9]}, {"levels": [1, 1]}])
def test_what_cannot_be_asked_is_refused(plan, given):
    with pytest.raises(UsageError, match="CERT-E102"):
        plan(multi_turn={**SMALL, **given})


@pytest.mark.parametrize("level", LEVELS)
def test_no_answerer_without_reasoning_is_above_the_floor_on_fresh_items(level: int):
    fresh = [
        draw(Stream(hashlib.sha256(b"other").digest(), f"{level}/{number}"), level, number % 3 == 0)
        for number in range(120)
    ]
    assert floors()[level].items == 2000
    assert floors()[level].upper <= 0.05
    for name, respond in null_bank(level, items(level, 120)).items():
        right = sum(same_integers(str(respond(item)), str(item.total), count=1) for item in fresh)
        assert right <= 120 * floors()[level].upper + 4 * (120 * floors()[level].upper) ** 0.5 + 1, name


@pytest.mark.parametrize("level", LEVELS)
def test_following_in_part_reaches_what_ships_on_fresh_items(level: int):
    fresh, shipped = items(level, 120), partials()[level]
    right = {
        name: sum(same_integers(str(respond(item)), str(item.total), count=1) for item in fresh)
        for name, respond in partial_bank().items()
    }
    assert shipped.items == floors()[level].items
    assert shipped.best_responder == max(right, key=lambda name: right[name])
    assert floors()[level].upper < shipped.upper
    share = shipped.right / shipped.items
    assert abs(right[shipped.best_responder] - 120 * share) <= 4 * (120 * share * (1 - share)) ** 0.5


def test_whoever_follows_in_part_is_right_where_his_mistake_does_not_matter():
    bank = partial_bank()
    story = (Change("more", (0,), 2), Change("fee", (), 1))
    item = Item(NAIVE, story, {})
    assert (bank["more-as-set"](item), item.total) == (8 + 10 + 1 - 1, 20 + 10 + 1 - 1)
    assert bank["no-swap-no-restore"](item) == item.total
    swapped = Item(NAIVE, (Change("swap", (0, 1)),), {})
    assert bank["more-as-set"](swapped) == swapped.total != bank["no-swap-no-restore"](swapped)


def test_the_result_names_what_following_in_part_reaches(plan, complete):
    result = asked(plan, lambda question, *_: question.gold, complete)
    assert result.version == 1
    assert [(one.partial, one.partial_responder) for one in result.levels] == [
        (partials()[level].upper, partials()[level].best_responder) for level in SMALL["levels"]
    ]
