"""Numbers where a comma begins the decimals: one value or none, never another one in silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.check import all_questions, judge, planned_checks, planned_sources
from certify.check.decimal_comma import number_with_point, with_point, writes_comma
from certify.decide.form import CheckRequest
from certify.errors import UsageError
from certify.evidence.answers import Completion, Outcome, Question

SEED = bytes(32)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0,5", "0.5"),
        ("0.5", "0.5"),
        ("0,50", "0.5"),
        ("5,0", "5"),
        ("-0,5", "-0.5"),
        ("0{,}5", "0.5"),
        ("0,125", "0.125"),
        ("1,2345", "1.2345"),
        ("1.000", "1000"),
        ("1.234.567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1234,5", "1234.5"),
        ("0.125", "0.125"),
        ("1,000", None),
        ("1,234,567", None),
        ("1,234.5", None),
        ("1,2,3", None),
        ("1.2.3", None),
        ("24.12.2025", None),
    ],
)
def test_a_number_is_read_as_one_value_or_not_at_all(written: str, value: str | None) -> None:
    assert with_point(written) == value
    assert number_with_point(written) == value


def test_numbers_inside_an_answer_are_read_where_they_stand() -> None:
    assert with_point("x = 0,5 mg") == "x = 0.5 mg"
    assert with_point("0,5 oder 1,000") is None
    assert [number_with_point(text) for text in ("0,5 mg", "", "--5", "1/2", "fünf")] == [None] * 5
    assert with_point("7" * 5_000) is None


@given(st.text(alphabet="0123456789.,{}-+ x", max_size=40))
def test_any_text_is_read_without_an_error_and_keeps_no_comma_between_digits(text: str) -> None:
    found = with_point(text)
    assert found is None or not any(
        found[place] == "," and found[place - 1 : place + 2 : 2].isdecimal() for place in range(1, len(found) - 1)
    )


@pytest.mark.parametrize(
    ("languages", "comma"),
    [
        (["de"], True),
        (["de-AT", "fr"], True),
        (["de", "en"], False),
        (["en"], False),
        (["de-CH"], False),
        (["es-MX"], False),
        ([], False),
    ],
)
def test_one_language_with_a_point_leaves_nothing_assumed(languages: list[str], comma: bool) -> None:
    assert writes_comma(languages) is comma


def asked(folder: Path, golds: list[object], **given: object) -> tuple[Question, ...]:
    rows = [{"question": f"Dosis {n}?", "answer": gold} for n, gold in enumerate(golds)]
    (folder / "dosis.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    document = {"id": "private-set", "with": {"name": "dosis", "languages": ["de"], "max_tokens": 64, **given}}
    planned = planned_checks([CheckRequest.model_validate(document)])
    return all_questions(planned, planned_sources(planned), SEED)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CERTIFY_PRIVATE_SETS", str(tmp_path))
    return tmp_path


def test_right_answers_of_a_german_set_are_numbers_however_the_file_writes_them(folder: Path) -> None:
    golds = ["0,5", 0.5, "0,50", "5", 5, "1.234,5", "1000", "-0,5", "Ja", "1/2", "2,0", 7]
    found = asked(folder, golds)
    assert [one.gold for one in found] == [
        *("0.5", "0.5", "0.5", "5", "5", "1234.5", "1000", "-0.5", "Ja", "1/2", "2", "7")
    ]
    assert [one.verifier for one in found[:5]] == ["math", "math", "math", "integer", "integer"]
    assert [one.gold for one in found if one.decimal_comma is None] == ["Ja", "1/2"]
    assert next(one.gold for one in asked(folder, golds, languages=["de", "en"])) == "0,5"
    assert next(one.gold for one in asked(folder, golds, answers="text")) == "0,5"


@pytest.mark.parametrize("gold", ["1.000", "1,000", 1.125, "-12.500"])
def test_a_right_answer_that_could_be_two_numbers_is_refused_without_being_quoted(folder: Path, gold: object) -> None:
    with pytest.raises(UsageError) as caught:
        asked(folder, [*range(11), gold])
    assert caught.value.code == "CERT-E102"
    assert str(gold) not in str(caught.value)
    assert asked(folder, [*range(11), gold], answers="text")


@pytest.mark.parametrize(
    ("gold", "text", "right"),
    [
        ("5", "Das Ergebnis ist 0,5", False),
        ("0,5", "Das Ergebnis ist 0,5", True),
        ("0,5", "Das Ergebnis ist 0.5 mg.", True),
        ("0,5", "Das Ergebnis ist 5", False),
        ("0,5", "\\boxed{0{,}50}", True),
        ("1000", "Das Ergebnis ist 1.000", True),
        ("1000", "Das Ergebnis ist 1,000", False),
        ("1", "Das Ergebnis ist 1,000", False),
        ("1", "Das Ergebnis ist 1.000", False),
        ("1234,5", "Es sind 1.234,50 Euro", True),
        ("-0,5", "Das Ergebnis ist minus 0,5", True),
        ("15", "Das Ergebnis ist 1,5", False),
    ],
)
def test_german_answers(folder: Path, complete: Callable[..., Completion], gold: str, text: str, right: bool) -> None:
    questions = asked(folder, [gold, *range(11)])
    completions = [complete(one, text if one == questions[0] else "") for one in questions]
    found = judge(questions, completions, None, samples={"private-set": 1}, prompt_style="chat")
    [record] = [one for one in found if one.completion.item == questions[0].item]
    assert record.outcome is (Outcome.CORRECT if right else Outcome.WRONG)
