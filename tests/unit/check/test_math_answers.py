"""What counts as the same mathematics, and that no answer can hold up or break the process that judges."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.judgements import judged
from certify.check.math_answers import is_light, same_mathematics
from certify.check.verifiers import same_choice, verify
from certify.errors import InternalError
from certify.evidence.answers import Completion, FinishReason, Outcome, Question

pytest.importorskip("math_verify", reason="math-verify is not installed")

ROOTS = "\\frac{-1+\\sqrt{17}}{2}, \\frac{-1-\\sqrt{17}}{2}"


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("\\frac{1}{576}", "1/576"),
        ("\\frac{1}{576}", "$\\dfrac{1}{576}$"),
        ("1-\\frac{2}{\\pi}", "\\frac{\\pi-2}{\\pi}"),
        (ROOTS, "\\frac{-1 \\pm \\sqrt{17}}{2}"),
        (ROOTS, "\\frac{-1-\\sqrt{17}}{2}, \\frac{-1+\\sqrt{17}}{2}"),
        ("2^{25} \\cdot 26!", "2^{26} \\cdot 26! / 2"),
        ("\\sqrt{23}-2 \\sqrt{3}", "-2\\sqrt3+\\sqrt{23}"),
        ("\\left(3,\\frac{\\pi}{2}\\right)", "(3, \\pi/2)"),
        ("025", "25"),
        ("104", "\\frac{208}{2}"),
        ("1000", "1 000"),
        ("70", "x = 70"),
        ("\\text{Evelyn}", "evelyn"),
        ("p - q", "p-q"),
    ],
)
def test_the_same_written_otherwise_is_right(gold: str, answer: str) -> None:
    assert verify("math", answer, gold)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        (ROOTS, "\\frac{-1-\\sqrt{17}}{2}"),
        ("(1,2)", "(2,1)"),
        ("4", "5 or 4"),
        ("4", "x=5, x=4"),
        ("15", "1 2 3 4 5"),
        ("120", "1 2 3 4 5"),
        ("east", "seat"),
        ("4", "a sentence with 4 in it"),
        ("2", "2.0000001"),
        ("4", ""),
    ],
)
def test_something_else_is_wrong(gold: str, answer: str) -> None:
    assert not verify("math", answer, gold)


@pytest.mark.parametrize(
    "answer",
    [
        "9^{9^{9^9}}",
        "((9^{9000})^{9000})^{9000}",
        "9**9**9**9",
        "(10000000)!",
        "((9!)!)!",
        "\\binom{1000000000}{500000000}",
        "\\sum_{i=1}^{10000000000} i",
        "9" * 380,
        "(" * 390,
        "\\frac" * 79,
        "1+" * 190 + "1",
        "2^{" * 60,
        "\\left" * 60,
        "\x00\ud83d",
    ],
)
def test_no_answer_holds_up_the_judge(answer: str) -> None:
    started = time.monotonic()
    assert not verify("math", answer, "7")
    assert time.monotonic() - started < 25


@pytest.mark.parametrize("text", ["2^{25} \\cdot 26!", "x^2+1", "90^\\circ", "e^{i\\pi}", "3^{-2}", "2^{\\frac{1}{2}}"])
def test_ordinary_answers_are_worked_out(text: str) -> None:
    assert is_light(text)


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789+-*/^!(){}\\,.=<>xfracsqrt $%", max_size=24))
def test_any_text_gives_yes_or_no(answer: str) -> None:
    assert verify("math", answer, "\\frac{3}{7}") in (True, False)


def test_a_thread_is_refused_because_the_time_limit_would_not_hold() -> None:
    caught: list[BaseException] = []

    def compare() -> None:
        try:
            same_mathematics("1/2", "\\frac{1}{3}")
        except InternalError as error:
            caught.append(error)

    thread = threading.Thread(target=compare)
    thread.start()
    thread.join()
    assert len(caught) == 1


@pytest.mark.parametrize("answer", ["C", "(C)", "c", "C)", "C. Paris", "option C", "**C**", "Ｃ"])
def test_a_choice_is_its_letter(answer: str) -> None:
    assert same_choice(answer, "C")


@pytest.mark.parametrize("answer", ["B", "C and D", "Cat", "A, C", "", "3", "ABCD"])
def test_another_choice_or_several_are_wrong(answer: str) -> None:
    assert not same_choice(answer, "C")


def completion(text: str, finish: FinishReason = FinishReason.STOP) -> Completion:
    return Completion(
        check="static-benchmark",
        item="1",
        repeat=0,
        seed="1",
        prompt_sha256="0" * 64,
        text=text,
        finish_reason=finish,
        token_ids=(1, 2),
        prompt_tokens=3,
    )


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("so \\boxed{5}, no: \\boxed{\\frac{1}{576}}", Outcome.CORRECT),
        ("first \\boxed{\\frac{1}{576}}, then \\boxed{5}", Outcome.WRONG),
        ("the answer is 1/576", Outcome.CORRECT),
        ("I think it has to do with 576", Outcome.WRONG),
        ("", Outcome.NO_ANSWER),
    ],
)
def test_the_last_box_is_cut_out_before_anything_is_compared(text: str, outcome: Outcome) -> None:
    question = Question(
        check="static-benchmark",
        item="1",
        group="hmmt25",
        text="?",
        gold="\\frac{1}{576}",
        verifier="math",
        max_tokens=64,
    )
    assert judged(question, completion(text), None, chat=True).outcome is outcome


def test_what_was_cut_off_is_not_searched_for_numbers() -> None:
    question = Question(
        check="static-benchmark", item="1", group="x", text="?", gold="070", verifier="math", max_tokens=64
    )
    assert judged(question, completion("so 70 and", FinishReason.LENGTH), None, chat=True).outcome is Outcome.TRUNCATED
    assert judged(question, completion("it has 70 ways."), None, chat=True).outcome is Outcome.CORRECT
