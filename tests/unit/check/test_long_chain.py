import pytest

from certify.check import all_questions, all_requests, judge, samples_of, score_all
from certify.check.chains.floor import floors
from certify.errors import UsageError
from certify.evidence.answers import FinishReason, Outcome

SEED = bytes(32)
SMALL = {"lengths": [2, 4, 8], "arms": ["dense", "diluted"], "per_length": 12, "samples": 2}


@pytest.fixture
def scored(plan, complete):
    """The result of a fake model: what it says to a question, by repeat."""

    def make(says, given=SMALL, **changes):
        planned, sources = plan(long_chain=given)
        questions = all_questions(planned, sources, SEED)
        completions = [
            complete(question, f" {says(question)}", repeat, **(changes if changes and not says(question) else {}))
            for question in questions
            for repeat in range(planned[0].samples)
        ]
        records = judge(questions, completions, None, samples=samples_of(planned))
        return score_all(planned, questions, records, sources).results["long-chain"], records

    return make


def place(question):
    arm, length = question.group.split("/")
    return arm, int(length)


def test_every_length_of_every_arm_is_asked_with_its_own_room(plan):
    planned, sources = plan(long_chain=SMALL)
    questions = all_questions(planned, sources, SEED)
    assert len(questions) == planned[0].items == 72
    assert {(*place(q), q.max_tokens) for q in questions} == {
        (arm, length, 2000 + 40 * length) for arm in SMALL["arms"] for length in SMALL["lengths"]
    }
    assert planned[0].max_tokens == max(q.max_tokens for q in questions) == 2320
    assert len({q.text for q in questions}) == 72
    requests = all_requests(planned, questions, SEED)
    assert {request.max_tokens for request in requests} == {2080, 2160, 2320}
    capped, sources = plan(long_chain={**SMALL, "max_tokens": 64})
    assert {q.max_tokens for q in all_questions(capped, sources, SEED)} == {64} == {capped[0].max_tokens}


def test_a_model_that_breaks_in_the_middle_holds_what_comes_before(scored):
    result, _ = scored(lambda q: q.gold if place(q)[1] <= 4 or place(q)[0] == "diluted" else "97")
    dense, diluted = result.arms
    assert (dense.arm, dense.held_length, result.held_length) == ("dense", 4, 4)
    assert [rung.held for rung in dense.rungs] == [True, True, False]
    assert (diluted.held_length, diluted.half_length.beyond) == (8, "above")
    assert dense.half_length.model == "one-parameter"
    assert 4 <= dense.half_length.estimate <= 8
    for rung in dense.rungs:
        floor = floors()["dense"][rung.length]
        assert (rung.floor, rung.floor_responder) == (floor.upper, floor.best_responder)
        assert rung.max_tokens == 2000 + 40 * rung.length


def test_a_longer_length_is_not_held_over_a_shorter_one_that_fails(scored):
    result, _ = scored(lambda q: q.gold if place(q)[1] != 4 else "no")
    assert result.held_length == 2
    assert result.arms[0].rungs[2].one_sided > 0.5
    assert not result.arms[0].rungs[2].held


def test_cut_off_chains_are_told_apart_by_length(scored):
    result, records = scored(
        lambda q: q.gold if place(q)[1] < 8 else "",
        finish_reason=FinishReason.LENGTH,
        token_ids=tuple(range(2320)),
    )
    long = result.arms[0].rungs[2]
    assert (long.truncated_share, long.finished_share) == (1.0, None)
    assert (result.arms[0].rungs[0].truncated_share, result.arms[0].rungs[0].finished_share) == (0.0, 1.0)
    assert {r.outcome for r in records if "-0008-" in r.completion.item} == {Outcome.TRUNCATED}


def test_a_full_ladder_gets_the_logistic_curve(scored):
    full = {"lengths": [2, 4, 8, 16, 32, 64], "arms": ["dense"], "per_length": 10, "samples": 1, "max_tokens": 64}
    result, _ = scored(lambda q: q.gold if place(q)[1] <= 16 else "no", full)
    assert result.arms[0].half_length.model == "logistic"
    assert 16 < result.arms[0].half_length.estimate < 32
    assert result.held_length == 16


def test_the_sizes_of_a_demonstration_give_a_result(scored):
    tiny = {"lengths": [2, 4, 8, 16], "arms": ["dense"], "per_length": 10, "samples": 1, "max_tokens": 64}
    result, records = scored(lambda q: "7", tiny)
    assert len(records) == 40
    assert result.held_length == 0
    assert result.arms[0].half_length.beyond == "below"


@pytest.mark.parametrize(
    "bad",
    [{"lengths": [3]}, {"lengths": [4, 2]}, {"lengths": [2, 2]}, {"arms": ["thin"]}, {"arms": ["dense", "dense"]}],
)
def test_a_plan_that_allows_no_result_is_refused(plan, bad):
    with pytest.raises(UsageError) as caught:
        plan(long_chain={**SMALL, **bad})
    assert caught.value.code == "CERT-E102"
    assert caught.value.hint
