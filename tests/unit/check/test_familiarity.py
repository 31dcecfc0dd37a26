"""Scores of familiar texts: with and without a control, with and without moments, and whatever a server says."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.familiarity_scores import contextual_fall, likeness, min_k, min_k_plus, zlib_ratio
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.answers import Completion, FinishReason, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import FamiliarityResult
from certify.verify.familiarity_counts import check_familiarity
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines
from tests.unit.check.conftest import SEED, completion
from tests.unit.verify.test_first_page import SEEN

ID = "familiarity:half"
Lift = Callable[[str], float]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Forty items, and forty of the same making."""
    named = {}
    for name, start in (("used", 0), ("held", 1000)):
        rows = [{"question": f"How many are {n} and {n} pens?", "answer": 2 * n} for n in range(start, start + 40)]
        named[name] = str(tmp_path / f"{name}.jsonl")
        Path(named[name]).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return named


def planned(**given: Any) -> tuple[PlannedCheck, ...]:
    return planned_checks([CheckRequest.model_validate({"id": ID, "with": given})])


def scored(question: Question, lift: float, *, moments: bool = True, failed: bool = False) -> Completion:
    """What an engine says of a given text whose tokens are likelier by this much."""
    tokens = () if failed else tuple(range(12))
    noise = random.Random(question.item)
    values = tuple(min(0.0, round(-6 + lift + noise.gauss(0, 1), 6)) for _ in tokens)
    told = tuple((-6.0, 1.5) for _ in tokens) if moments and question.moments else None
    reason = FinishReason.ERROR if failed else FinishReason.STOP
    return completion(
        question, question.given or "", token_ids=tokens, logprobs=values, moments=told, finish_reason=reason
    )


def result_of(
    plan: Sequence[PlannedCheck], say: Callable[[Question], Completion | list[Completion]]
) -> FamiliarityResult | NotRun:
    sources = planned_sources(plan)
    questions = all_questions(plan, sources, SEED)
    answers = list[Completion]()
    for question in questions:
        found = say(question)
        answers += found if isinstance(found, list) else [found]
    records = judge(questions, answers, None, samples=samples_of(plan))
    ended = score_all(plan, questions, records, sources, context_length=4096)
    if ended.not_run:
        return ended.not_run[0]
    found = ended.results[ID]
    assert isinstance(found, FamiliarityResult)
    check_familiarity(plan[0], found)
    return found


def leaked(item: str) -> float:
    """A model that learned the first file by heart, and is disturbed by what stands before its items."""
    return 4.0 * item.startswith("item") - 2.0 * (item.startswith("item") and item.endswith("after"))


def test_what_was_learned_by_heart_stands_out_in_every_score(files: dict[str, str]) -> None:
    plan = planned(benchmark=files["used"], control=files["held"])
    assert (plan[0].items, plan[0].tokens, plan[0].max_tokens) == (160, 0, 0)
    assert plan[0].reads
    found = result_of(plan, lambda one: scored(one, leaked(one.item)))
    assert isinstance(found, FamiliarityResult)
    for one in found.detectors:
        assert one.area is not None
        assert one.area > 0.9
        assert one.listed
        assert one.smallest_p_value is not None
        assert one.smallest_p_value >= 1 / 41
    assert found.detectors[3].falling is not None
    assert found.detectors[3].falling > 0.9
    [headline] = headlines({ID: found})
    assert headline.value == "advice"
    assert "40 control items" in headline.detail
    assert "operator’s word" in caveats({ID: found}, **SEEN)[-1]


def test_an_honest_model_shows_nothing(files: dict[str, str]) -> None:
    found = result_of(planned(benchmark=files["used"], control=files["held"]), lambda one: scored(one, 0.0))
    assert isinstance(found, FamiliarityResult)
    assert all(one.area_lower is not None and one.area_lower < 0.5 for one in found.detectors)
    assert sum(len(one.listed or ()) for one in found.detectors) <= 4


def test_without_a_control_there_are_scores_and_no_p_value(files: dict[str, str]) -> None:
    found = result_of(planned(benchmark=files["used"], first=20), lambda one: scored(one, 0.0))
    assert isinstance(found, FamiliarityResult)
    document = json.dumps(found.document())
    assert found.items == 20
    assert not any(word in document for word in ("area", "PValue", "listed", "ontrolSha256", "controlCounts"))
    [headline] = headlines({ID: found})
    assert headline.detail.count("no p-value without a control") == 4


def test_without_moments_that_detector_alone_is_not_run(files: dict[str, str]) -> None:
    plan = planned(benchmark=files["used"], control=files["held"])
    found = result_of(plan, lambda one: scored(one, 0.0, moments=False))
    assert isinstance(found, FamiliarityResult)
    assert [bool(one.not_run) for one in found.detectors] == [False, True, False, False]
    assert "hf engine" in str(found.detectors[1].not_run)
    alone = result_of(
        planned(benchmark=files["used"], detectors=["min-k-plus"]), lambda one: scored(one, 0, moments=False)
    )
    assert isinstance(alone, NotRun)


