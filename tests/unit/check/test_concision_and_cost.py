"""What answers cost in tokens, time, energy and money; checks that ask nothing and read what others asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.base import Answers
from certify.check.cost import cost_of
from certify.decide.form import CheckRequest
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import FinishReason, ItemRecord, Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import CostParameters
from certify.evidence.results import ConcisionResult, CostResult
from certify.evidence.telemetry import AnsweringSession, MeasuredRun
from certify.verify.derived_counts import check_derived
from certify.verify.words.headlines import headlines
from certify.verify.words.printed import bounded
from tests.fakes.forgery import put

SEED = bytes(32)
LABELLED = "static-benchmark:tiny"


@pytest.fixture
def requests(benchmark_file) -> list[CheckRequest]:
    asked: dict[str, dict[str, Any]] = {
        LABELLED: {"benchmark": str(benchmark_file), "samples": 2, "max_tokens": 64},
        "concision": {"reads": [LABELLED], "budgets": [4, 16, 64]},
        "cost": {"reads": [LABELLED], "currency": "EUR", "price_per_hour": 36.0},
    }
    return [CheckRequest.model_validate({"id": name, "with": given}) for name, given in asked.items()]


@pytest.fixture
def scored(requests, complete):
    """Scores a fake model that is right in 8 tokens first, and wrong, looping or cut off later."""

    def make(second: str = "wrong", measured: MeasuredRun | None = None):
        planned = planned_checks(requests)
        sources = planned_sources(planned)
        questions = all_questions(planned, sources, SEED)
        completions = []
        for question in questions:
            completions.append(complete(question, question.gold, 0, token_ids=tuple(range(8))))
            if second == "looped":
                changes = {"token_ids": (1, 2) * 32, "finish_reason": FinishReason.LENGTH}
            elif second == "truncated":
                changes = {"token_ids": tuple(range(64)), "finish_reason": FinishReason.LENGTH}
            elif second == "error":
                changes = {"token_ids": (), "finish_reason": FinishReason.ERROR}
            else:
                changes = {"token_ids": tuple(range(32))}
            completions.append(complete(question, "no idea " * 3, 1, **changes))
        records = judge(questions, completions, None, samples=samples_of(planned))
        return score_all(planned, questions, records, sources, measured=measured)

    return make


def test_lengths_follow_from_the_answers(scored) -> None:
    result = scored().results["concision"]
    assert isinstance(result, ConcisionResult)
    [found] = result.checks
    assert (found.check, found.answers, found.correct, found.tokens) == (LABELLED, 60, 30, 30 * 40)
    assert (found.tokens_per_correct, found.tokens_per_correct_lower, found.tokens_per_correct_upper) == (40, 40, 40)
    assert (found.right.median, found.right.p95, found.wrong.median) == (8, 8, 32)
    assert [(point.tokens, point.accuracy.estimate) for point in found.curve] == [(4, 0.0), (16, 0.5), (64, 0.5)]
    assert found.area == 0.375
    assert (found.truncated_share, result.looped_share) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("second", "truncated", "looped"), [("looped", 0.5, 0.5), ("truncated", 0.5, 0.0), ("error", 0.0, 0.0)]
)
def test_each_way_to_end_is_told_apart(scored, second, truncated, looped) -> None:
    result = scored(second).results["concision"]
    assert (result.truncated_share, result.looped_share) == (truncated, looped)


def test_a_model_that_is_never_right_has_no_tokens_for_each_right_answer(requests, complete) -> None:
    planned = planned_checks(requests)
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    completions = [complete(question, "", repeat) for question in questions for repeat in range(2)]
    records = judge(questions, completions, None, samples=samples_of(planned))
    [found] = score_all(planned, questions, records, sources).results["concision"].checks
    assert found.tokens_per_correct is None
    assert found.right.median is None
    result = ConcisionResult(checks=(found,), truncated_share=0, looped_share=0)
    [headline] = headlines({"concision": result})
    assert headline.value == "no right answers"
    assert f"none of them right, median {found.wrong.median} tokens; " in headline.detail
    [before] = headlines({"concision": result}, 4)
    assert "median 0 tokens if right" in before.detail


def test_where_all_answers_are_right_none_has_another_length(scored) -> None:
    [found] = scored("wrong").results["concision"].checks
    right = found.model_copy(update={"wrong": found.wrong.model_copy(update={"answers": 0, "median": None})})
    [headline] = headlines({"concision": ConcisionResult(checks=(right,), truncated_share=0, looped_share=0)})
    assert f"all of them right, median {found.right.median} tokens; " in headline.detail


def test_page_one_gives_the_curve_its_interval(scored) -> None:
    result = scored("wrong").results["concision"]
    [headline] = headlines({"concision": result})
    half = result.checks[0].curve[-2]
    assert headline.detail.endswith(f"within {half.tokens:,} tokens {bounded(half.accuracy)} are right")


def test_the_curve_never_falls(scored) -> None:
    for second in ("wrong", "looped", "error"):
        [found] = scored(second).results["concision"].checks
        shares = [point.accuracy.estimate for point in found.curve]
        assert shares == sorted(shares)


def session(**changes: Any) -> AnsweringSession:
    return AnsweringSession(**{"answered": 60, "tokens": 1200, "seconds": 120.0, "peak_memory": 2 * 10**9, **changes})


def test_cost_divides_right_answers_by_what_was_measured(scored) -> None:
    measured = MeasuredRun(batch_size=16, sessions=(session(joules=7.2e6),))
    result = scored(measured=measured).results["cost"]
    assert isinstance(result, CostResult)
    assert (result.correct, result.answers, result.seconds, result.correct_per_second) == (30, 60, 120.0, 0.25)
    assert result.correct_per_second_per_gigabyte == 0.125
    assert (result.kilowatt_hours, result.correct_per_kilowatt_hour) == (2.0, 15.0)
    assert (result.currency, result.correct_per_unit) == ("EUR", 25.0)
    assert (result.brief, result.telemetry_sha256) == (False, measured.content_sha256())
    detail = headlines({"cost": result})[0].detail
    assert "GPU-board energy, not at the wall" in detail
    cheap = result.model_copy(update={"correct_per_unit": 12_060.4})
    assert "12,060 for 1 EUR at the declared price" in headlines({"cost": cheap})[0].detail
    assert "1.206e+04 for 1 EUR" in headlines({"cost": cheap}, 4)[0].detail


def test_memory_of_a_board_counts_where_every_session_measured_it(scored) -> None:
    on_a_board = session(answered=30, seconds=60.0, gpu_memory=50 * 10**9)
    sessions = (on_a_board, on_a_board.model_copy(update={"gpu_memory": 40 * 10**9}))
    result = scored(measured=MeasuredRun(batch_size=16, sessions=sessions)).results["cost"]
    assert (result.gpu_memory, result.correct_per_second_per_gigabyte) == (50 * 10**9, 0.005)
    for wording in (1, 4, None):  # an old wording is no way to call it otherwise
        assert "for a gigabyte of GPU memory" in headlines({"cost": result}, wording)[0].detail
    sessions = (on_a_board, session(answered=30, seconds=60.0))
    result = scored(measured=MeasuredRun(batch_size=16, sessions=sessions)).results["cost"]
    assert (result.gpu_memory, result.correct_per_second_per_gigabyte) == (None, 0.125)
    assert "for a gigabyte of process memory" in headlines({"cost": result})[0].detail


def test_what_was_not_measured_is_absent_and_says_so(scored) -> None:
    sessions = (session(answered=30, peak_memory=0, joules=5.0), session(answered=30, peak_memory=0, seconds=1.0))
    result = scored(measured=MeasuredRun(batch_size=1, sessions=sessions)).results["cost"]
    assert result.correct_per_kilowatt_hour is result.kilowatt_hours is result.peak_memory is None
    assert "correctPerKilowattHour" not in result.document()
    assert "energy not measured" in headlines({"cost": result})[0].detail


@pytest.mark.parametrize(
    ("measured", "why"),
    [
        (None, "no record of time"),
        (MeasuredRun(batch_size=1), "cut off"),
        (MeasuredRun(batch_size=1, sessions=(session(answered=59),)), "cut off"),
        (MeasuredRun(batch_size=1, sessions=(session(seconds=0.0),)), "no time"),
    ],
)
def test_without_a_measurement_there_is_no_result(scored, measured, why) -> None:
    [cost] = [one for one in scored(measured=measured).not_run if one.check == "cost"]
    assert cost.reason.startswith("not measured")
    assert why in cost.reason


def test_no_answers_cost_nothing() -> None:
    found = cost_of(CostParameters(reads=("x",)), Answers((), ()), MeasuredRun(batch_size=1))
    assert isinstance(found, NotRun)


def test_every_turn_of_a_conversation_was_an_answer_that_took_its_time(complete) -> None:
    question = Question(check="x", item="1", group="x", text="?", gold="3", verifier="integer", max_tokens=8)
    turns = [complete(question, "3", 0).model_copy(update={"turn": turn or None}) for turn in range(3)]
    record = ItemRecord(completion=turns[-1], answer="3", outcome=Outcome.CORRECT, earlier=tuple(turns[:-1]))
    answers, parameters = Answers((question,), (record,)), CostParameters(reads=("x",))
    found = cost_of(parameters, answers, MeasuredRun(batch_size=1, sessions=(session(answered=3),)))
    assert isinstance(found, CostResult)
    assert (found.answers, found.correct) == (1, 1)
    assert isinstance(cost_of(parameters, answers, MeasuredRun(batch_size=1, sessions=(session(answered=1),))), NotRun)


@pytest.mark.parametrize(
    ("check", "reads"),
    [
        ("concision", ["static-benchmark"]),
        ("concision", ["cost"]),
        ("concision", [LABELLED, LABELLED]),
        ("cost", ["corpus-scan"]),
    ],
)
def test_a_check_reads_only_what_the_plan_asks(requests, check, reads) -> None:
    changed = [
        one.model_copy(update={"with_": {**one.with_, "reads": reads}}) if one.id == check else one for one in requests
    ]
    with pytest.raises(UsageError) as caught:
        planned_checks(changed)
    assert caught.value.code == "CERT-E102"


@pytest.mark.parametrize("price", [{"currency": "EUR"}, {"price_per_hour": 36.0}, {"pricePerHour": 36.0}])
def test_a_price_has_a_currency_and_a_currency_a_price(price) -> None:
    with pytest.raises(ValidationError, match="go together"):
        CostParameters.model_validate({"reads": [LABELLED]} | price)


def test_cost_is_of_the_whole_run(requests) -> None:
    fresh = {"id": "fresh-reasoning", "with": {"families": ["addition", "counting"], "items": 12}}
    with pytest.raises(UsageError, match="fresh-reasoning is left out"):
        planned_checks([*requests, CheckRequest.model_validate(fresh)])


def held_together(requests, results, check: str, *edits) -> None:
    """Holds results against each other as a reader of the certificate does, one of them changed."""
    document = results[check].document()
    for edit in edits:
        edit(document)
    changed = results | {check: type(results[check]).from_document(document)}
    check_derived(SimpleNamespace(checks=planned_checks(requests)), changed)


@pytest.mark.parametrize("second", ["wrong", "looped", "truncated", "error"])
def test_what_the_checks_write_holds_together(requests, scored, second) -> None:
    results = scored(second, measured=MeasuredRun(batch_size=16, sessions=(session(joules=7.2e6),))).results
    held_together(requests, results, "cost")
    held_together(requests, results, "concision")


@pytest.mark.parametrize(
    ("check", "edits"),
    [
        ("cost", [put("correct", value=60), put("correctPerSecond", value=0.5)]),
        ("cost", [put("answers", value=30)]),
        ("cost", [put("correctPerSecond", value=25.0)]),
        ("cost", [put("correctPerKilowattHour", value=999.0)]),
        ("cost", [put("correctPerUnit", value=999.0)]),
        ("cost", [put("pricePerHour", value=0.36), put("correctPerUnit", value=2500.0)]),
        ("cost", [put("brief", value=True)]),
        ("concision", [put("checks", 0, "correct", value=60)]),
        ("concision", [put("checks", 0, "answers", value=30)]),
        ("concision", [put("checks", 0, "tokensPerCorrect", value=4.0)]),
        ("concision", [put("checks", 0, "tokensPerCorrectUpper", value=39.0)]),
        ("concision", [put("checks", 0, "truncatedShare", value=0.5), put("truncatedShare", value=0.5)]),
        ("concision", [put("truncatedShare", value=0.5)]),
        ("concision", [put("checks", 0, "curve", 2, "accuracy", "estimate", value=0.9)]),
    ],
)
def test_what_other_results_contradict_is_refused(requests, scored, check, edits) -> None:
    results = scored(measured=MeasuredRun(batch_size=16, sessions=(session(joules=7.2e6),))).results
    with pytest.raises(HostileInput, match="CERT-E090"):
        held_together(requests, results, check, *edits)
