"""Published problems completed from their beginning: who is detected, who is not, and when nothing is asked."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.continuations import (
    MOST_WORDS,
    cut,
    is_exact,
    is_near,
    shared_ending,
    without_ending,
    words,
    writable,
)
from certify.decide.form import CheckRequest
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import FinishReason, Outcome, Question
from certify.evidence.results import PrefixCompletionResult
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.completeness import _check_result
from certify.verify.words.completions import completion_caveats
from certify.verify.words.headlines import headlines

from .conftest import compared, spoken

SEED = bytes(range(32))
Knows = Callable[[Question], bool]


def text_of(side: str, number: int) -> str:
    return f"{spoken(side, number, 25)}?"


def rows_of(side: str, count: int) -> list[dict[str, Any]]:
    return [{"question": text_of(side, number), "answer": str(number)} for number in range(count)]


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    return lambda published=120, newer=120, **given: {
        **compared(tmp_path, rows_of("old", published), rows_of("new", newer)),
        **given,
    }


def planned_with(given: dict[str, Any], check: str = "prefix-completion"):
    planned = planned_checks([CheckRequest.model_validate({"id": check, "with": given})])
    sources = planned_sources(planned)
    return planned, sources, all_questions(planned, sources, SEED)


def found(given: dict[str, Any], complete, says: Callable[[Question], str]) -> PrefixCompletionResult:
    planned, sources, questions = planned_with(given)
    answers = [complete(question, says(question)) for question in questions]
    records = judge(questions, answers, None, samples=samples_of(planned))
    return score_all(planned, questions, records, sources).results["prefix-completion"]  # type: ignore[return-value]


def knowing(which: Knows) -> Callable[[Question], str]:
    return lambda question: f"{question.gold} Answer: 7" if which(question) else " I do not know how it goes on."


def number_of(question: Question) -> int:
    return int(question.item.rpartition("-")[2])


@pytest.mark.parametrize(
    ("which", "word", "hits"),
    [
        (
            lambda question: question.group == "published" and number_of(question) <= 18,
            DetectionVerdict.DETECTED,
            (18, 0),
        ),
        (lambda question: False, DetectionVerdict.NO_EVIDENCE, (0, 0)),
        (lambda question: True, DetectionVerdict.INSUFFICIENT, (120, 120)),
    ],
    ids=["a few known", "none known", "everything guessed"],
)
def test_only_what_is_known_of_published_items_alone_is_detected(files, complete, which: Knows, word, hits) -> None:
    result = found(files(), complete, knowing(which))
    assert result.verdict is word
    assert (result.published.near, result.newer.near) == hits == (result.published.exact, result.newer.exact)
    assert result.control_released == "2026-08"
    assert result.needed is None


FORGED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"p_value": 0.0001}, "another p-value"),
    ({"power": 0.9999}, "another power"),
    ({"needed": 120}, "another power"),
    ({"published": {"near": 40}}, "counts other hits"),
    ({"newer": {"items": 130}}, "asks other items"),
    ({"newer": {"items": 1200}}, "more items than it may"),
    ({"newer": {"exact": 50}}, "word for word than nearly so"),
    ({"control_sha256": "0" * 64}, "about other items"),
    ({"share": 0.5}, "other beginnings"),
    ({"before": "x"}, "other beginnings"),
    ({"alpha": 0.0}, "a level that is none"),
    ({"tests": 10**400}, "a level that is none"),
)


def test_a_reader_recounts_the_test_and_its_power(files, complete) -> None:
    given = files(110, 110)
    planned, _, _ = planned_with(given)
    result = found(given, complete, knowing(lambda question: question.item.endswith("7")))
    _check_result(planned[0], result)
    for changes, told in FORGED:
        sides = {name: value for name, value in changes.items() if isinstance(value, dict)}
        forged = {name: getattr(result, name).model_copy(update=value) for name, value in sides.items()}
        with pytest.raises(HostileInput, match=told):
            _check_result(planned[0], result.model_copy(update={**changes, **forged}))


def test_page_one_tells_what_was_found_and_what_could_have_been(files, complete) -> None:
    name = "prefix-completion:old"
    result = found(files(), complete, knowing(lambda question: False))
    (_, line) = headlines({name: result})
    assert (line.name, line.value) == ("Published problems known by heart (old)", "no evidence")
    assert line.detail == (
        "completes 0 of 120 published problems nearly word for word from their first 60 %, and 0 of 120 released since "
        "2026-08; no evidence of problems known by heart, at power 0.87 against 10.00 % known by heart; p = 1.0000"
    )
    (_, line) = headlines({name: found(files(30, 30), complete, lambda question: "")})
    assert line.value == "insufficient"
    assert line.detail.startswith("not asked: 30 published and 30 released since 2026-08 are too few; power ")
    assert line.detail.endswith(", 110 on each side would do")
    dated, *_ = [one for one in completion_caveats({name: result}) if "2026-08" in one]
    assert dated.endswith("is the word of whoever names them.")


def test_the_model_is_given_a_beginning_as_it_stands_and_no_more_tokens_than_the_rest_has_bytes(files) -> None:
    _, _, questions = planned_with(files(before="Question: "))
    assert len(questions) == 240
    first = questions[0]
    assert first.continued is True
    whole = {f"Question: {text_of(side, number)}" for side in ("old", "new") for number in range(120)}
    assert {question.text + question.gold for question in questions} == whole
    assert all(question.max_tokens == len(question.gold.encode()) for question in questions)


@pytest.mark.parametrize(
    ("before", "told"),
    [("Question: ", "60 %, and"), ("", "60 % with nothing before it, and"), ("Ode: ", "60 % behind words of the plan")],
)
def test_page_one_tells_an_unusual_form(files, complete, before: str, told: str) -> None:
    given = files(before=before)
    result = found(given, complete, knowing(lambda question: False))
    _check_result(planned_with(given)[0][0], result)
    assert told in headlines({"prefix-completion": result})[1].detail


def test_nothing_is_compared_that_the_planned_tokens_may_not_suffice_for(files, complete) -> None:
    _, _, questions = planned_with(files(max_tokens=48))
    assert all(len(question.gold.encode()) == question.max_tokens <= 48 for question in questions)
    assert len({question.gold for question in questions}) == 240
    few = found(files(max_tokens=16), complete, lambda question: "")
    assert (few.verdict, few.published.items) == (DetectionVerdict.INSUFFICIENT, 0)


def test_a_model_that_writes_nothing_shows_nothing(files, complete) -> None:
    result = found(files(), complete, lambda question: "")
    assert (result.verdict, result.power) == (DetectionVerdict.INSUFFICIENT, 0.0)


@pytest.mark.parametrize(("published", "newer", "needed"), [(30, 120, 110), (120, 99, 110)])
def test_too_few_items_are_not_asked_and_the_number_that_would_do_is_told(
    files, complete, published: int, newer: int, needed: int
) -> None:
    planned, _, questions = planned_with(files(published, newer))
    assert (planned[0].items, questions) == (0, ())
    result = found(files(published, newer), complete, lambda question: "")
    assert (result.verdict, result.p_value, result.needed) == (DetectionVerdict.INSUFFICIENT, None, needed)
    assert (result.published.items, result.newer.items) == (published, newer)
    assert len(planned_with(files(needed, needed))[2]) == 2 * needed


def test_short_items_and_repeated_ones_are_left_out_and_counted(files, complete, tmp_path: Path) -> None:
    given = files()
    texts = ["Two and two make how many?", text_of("old", 3), text_of("old", 4).upper()]
    with Path(given["benchmark"]).open("a") as file:
        file.writelines(
            json.dumps({"id": f"s{number}", "question": text, "answer": "4"}) + "\n"
            for number, text in enumerate(texts)
        )
    result = found(given, complete, lambda question: "")
    assert (result.published.items, result.published.left_out, result.newer.left_out) == (120, 3, 0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"control_released": None}, "since when the items of its control have been public"),
        ({"control": "starter-200", "control_released": "2020-01"}, "the catalogue says 2026-11-23"),
        (
            {"benchmark": "starter-200", "control": "starter-200", "control_released": None},
            "the published items of 2026-11-23",
        ),
    ],
)
def test_a_control_that_is_none_is_refused(files, changes: dict[str, Any], told: str) -> None:
    given = {name: value for name, value in {**files(), **changes}.items() if value is not None}
    with pytest.raises(UsageError, match=told):
        planned_with(given)


def test_a_known_file_is_of_its_own_day_under_any_name(files) -> None:
    given = files()
    known = Path(__file__).parents[3] / "policies" / "benchmarks" / "starter-200.jsonl"
    Path(given["control"]).write_bytes(known.read_bytes())
    with pytest.raises(UsageError, match="the catalogue says 2026-11-23 of its control, not 2026-08"):
        planned_with(given)


def test_an_item_on_both_sides_is_refused(files) -> None:
    given = files()
    with Path(given["control"]).open("a") as file:
        file.write(json.dumps({"id": "copy", "question": f" {text_of('old', 7).upper()}!", "answer": "7"}) + "\n")
    with pytest.raises(UsageError, match="item copy of its control is a published one"):
        planned_with(given)


def test_files_of_both_sides_are_pinned(files) -> None:
    given = files()
    planned, _, _ = planned_with(given)
    assert sorted(planned[0].parameters["sha256"]) == sorted([given["benchmark"], given["control"]])
    Path(given["control"]).write_text(Path(given["control"]).read_text().replace("amber", "azure"))
    with pytest.raises(Exception, match="not the file that was agreed on"):
        planned_sources(planned)


def test_fresh_twins_are_as_many_as_a_control_needs_and_none_is_published(complete) -> None:
    given = {"benchmark": "starter-200", "control": "fresh", "before": "", "power_against": 0.5}
    planned, sources, questions = planned_with(given)
    published = [one for one in questions if one.group == "published"]
    newer = [one for one in questions if one.group == "newer"]
    assert len(newer) == 2 * len(published) >= 100
    known = {item.question for item in sources.benchmarks["starter-200"].items}
    assert {one.text + one.gold for one in published} <= known
    assert not {one.text + one.gold for one in newer} & known
    assert len({one.text + one.gold for one in newer}) == len(newer)
    assert questions == all_questions(planned, sources, SEED) != all_questions(planned, sources, bytes(32))


def test_an_engine_that_cannot_go_on_with_a_text_leaves_no_result(files, complete) -> None:
    planned, sources, questions = planned_with(files())
    answers = [complete(one, "", finish_reason=FinishReason.ERROR, token_ids=(), prompt_tokens=0) for one in questions]
    records = judge(questions, answers, None, samples=samples_of(planned))
    scored = score_all(planned, questions, records, sources, context_length=4096)
    assert not scored.results
    assert "the engine failed on 240 of 240 answers" in scored.not_run[0].reason


def test_what_a_model_writes_is_judged_whole_and_bounded(files, complete) -> None:
    planned, _, questions = planned_with(files())
    texts = ["", "\x00" * 50, "x" * 100_000, "a " * 50_000, "\ufdfa" * 1000]
    answers = [complete(one, texts[place % len(texts)]) for place, one in enumerate(questions)]
    records = judge(questions, answers, None, samples=samples_of(planned))
    assert {one.outcome for one in records} == {Outcome.WRONG, Outcome.NO_ANSWER}
    assert all(len(one.answer or "") <= 1000 for one in records)


def test_an_instruction_under_every_problem_is_no_part_of_it(files) -> None:
    given = files()
    told = " Let us think, and answer in a box."
    rows = [row | {"question": row["question"] + told} for row in rows_of("old", 120)]
    Path(given["benchmark"]).write_text("".join(json.dumps(row) + "\n" for row in rows))
    _, _, questions = planned_with(given)
    whole = {one.text + one.gold for one in questions}
    assert whole == {f"Question: {text_of(side, number)}" for side in ("old", "new") for number in range(120)}


@given(st.lists(st.text("ab ", max_size=8), min_size=2, max_size=4), st.text("ab ", max_size=8))
def test_an_ending_is_shared_by_all(texts: list[str], ending: str) -> None:
    shared = shared_ending([f"{text} {ending}" for text in texts])
    assert len(shared) >= len(ending.split())
    assert all(tuple(f"{text} {ending}".split()[-len(shared) :]) == shared for text in texts if shared)
    assert shared_ending(texts[:1]) == ()
    assert without_ending("one two", ["two"]) == "one"
    assert without_ending("two", ["two"]) == "two"


@given(st.text(max_size=60), st.integers(0, 200))
def test_what_can_be_written_is_the_beginning_in_whole_pieces(rest: str, most: int) -> None:
    kept = writable(rest, most)
    assert rest.startswith(kept)
    assert len(kept.encode()) <= most
    assert kept.split() == rest.split()[: len(kept.split())]
    assert writable(kept, most) == kept
    assert writable(rest, len(rest.encode())).split() == rest.split()


@settings(max_examples=30)
@given(st.text(max_size=200), st.floats(0.2, 0.9))
def test_a_text_is_cut_without_a_loss(text: str, share: float) -> None:
    start, rest = cut(text, share)
    assert (start + rest).strip() == text.strip()
    assert not rest or rest[0].isspace() or not start
    assert len(words(text)) <= MOST_WORDS


@settings(max_examples=50)
@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=60))
def test_exact_is_near_and_near_holds_nine_in_ten_words(wanted: Sequence[str], written: Sequence[str]) -> None:
    assert not is_exact(wanted, written) or is_near(wanted, written)
    assert is_near(wanted, [*wanted, *written]) == is_exact(wanted, [*wanted, *written]) == bool(wanted)
    assert not is_near(wanted, ["z"] * (len(wanted) // 10 + 1) + list(wanted)[len(wanted) // 10 + 1 :])
    changed = list(wanted)
    changed[: len(wanted) // 10] = ["z"] * (len(wanted) // 10)
    assert is_near(wanted, changed) == bool(wanted)