def test_an_engine_that_scores_nothing_gives_no_result(files: dict[str, str]) -> None:
    found = result_of(planned(benchmark=files["used"]), lambda one: scored(one, 0.0, failed=True))
    assert isinstance(found, NotRun)
    assert "no log-probability" in found.reason


def test_a_second_answer_like_the_first_is_familiar(files: dict[str, str]) -> None:
    plan = planned(benchmark=files["used"], control=files["held"], detectors=["self-critique"], max_tokens=64)
    assert (plan[0].items, plan[0].calls, plan[0].reads) == (80, 160, None)

    def say(one: Question) -> list[Completion]:
        again = "first add both then say it" if one.item.startswith("item") else "count the pens one by one"
        return [completion(one, "first add both then say it"), completion(one, again, turn=1)]

    found = result_of(plan, say)
    assert isinstance(found, FamiliarityResult)
    assert (found.detectors[0].median, found.detectors[0].control_median, found.detectors[0].area) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "given",
    [
        {"detectors": ["self-critique", "zlib"]},
        {"detectors": []},
        {"detectors": ["zlib", "zlib"]},
        {"detectors": ["loss"]},
        {"max_tokens": 64},
        {"first": 9},
        {"neighbours": 0},
        {"false_share": 1},
    ],
)
def test_parameters_that_mean_nothing_are_refused(files: dict[str, str], given: dict[str, Any]) -> None:
    with pytest.raises(CertifyError):
        planned(benchmark=files["used"], **given)


def test_a_control_that_shares_texts_or_is_too_small_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(CertifyError, match="CERT-E045"):
        planned(benchmark=files["used"], control=files["used"])
    lines = Path(files["used"]).read_text().splitlines(keepends=True)
    held = Path(files["held"])
    held.write_text(held.read_text() + lines[0])
    with pytest.raises(CertifyError, match="1 of its texts stand in the control"):
        planned(benchmark=files["used"], control=files["held"])
    held.write_text("".join(lines[:9]))
    with pytest.raises(CertifyError, match="fewer than 10 items"):
        planned(benchmark=files["used"], control=files["held"])


def test_texts_that_are_only_read_are_no_answers_to_measure(files: dict[str, str]) -> None:
    asked = [{"id": ID, "with": {"benchmark": files["used"]}}, {"id": "concision", "with": {"reads": [ID]}}]
    with pytest.raises(CertifyError, match="asks nothing"):
        planned_checks([CheckRequest.model_validate(one) for one in asked])


def test_either_file_is_pinned(files: dict[str, str]) -> None:
    plan = planned(benchmark=files["used"], control=files["held"])
    assert set(plan[0].parameters["sha256"]) == set(files.values())
    held = Path(files["held"])
    held.write_text(held.read_text() + "\n")
    with pytest.raises(CertifyError, match="CERT-E101"):
        planned_sources(plan)


@pytest.mark.parametrize(
    "lie",
    [
        {"area": 0.1},
        {"area_upper": 0.6},
        {"smallest_p_value": 0.9},
        {"listed": (41,)},
        {"scored": 39},
        {"counts": (40,)},
    ],
)
def test_numbers_that_the_counts_do_not_give_are_refused(files: dict[str, str], lie: dict[str, Any]) -> None:
    plan = planned(benchmark=files["used"], control=files["held"], detectors=["zlib"])
    found = result_of(plan, lambda one: scored(one, leaked(one.item)))
    assert isinstance(found, FamiliarityResult)
    told = found.model_copy(update={"detectors": (found.detectors[0].model_copy(update=lie),)})
    with pytest.raises(CertifyError, match="CERT-E090"):
        check_familiarity(plan[0], told)


def test_scores_are_those_of_their_sources_and_total() -> None:
    question = Question(
        check=ID, item="x", group="g", text="", gold="", verifier="given", max_tokens=0, raw=True, given="a b"
    )
    made = completion(question, "a b", token_ids=tuple(range(10)), logprobs=tuple(map(float, range(-10, 0))))
    assert min_k(made) == -9.5
    moments = made.model_copy(update={"moments": tuple((-5.0, 2.0) for _ in range(10))})
    assert (min_k_plus(made), min_k_plus(moments)) == (None, -2.25)
    assert contextual_fall(made, made) == 0.0
    assert likeness("a b c d", "A b  c e") == 0.5
    assert likeness("", "") == 0.0
    wild = made.model_copy(update={"logprobs": (-1e308,) * 10, "moments": ((-1e308, 1e-300),) * 10})
    assert all(isinstance(one, float) for one in (min_k(wild), min_k_plus(wild), zlib_ratio(wild)))
    empty = made.model_copy(update={"token_ids": (), "logprobs": (), "moments": None})
    assert (min_k(empty), zlib_ratio(empty), contextual_fall(empty, made)) == (None, None, None)
