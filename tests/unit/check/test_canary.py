"""Planted items: made from a secret alone, refused where they are not, asked, and recalled or not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.canary_files import CanaryKey
from certify.check.canary_making import judged_canary, make_items
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.answers import FinishReason, Outcome, Question
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.canaries import GUESS, CanaryKind, CanaryResult
from certify.evidence.results.detection import DetectionVerdict
from certify.statistics import guessing_p_value
from certify.verify.canary_counts import check_canaries
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines
from tests.unit.check.conftest import SEED, completion
from tests.unit.verify.test_first_page import SEEN

SECRET = bytes(range(32))
ID = "canary:ward"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CanaryKey]:
    """Writes a key file into the folder of private sets."""
    monkeypatch.setenv("CERTIFY_PRIVATE_SETS", str(tmp_path))

    def write(kind: CanaryKind = CanaryKind.CANARY, count: int = 12) -> CanaryKey:
        key = CanaryKey.of(kind, SECRET, count)
        (tmp_path / "ward.canaries.json").write_bytes(key.to_bytes())
        return key

    return write


def planned(**given: object) -> tuple[PlannedCheck, ...]:
    return planned_checks([CheckRequest.model_validate({"id": ID, "with": {"name": "ward", **given}})])


def result_of(plan: tuple[PlannedCheck, ...], say: Callable[[Question], str | None]) -> CanaryResult:
    """The result of a model that says this to each question; None stands for an answer that was cut off."""
    sources = planned_sources(plan)
    questions = all_questions(plan, sources, SEED)
    answers = [
        completion(one, text or "", finish_reason=FinishReason.LENGTH if text is None else FinishReason.STOP)
        for one in questions
        for text in [say(one)]
    ]
    records = judge(questions, answers, None, samples=samples_of(plan))
    scored = score_all(plan, questions, records, sources)
    found = scored.results[ID]
    assert isinstance(found, CanaryResult)
    check_canaries(plan[0], found)
    return found


def test_items_are_those_of_their_secret_and_no_text_tells_its_answer() -> None:
    for kind in CanaryKind:
        made = make_items(kind, SECRET, 200)
        assert made[:7] == make_items(kind, SECRET, 7)
        assert len({one.text for one in made}) == 200
        assert not {one.text for one in made} & {one.text for one in make_items(kind, bytes(32), 200)}
        assert all(len(set(one.choices)) == (10 if kind is CanaryKind.DYE else 0) for one in made)
    with pytest.raises(ValueError, match="1 to 1000"):
        make_items(CanaryKind.DYE, SECRET, 0)


def test_answers_are_as_likely_as_stated() -> None:
    answers = [int(one.answer) for one in make_items(CanaryKind.CANARY, SECRET, 1000)]
    assert all(40 < sum(answer % 10 == digit for answer in answers) < 160 for digit in range(10))
    letters = [one.answer for one in make_items(CanaryKind.DYE, SECRET, 1000)]
    assert all(40 < letters.count(letter) < 160 for letter in "ABCDEFGHIJ")
    assert set(letters) == set("ABCDEFGHIJ")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (" 0042.", True),
        ("0042, and 7777", True),
        (' "0042"', True),
        ("00421", False),
        ("42", False),
        ("7777 or 0042", False),
        ("the number 0042", False),
        ("٠٠٤٢", False),
        ("", False),
        ("\ud83d" * 3 + "0042", False),
    ],
)
def test_one_answer_is_one_guess(text: str, right: bool) -> None:
    question = Question(
        check=ID, item="1", group="g", text="It is", gold="0042", verifier="canary", max_tokens=16, raw=True
    )
    found = judged_canary(question, completion(question, text, finish_reason=FinishReason.LENGTH))
    assert found.outcome is (Outcome.CORRECT if right else Outcome.WRONG)


@pytest.mark.parametrize(
    ("kind", "count", "recalled", "word"),
    [
        (CanaryKind.CANARY, 12, 6, DetectionVerdict.DETECTED),
        (CanaryKind.CANARY, 12, 1, DetectionVerdict.DETECTED),
        (CanaryKind.CANARY, 12, 0, DetectionVerdict.NO_EVIDENCE),
        (CanaryKind.DYE, 21, 21, DetectionVerdict.DETECTED),
        (CanaryKind.DYE, 21, 3, DetectionVerdict.NO_EVIDENCE),
    ],
)
def test_what_is_recalled_decides(plant, kind: CanaryKind, count: int, recalled: int, word: DetectionVerdict) -> None:
    plant(kind, count)
    plan = planned()
    assert (plan[0].items, plan[0].samples) == (count, 1)
    found = result_of(plan, lambda one: one.gold if int(one.item[-4:]) <= recalled else _other(one))
    assert (found.hits, found.trials, found.verdict) == (recalled, count, word)
    assert found.p_value == guessing_p_value(recalled, count, GUESS[kind])
    *_, headline = headlines({ID: found})
    assert headline.value == f"{recalled} of {count}"
    assert ("detected" if word is DetectionVerdict.DETECTED else "no evidence of") in headline.detail
    assert "operator’s word" in caveats({ID: found}, **SEEN)[-1]


def _other(question: Question) -> str:
    return "1234" if question.raw else "B" if question.gold != "B" else "C"


def test_too_few_items_are_not_asked_and_the_number_that_would_do_is_told(plant) -> None:
    plant(CanaryKind.DYE, 9)
    plan = planned()
    assert plan[0].items == plan[0].tokens == 0
    found = result_of(plan, str)
    assert (found.verdict, found.p_value, found.needed, found.outcomes) == ("insufficient", None, 12, None)
    *_, headline = headlines({ID: found})
    assert headline.value == "not asked"
    assert "12 items would be enough" in headline.detail
    plant(CanaryKind.DYE, 40)
    hopeless = result_of(planned(power_against=0.1), str)
    assert (hopeless.verdict, hopeless.needed) == ("insufficient", None)


def test_answers_that_did_not_end_are_no_trials_and_weaken_the_power(plant) -> None:
    plant(CanaryKind.DYE, 21)
    found = result_of(planned(), lambda one: None if int(one.item[-4:]) > 10 else _other(one))
    assert (found.trials, found.hits, found.verdict, found.needed) == (10, 0, "insufficient", 12)


def test_guessing_models_are_accused_no_more_often_than_planned(plant) -> None:
    plant(CanaryKind.DYE, 21)
    plan, draw, accused = planned(alpha=0.1), random.Random(3), 0
    [size] = {one.items for one in plan}
    for _ in range(2000):
        hits = sum(draw.random() < GUESS[CanaryKind.DYE] for _ in range(size))
        accused += guessing_p_value(hits, size, GUESS[CanaryKind.DYE]) <= 0.1
    assert accused <= 240


def test_nothing_private_is_public_and_sentences_are_asked_bare(plant) -> None:
    key = plant()
    plan = planned()
    questions = all_questions(plan, planned_sources(plan), SEED)
    assert [(one.text, one.gold, one.raw) for one in questions] == [(one.text, one.answer, True) for one in key.items]
    found = result_of(plan, lambda one: one.gold)
    public = json.dumps([plan[0].document(), found.document(), [one.document() for one in headlines({ID: found})]])
    assert key.secret not in public
    assert not any(one.text in public for one in key.items)


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "0" * 64},
        {"kind": "dye"},
        {"items": []},
        {"items": [{"text": "It is", "answer": "1"}]},
        {"more": 1},
        {"secret": "short"},
        {"schema": "certify/canaries/v2"},
    ],
)
def test_a_key_file_whose_answers_are_not_its_secrets_is_refused(plant, tmp_path: Path, change) -> None:
    document = plant().document()
    (tmp_path / "ward.canaries.json").write_text(json.dumps({**document, **change}))
    with pytest.raises(CertifyError) as caught:
        planned()
    assert caught.value.code == "CERT-E490"
    told = f"{caught.value.what} {caught.value.why} {caught.value.hint}"
    assert not any(one["answer"] in told.split() or one["text"] in told for one in document["items"])


def test_a_key_file_that_is_away_or_another_one_is_refused(plant, tmp_path: Path) -> None:
    plant()
    plan = planned()
    plant(count=13)
    with pytest.raises(CertifyError, match="CERT-E101"):
        planned_sources(plan)
    (tmp_path / "ward.canaries.json").write_bytes(b"\xff{")
    with pytest.raises(CertifyError, match="CERT-E490"):
        planned()
    (tmp_path / "ward.canaries.json").unlink()
    with pytest.raises(CertifyError, match="CERT-E476"):
        planned()


@pytest.mark.parametrize(
    "lie", [{"p_value": 0.5}, {"hits": 5}, {"power": 0.99}, {"guess": 0.01}, {"needed": 3}, {"planted": 13}]
)
def test_a_result_that_its_counts_do_not_give_is_refused(plant, lie: dict[str, object]) -> None:
    plant()
    plan = planned()
    found = result_of(plan, _other)
    with pytest.raises(CertifyError, match="CERT-E090"):
        check_canaries(plan[0], found.model_copy(update=lie))
