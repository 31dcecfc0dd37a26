import json
import math

import pytest

from certify.check import all_questions, judge, samples_of, score_all
from certify.check.puzzles import PUZZLES
from certify.check.puzzles.floor import floors
from certify.errors import UsageError
from certify.evidence.answers import FinishReason, Outcome
from certify.evidence.model import ReasoningTags

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")
SMALL = {"families": ["grid", "ordering"], "levels": [1, 2], "per_level": 10, "samples": 2, "max_tokens": 64}


@pytest.fixture
def scored(plan, complete):
    """The result of a fake model: what it says to a question, by repeat."""

    def make(says, given=SMALL, **changes):
        planned, sources = plan(logic_puzzles=given)
        questions = all_questions(planned, sources, SEED)
        completions = [
            complete(question, f"<think>hm</think> {says(question, repeat)}", repeat, **changes)
            for question in questions
            for repeat in range(planned[0].samples)
        ]
        records = judge(questions, completions, THINK, samples=samples_of(planned))
        return score_all(planned, questions, records, sources).results["logic-puzzles"], records

    return make


def level_of(question):
    return int(question.group.split("/")[1])


def test_one_puzzle_in_ten_has_a_twin_without_a_solution(plan):
    planned, sources = plan(logic_puzzles=SMALL)
    questions = all_questions(planned, sources, SEED)
    assert len(questions) == planned[0].items == 40
    twins = [question for question in questions if question.pair]
    assert len(twins) == 4
    by_item = {question.item: question for question in questions}
    for twin in twins:
        assert twin.gold == "unsolvable"
        assert by_item[twin.pair].gold != "unsolvable"
        assert twin.text != by_item[twin.pair].text
        assert by_item[twin.pair].group.rpartition("/")[0] == twin.group.rpartition("/")[0]
    assert questions == all_questions(planned, sources, SEED)
    assert not {q.text for q in questions} & {q.text for q in all_questions(planned, sources, bytes([1]) * 32)}


def test_a_model_that_knows_all_holds_every_level(scored):
    result, _ = scored(lambda question, repeat: question.gold)
    assert result.held_level == 2
    assert [level.held for level in result.levels] == [True, True]
    assert (result.renamed, result.plain) == (1.0, 1.0)
    assert (result.unsolvable.told, result.unsolvable.falsely_told, result.unsolvable.told_apart) == (8, 0, 1.0)
    assert result.outcomes.correct == result.outcomes.answers == 80
    assert [(cell.family, cell.level, cell.items, cell.answers, cell.share) for cell in result.families] == [
        (family, level, 9, 18, 1.0) for family in ("grid", "ordering") for level in (1, 2)
    ]
    for cell in result.families:
        assert cell.floor == floors()[cell.family][cell.level].upper
        assert cell.version == PUZZLES[cell.family].version
        assert cell.search_space == round(math.log10(PUZZLES[cell.family].space(cell.level)), 1)
        assert cell.entries == (1.0 if cell.family == "grid" else None)


def test_a_level_is_held_only_with_every_easier_one(scored):
    hard, _ = scored(lambda question, repeat: question.gold if level_of(question) == 2 else "no idea")
    assert hard.held_level == 0
    assert [level.held for level in hard.levels] == [False, False]
    assert hard.levels[1].one_sided > 0.5
    easy, _ = scored(lambda question, repeat: question.gold if level_of(question) == 1 else "no idea")
    assert easy.held_level == 1


@pytest.mark.parametrize(("always", "told", "falsely"), [("unsolvable", 8, 72), ("[]", 0, 0)])
def test_saying_always_the_same_tells_nothing_apart(scored, always, told, falsely):
    result, _ = scored(lambda question, repeat: always)
    apart = result.unsolvable
    assert (apart.told, apart.falsely_told, apart.told_apart) == (told, falsely, 0.0)
    assert all(cell.right == 0 for cell in result.families)
    assert result.held_level == 0


def test_wordings_are_told_apart(scored):
    result, _ = scored(lambda question, repeat: question.gold if question.group.endswith("plain") else "?")
    assert (result.renamed, result.plain) == (0.0, 1.0)


def test_single_entries_count_beside_the_whole_answer(scored):
    def nearly(question, repeat):
        if question.verifier != "puzzle:grid" or question.pair:
            return question.gold
        return json.dumps({**json.loads(question.gold), next(iter(json.loads(question.gold))): 9})

    result, _ = scored(nearly)
    grid = next(cell for cell in result.families if cell.family == "grid")
    assert (grid.share, grid.right) == (0.0, 0)
    assert grid.entries == round(5 / 6, 4)


def test_each_way_to_fail_has_its_outcome(scored):
    def listing(question, repeat):
        return " ".join([question.gold] * 2)

    assert {record.outcome for record in scored(listing)[1] if "pair" not in record.completion.item} <= {
        Outcome.WRONG,
        Outcome.CORRECT,
    }
    assert {record.outcome for record in scored(lambda q, r: "")[1]} == {Outcome.NO_ANSWER}
    cut, records = scored(lambda q, r: "I think", finish_reason=FinishReason.LENGTH, token_ids=tuple(range(64)))
    assert {record.outcome for record in records} == {Outcome.TRUNCATED}
    assert all(cell.truncated_share == 1.0 for cell in cut.families)
    looped = scored(lambda q, r: "so so", finish_reason=FinishReason.LENGTH, token_ids=(1, 2) * 40)[1]
    assert {record.outcome for record in looped} == {Outcome.LOOPED}


def test_the_sizes_of_a_demonstration_give_a_result(scored):
    tiny = {"families": ["grid", "truth-teller"], "levels": [1], "per_level": 6, "samples": 2, "max_tokens": 64}
    result, records = scored(lambda question, repeat: question.gold, tiny)
    assert len(records) == 24
    assert result.levels[0].accuracy.items == 10
    assert result.unsolvable.answers == 4


def test_too_few_puzzles_are_refused_with_the_number_that_would_do(plan):
    with pytest.raises(UsageError) as caught:
        plan(logic_puzzles={**SMALL, "families": ["grid"], "per_level": 10})
    assert caught.value.hint == "raise per_level to 11 or more"
    assert plan(logic_puzzles={**SMALL, "families": ["grid"], "per_level": 11})


@pytest.mark.parametrize(
    "bad",
    [
        {"families": ["grid", "astrology"]},
        {"families": ["grid", "grid"]},
        {"levels": [2, 1]},
        {"levels": [1, 1]},
        {"families": ["constraint"], "levels": [7]},
        {"families": ["grid"], "per_level": 10},
    ],
)
def test_a_plan_that_allows_no_result_is_refused(plan, bad):
    with pytest.raises(UsageError) as caught:
        plan(logic_puzzles={**SMALL, **bad})
    assert caught.value.code == "CERT-E102"
    assert caught.value.hint


def test_no_published_text_is_asked(plan):
    planned, sources = plan(logic_puzzles=SMALL, static_benchmark={})
    first = next(iter(sources.benchmarks.values()))
    stolen = all_questions(planned, sources, SEED)[0]
    assert stolen.check == "logic-puzzles"
    item = first.items[0]._replace(question=stolen.text, problem=None)
    published = type(first)(first.id, first.title, first.file, first.sha256, (item, *first.items[1:]))
    again = type(sources)(dict.fromkeys(sources.benchmarks, published), sources.limits)
    assert stolen.text not in {q.text for q in all_questions(planned, again, SEED) if q.check == "logic-puzzles"}
