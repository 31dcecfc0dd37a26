"""Facts given and recalled: what is asked, and that each kind of answerer lands where it belongs."""

import json
from collections import Counter

import pytest

from certify.check import all_questions, all_requests, judge, samples_of, score_all
from certify.check.worlds.floor import floors
from certify.errors import UsageError
from certify.evidence.answers import FinishReason
from certify.evidence.results.profile import CapabilityProfileResult

SEED = bytes(range(32))
SMALL = {"given": 40, "without": 20, "hops": [1, 2], "people": 5, "samples": 2, "max_tokens": 64}


def rows(one=15, several=12):
    single = [
        {
            "id": f"f{n}",
            "question": f"What is the capital of country {n}? ",
            "answer": f"City {n}",
            "aliases": [f"C{n}"],
        }
        for n in range(one)
    ]
    double = [
        {"id": f"g{n}", "question": f"Where was the author of book {n} born?", "answer": f"Town {n}", "hops": 2}
        for n in range(several)
    ]
    return [*single, *double]


@pytest.fixture
def facts_file(tmp_path):
    def write(content):
        path = tmp_path / "facts.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in content))
        return str(path)

    return write


@pytest.fixture
def scored(plan, complete):
    """The result where a model says this to each question."""

    def make(says, given=SMALL, **changes):
        planned, sources = plan(capability_profile=given)
        questions = all_questions(planned, sources, SEED)
        completions = [
            complete(question, f" {says(question)}", repeat, **changes)
            for question in questions
            for repeat in range(planned[0].samples)
        ]
        records = judge(questions, completions, None, samples=samples_of(planned))
        return score_all(planned, questions, records, sources).results["capability-profile"]

    return make


def kind(question):
    return question.group.partition("/")[0]


def hops(question):
    return int(question.group.partition("/")[2])


def test_items_without_facts_are_twins_of_items_with_them(plan):
    planned, sources = plan(capability_profile=SMALL)
    questions = {one.item: one for one in all_questions(planned, sources, SEED)}
    assert len(questions) == planned[0].items == 60
    assert Counter(one.group for one in questions.values()) == {
        "given/1": 20, "given/2": 20, "bare/1": 5, "bare/2": 5, "among/1": 5, "among/2": 5
    }  # fmt: skip
    assert len({one.text for one in questions.values()}) == 60
    for one in questions.values():
        assert one.text.endswith("Give the answer alone, or: unknown.")
        assert len(one.text) <= 300
        if one.pair is None:
            continue
        twin = questions[one.pair]
        assert (one.gold, hops(one)) == ("unknown", hops(twin))
        facts, _, question = twin.text.partition("\n")
        told, _, own = one.text.rpartition("\n")
        assert told == (facts if kind(one) == "among" else "")
        assert own.rpartition(" of ")[0] == question.rpartition(" of ")[0]
        assert own != question
        assert own.rpartition(" of ")[2].partition("?")[0] not in facts


def test_the_form_asked_does_not_show_in_the_request(plan):
    planned, sources = plan(capability_profile=SMALL)
    asked = all_requests(planned, all_questions(planned, sources, SEED), SEED)
    assert not any({"gold", "aliases"} & request.document().keys() for request in asked)


def test_who_knows_all_gets_every_word_that_holds(scored, facts_file):
    given = {**SMALL, "benchmark": facts_file(rows()), "recalled": 24, "given": 80, "without": 40}
    result = scored(lambda question: question.gold, given)
    scope = result.scope
    for share in (scope.reading, scope.reasoning_given, scope.knowledge, scope.reasoning_recalled):
        assert (share.estimate, share.upper, share.rule) == (1, 1, "ACC")
    assert (scope.confabulation.estimate, scope.abstained_on_answerable.estimate) == (0, 0)
    assert (scope.knowledge.items, scope.reasoning_recalled.items) == (12, 12)
    assert (result.told_apart.estimate, result.not_measured) == (1, ())
    assert result.words == ("reasonsOverGivenFacts", "standsAlone", "abstains")
    assert result.benchmark == "facts"
    assert result.outcomes.correct == result.outcomes.answers == 288
    assert CapabilityProfileResult.from_document(result.document(), by_name=False) == result


def test_who_reasons_but_knows_nothing_needs_retrieval(scored, facts_file):
    given = {**SMALL, "given": 60, "benchmark": facts_file(rows(40, 0)), "recalled": 40}
    result = scored(lambda question: "unknown" if kind(question) == "recalled" else question.gold, given)
    assert result.scope.knowledge.upper < 0.5
    assert result.scope.abstained_on_recalled.estimate == 1
    assert result.scope.reasoning_recalled is None
    assert result.not_measured == ("reasoningRecalled",)
    assert "needsRetrieval" in result.words
    assert "standsAlone" not in result.words


def test_without_a_file_nothing_is_said_of_knowledge(scored):
    result = scored(lambda question: question.gold)
    assert (result.scope.knowledge, result.scope.reasoning_recalled, result.benchmark) == (None, None, None)
    assert result.not_measured == ("knowledge", "reasoningRecalled", "abstainedOnRecalled")
    assert not {"needsRetrieval", "standsAlone"} & set(result.words)


def test_who_always_abstains_tells_nothing_apart(scored):
    result = scored(lambda question: "unknown")
    assert (result.scope.confabulation.estimate, result.scope.abstained_on_answerable.estimate) == (0, 1)
    assert result.told_apart.estimate == 0
    assert result.words == ("needsLargerModel",)


