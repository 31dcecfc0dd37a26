"""Published orders of a file's items: recognised, not recognised, too few to tell, not to be scored."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from certify.check import all_questions, all_requests, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.order_exchangeability import published_text
from certify.decide.form import CheckRequest
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import Completion, FinishReason, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.results import OrderExchangeabilityResult
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.derived_counts import check_derived
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines

SEED = bytes(range(32))
NAME = "order-exchangeability:tiny"


def rows(count: int) -> list[dict]:
    return [
        {"id": f"i{n}", "question": f"What is {n} times 3?", "answer": f"It is easy.\n#### {3 * n}"}
        for n in range(count)
    ]


@pytest.fixture
def planned(tmp_path: Path):
    def make(items: int = 180, content: list[dict] | None = None, **given):
        file = tmp_path / "tiny.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in (rows(items) if content is None else content)))
        with_ = {"benchmark": str(file), "shard_items": 3, "shuffles": 5, "draws": 999, **given}
        checks = planned_checks([CheckRequest.model_validate({"id": NAME, "with": with_})])
        return checks, planned_sources(checks)

    return make


def likelihood(question: Question, learned: float) -> float:
    """Noise that the text fixes, and for published orders so much more."""
    noise = int.from_bytes(hashlib.sha256((question.given or "").encode()).digest()[:4], "big") / 2**32
    return round(-40 + 4 * noise + (learned if question.item.endswith("/00") else 0.0), 6)


def scored(question: Question, logprob: float | None) -> Completion:
    failed = logprob is None
    return Completion(
        check=question.check,
        item=question.item,
        repeat=0,
        seed="1",
        prompt_sha256=hashlib.sha256(b"").hexdigest(),
        text=question.given or "",
        finish_reason=FinishReason.ERROR if failed else FinishReason.STOP,
        token_ids=() if failed else (1,),
        prompt_tokens=0 if failed else 1,
        logprobs=() if failed else (logprob,),
    )


def found(planned, learned: float = 0.0, lost=lambda question: False):
    checks, sources = planned
    questions = all_questions(checks, sources, SEED)
    completions = [scored(one, None if lost(one) else likelihood(one, learned)) for one in questions]
    records = judge(questions, completions, None, samples=samples_of(checks))
    return score_all(checks, questions, records, sources, context_length=1000)


def recounted(planned, result: OrderExchangeabilityResult) -> None:
    check_derived(SimpleNamespace(checks=planned[0]), {NAME: result})


@pytest.mark.parametrize(
    ("learned", "items", "verdict"),
    [
        (2.0, 180, DetectionVerdict.DETECTED),
        (0.0, 180, DetectionVerdict.INSUFFICIENT),
        (0.0, 330, DetectionVerdict.NO_EVIDENCE),
        (2.0, 9, DetectionVerdict.INSUFFICIENT),
    ],
)
def test_the_words_follow_from_what_was_learned_and_from_the_size(planned, learned, items, verdict) -> None:
    plan = planned(items)
    result = found(plan, learned).results[NAME]
    assert isinstance(result, OrderExchangeabilityResult)
    assert result.verdict is verdict
    recounted(plan, result)
    [line] = headlines({NAME: result})
    assert line.name == "Published order of items recognised (tiny)"
    assert line.value == {"detected": "detected", "no_evidence": "no evidence"}.get(verdict, "too little to tell")
    assert "power" in line.detail
    assert ("would do" in line.detail) == (result.needed is not None and verdict is DetectionVerdict.INSUFFICIENT)
    if items == 9:
        assert (plan[0][0].items, plan[0][0].reads, result.p_value, result.power) == (0, None, None, 0.0)
        assert result.needed is not None
        more = planned(result.needed)
        assert more[0][0].items > 0
    else:
        assert plan[0][0].items == items // 3 * 6
        assert result.p_value == (1 + (result.reaching or 0)) / 1000


def test_the_plan_names_the_most_tokens_and_every_order_is_another(planned) -> None:
    [check], sources = planned(180)
    questions = all_questions([check], sources, SEED)
    assert check.reads == sum(len((one.given or "").encode()) + 1 for one in questions)
    assert check.tokens == 0
    shard = [one.given for one in questions if one.item.startswith("shard-00007/")]
    assert len(set(shard)) == 6
    items = sources.benchmarks[check.parameters["benchmark"]].items
    assert shard[0] == "\n\n".join(published_text(one) for one in items[21:24])
    assert published_text(items[1]) == "What is 1 times 3?\nIt is easy.\n#### 3"
    other = all_questions([check], sources, bytes(32))
    assert [one.given for one in other if one.item.endswith("/00")] == [
        one.given for one in questions if one.item.endswith("/00")
    ]
    assert other != questions
    requests = all_requests([check], questions, SEED)
    assert all(one.given and one.raw and one.max_tokens == 0 for one in requests)


def test_multiple_choice_is_written_as_published(planned) -> None:
    row = {"question": "Which?", "choices": ["red", "blue", "green"], "answer": "B"}
    _, sources = planned(content=[row] * 1 + rows(5))
    [benchmark] = sources.benchmarks.values()
    assert published_text(benchmark.items[0]) == "Which?\nA) red\nB) blue\nC) green\nB"


def test_a_shard_that_lacks_an_order_is_left_out_whole(planned) -> None:
    plan = planned(330)
    result = found(plan, lost=lambda one: one.item == "shard-00004/03").results[NAME]
    assert (result.shards, result.left_out, result.items) == (109, 1, 327)
    recounted(plan, result)


def test_an_engine_without_log_probabilities_is_a_check_not_run(planned) -> None:
    scored = found(planned(180), lost=lambda one: True)
    assert scored.results == {}
    assert scored.not_run == (
        NotRun(check=NAME, reason="the engine told no log-probability of any of the 360 given texts"),
    )


@pytest.mark.parametrize(
    "given",
    [{"shard_items": 2, "shuffles": 2}, {"shuffles": 0}, {"draws": 10}, {"shards": 0}, {"alpha": 0.7}, {"x": 1}],
)
def test_parameters_that_mean_nothing_are_refused(planned, given) -> None:
    with pytest.raises((HostileInput, UsageError)):
        planned(30, **given)


def test_too_few_draws_for_the_level_ask_nothing(planned) -> None:
    plan = planned(600, draws=99, alpha=0.001)
    result = found(plan).results[NAME]
    assert (plan[0][0].items, result.verdict, result.needed) == (0, DetectionVerdict.INSUFFICIENT, None)
    recounted(plan, result)


@pytest.mark.parametrize(
    "lie",
    [
        {"reaching": 0},
        {"p_value": 0.5},
        {"power": 0.95},
        {"needed": 1},
        {"shards": 59},
        {"left_out": 1},
        {"draws": 9999},
        {"lift": 1000.0},
        {"benchmark_sha256": "0" * 64},
        {"reaching": None},
    ],
)
def test_numbers_that_do_not_follow_are_refused(planned, lie) -> None:
    plan = planned(180)
    result = found(plan).results[NAME]
    with pytest.raises(HostileInput, match="CERT-E090"):
        recounted(plan, result.model_copy(update=lie))


def test_sums_that_no_numbers_have_are_refused(planned) -> None:
    plan = planned(180)
    result = found(plan).results[NAME]
    for name, factor in (("variance", 20.0), ("headroom", 3.0), ("squares", 0.01)):
        sums = result.sums.model_copy(update={name: getattr(result.sums, name) * factor})
        with pytest.raises(HostileInput, match="CERT-E090"):
            recounted(plan, result.model_copy(update={"sums": sums}))


def test_a_reader_is_told_what_the_test_cannot_see(planned) -> None:
    from certify.evidence.certificate import AttemptCount
    from certify.evidence.dataset import DataExamined
    from certify.evidence.plan import EntropyKind

    told = caveats(
        found(planned(180)).results,
        data_examined=DataExamined.UNDISCLOSED,
        entropy=EntropyKind.SELF,
        attempts=AttemptCount(number=1, total=1, excludable=False),
        development=False,
    )
    assert any("shuffled, shows nothing" in text for text in told)