def test_who_never_abstains_confabulates(scored):
    result = scored(lambda question: question.gold if kind(question) == "given" else "Bovata")
    assert result.scope.confabulation.estimate == 1
    assert result.words == ("reasonsOverGivenFacts", "confabulates")


def test_who_abstains_exactly_where_no_facts_are_told_is_seen(scored):
    result = scored(lambda question: question.gold if kind(question) in ("given", "bare") else "Bovata")
    assert result.scope.confabulation.estimate == result.told_apart.estimate == 0.5
    assert {cell.facts: cell.share for cell in result.cells} == {"given": 1, "bare": 1, "among": 0}
    assert "abstains" not in result.words


def test_who_cannot_read_facts_needs_a_larger_model_whatever_is_retrieved(scored):
    result = scored(lambda question: question.gold if question.group == "given/1" else "Bovata")
    assert result.scope.reading.estimate == 1
    assert result.words == ("needsLargerModel", "confabulates")


def test_where_an_answer_went_wrong_on_the_way_is_counted(scored):
    result = scored(lambda question: (question.diagnostics or {}).get("step-1", "no"))
    assert (result.stopped_early, result.outermost_alone) == (1, 0)
    outer = scored(lambda question: (question.diagnostics or {}).get("outermost", "no"))
    assert outer.stopped_early == 0
    # five people have one role only: the last step alone is the first one, and so on the way
    assert outer.outermost_alone == 0
    larger = {**SMALL, "people": 12, "given": 20, "hops": [2, 3], "without": 10}
    many = scored(lambda question: (question.diagnostics or {}).get("outermost", "no"), larger)
    assert many.outermost_alone > 0.5


def test_other_names_of_the_answer_are_right(scored, facts_file):
    given = {**SMALL, "benchmark": facts_file(rows(15, 0)), "recalled": 15}
    result = scored(lambda question: question.aliases[0] if question.aliases else question.gold, given)
    assert result.scope.knowledge.estimate == 1
    said = scored(lambda question: f"{question.gold} or so" if kind(question) == "recalled" else question.gold, given)
    assert said.scope.knowledge.estimate == 0


def test_answers_that_cannot_be_read_are_neither_confabulation_nor_abstention(scored):
    result = scored(lambda question: "I think", finish_reason=FinishReason.LENGTH, token_ids=tuple(range(64)))
    assert (result.scope.confabulation.estimate, result.told_apart.estimate) == (0, 0)
    assert all((cell.right, cell.abstained, cell.wrong) == (0, 0, 0) for cell in result.cells)
    assert result.outcomes.truncated_share == 1
    assert result.words == ()


def test_each_cell_has_its_floor(scored, facts_file):
    double = [{**row, "answer": "Paris"} if n < 6 else row for n, row in enumerate(rows(12, 0))]
    given = {**SMALL, "benchmark": facts_file(double), "recalled": 12}
    cells = scored(lambda question: question.gold, given).cells
    for cell in cells:
        if cell.facts == "given":
            assert (cell.floor, cell.floor_responder) == (
                floors()[5][cell.hops].upper,
                floors()[5][cell.hops].best_responder,
            )
        elif cell.facts == "recalled":
            assert (cell.floor, cell.floor_responder) == (0.5, "most-frequent-answer")
        else:
            assert cell.floor is cell.floor_responder is None


def test_hops_below_ten_items_have_a_share_and_no_bounds(scored):
    result = scored(lambda question: question.gold, {**SMALL, "given": 20, "without": 10, "hops": [1, 2, 3]})
    assert [(one.hops, one.items, one.lower) for one in result.scope.reasoning_given.by_hops] == [
        (2, 7, None),
        (3, 6, None),
    ]
    assert result.scope.reasoning_given.items == 13
    assert result.scope.reading is None
    assert result.not_measured[0] == "reading"


def test_rows_are_drawn_by_the_seed_from_both_kinds(plan, facts_file):
    planned, sources = plan(capability_profile={**SMALL, "benchmark": facts_file(rows(40, 30)), "recalled": 30})
    first, second = (
        {one.item for one in all_questions(planned, sources, seed) if kind(one) == "recalled"}
        for seed in (SEED, bytes(32))
    )
    assert len(first) == len(second) == 30
    assert first != second
    groups = Counter(one.group for one in all_questions(planned, sources, SEED))
    assert (groups["recalled/1"], groups["recalled/2"]) == (15, 15)


@pytest.mark.parametrize(
    "bad",
    [
        {"people": 7},
        {"hops": [4]},
        {"hops": [2, 1]},
        {"hops": [2, 2]},
        {"hops": [1]},
        {"hops": [1, 5]},
        {"without": 41},
        {"given": 12, "without": 10},
    ],
)
def test_what_cannot_be_measured_is_refused(plan, bad):
    with pytest.raises(UsageError, match="CERT-E102"):
        plan(capability_profile={**SMALL, **bad})


@pytest.mark.parametrize(
    "content",
    [
        rows(9, 9),
        [{"question": "?", "answer": "Unknown"}, *rows()],
        [{"question": "?", "answer": "Bovata", "aliases": ["unknown"]}, *rows()],
        [{"question": "?", "answer": "A", "choices": ["x", "y"]}, *rows()],
    ],
)
def test_a_file_of_other_questions_is_refused(plan, facts_file, content):
    with pytest.raises(UsageError, match="CERT-E102"):
        plan(capability_profile={**SMALL, "benchmark": facts_file(content)})


def test_a_file_that_another_check_asks_is_refused(plan, facts_file):
    named = facts_file(rows())
    with pytest.raises(UsageError, match="CERT-E102"):
        plan(static_benchmark={"benchmark": named}, capability_profile={**SMALL, "benchmark": named})
