import time

import pytest

from certify.check.extraction import find_answer, last_boxed, last_json, repeats_itself
from certify.check.verifiers import verify
from certify.engines.reasoning import split_reasoning
from certify.evidence.model import ReasoningTags

THINK = ReasoningTags(open="<think>", close="</think>")
OPENED = ReasoningTags(open="<think>", close="</think>", opened_by_template=True)


@pytest.mark.parametrize(
    ("tags", "text", "answer"),
    [
        (None, " 42 ", "42"),
        (THINK, "<think>41</think> 42", "42"),
        (THINK, "42", "42"),
        (THINK, "a <think>b</think> c", "a \n c"),
        (THINK, "<think>1</think> <think>2</think> 42", "42"),
        (THINK, "<think>1</think> 42 </think>", "42"),
        (THINK, "1 and 2</think> 42", "42"),
        (THINK, "<think>1 </think>", ""),
        (OPENED, "1</think>42", "42"),
        (OPENED, "<think>1</think>42", "42"),
        (OPENED, "</think>42", "42"),
    ],
)
def test_reasoning_is_never_part_of_the_answer(tags, text, answer):
    assert split_reasoning(text, tags) == (answer, True)


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        (THINK, "<think>the answer is 42"),
        (THINK, "<think>"),
        (THINK, "<think>1</think> 41 <think> no, 42"),
        (OPENED, "the answer is 42"),
        (OPENED, ""),
    ],
)
def test_reasoning_that_never_closes_leaves_no_answer(tags, text):
    assert split_reasoning(text, tags) == ("", False)


NUMERIC = [
    ("42", "42"),
    (r"\boxed{42}", "42"),
    (r"So \boxed{5} no, \boxed{42}", "42"),
    (r"\boxed{42} is what I get from 7 times 6", "42"),
    (r"\boxed{\text{42 apples}}", "42"),
    (r"\boxed{1{,}042}", "1,042"),
    (r"\boxed{x = 42}", "42"),
    (r"\boxed{42", "42"),
    (r"\boxed{-42}", "-42"),
    (r"\boxed{\frac{4}{2}}", r"\frac{4}{2}"),
    (r"\boxed{\sqrt{42}}", r"\sqrt{42}"),
    (r"\boxed{minus 42}", "minus 42"),
    ('{"answer": 42}', "42"),
    ('first {"answer": 1} then {"answer": "42"}', "42"),
    ('{"steps": [1], "answer": 42} done', "42"),
    ("The answer is 42.", "42"),
    ("The answer is 42 because 6 * 7 are so many", "42"),
    ("**Answer:** 42", "42"),
    ("Final answer:\n42", "42"),
    ("answer = 6 * 7 = 42", "42"),
    ("The answer is 4, no: the answer is 42", "42"),
    ("... so 6 + 36\n#### 42", "42"),
    ("４２", "42"),
    ("$42", "42"),
    ("42 apples", "42"),
    ("6 times 7 makes 42 apples", "42"),
    ("1,042", "1,042"),
    ("The answer is negative 42.", "-42"),
    ("The answer is minus 42", "-42"),
    ("It makes negative 42", "-42"),
    ("The answer is 42/5", "42/5"),
    ("The answer is 42 / 5 of it", "42 / 5"),
    ("The answer is 42^2", "42^2"),
    ("It makes 5/42 in all", "5/42"),
    ("It makes 2^{42} ways", "2^{42}"),
    ("The answer is 42 (of 100)", "42"),
    ("The answer is 42, or 84/2", "42"),
    ("The answer is:\n- 42", "42"),
    ("\u0664\u0662", "42"),  # Arabic-Indic digits, as models write in Arabic
    ("\\boxed{\u06f4\u06f2}", "42"),
    ("\u0909\u0924\u094d\u0924\u0930 \u096a\u0968", "42"),
]


WHOLE = ["0,5", "1.234,5", "1,234.5", "1.000", "1,2,3", "1,00", "1,234,56", "0{,}5", "-0,5"]


@pytest.mark.parametrize("written", WHOLE)
@pytest.mark.parametrize("text", ["Das Ergebnis ist {}", "{} Tabletten", "The answer is {}.", "\\boxed{{{}}}"])
def test_digits_with_commas_and_points_are_never_cut_into_a_number(written, text):
    found = find_answer(text.format(written), numeric=True, chat=True, cut_off=False)
    assert found == written.replace("{,}", ",")


def test_the_end_of_a_decimal_is_not_the_right_answer():
    assert not verify("integer", "0,5", "5")
    assert not verify("math", "0,5", "5")
    assert not verify("math", "1,5", "15")


@pytest.mark.parametrize(("text", "answer"), NUMERIC)
@pytest.mark.parametrize("chat", [True, False])
def test_a_number_is_found_in_whatever_form(text, answer, chat):
    assert find_answer(text, numeric=True, chat=chat, cut_off=False) == answer


def test_a_chat_answer_is_at_the_end_and_a_completion_at_the_start():
    text = "3 + 4 = 7 at first\nand then 42 in all"
    assert find_answer(text, numeric=True, chat=True, cut_off=False) == "42"
    assert find_answer(text, numeric=True, chat=False, cut_off=False) == "7"
    assert find_answer("Monday\nTuesday", numeric=False, chat=True, cut_off=False) == "Tuesday"
    assert find_answer("Monday\nTuesday", numeric=False, chat=False, cut_off=False) == "Monday"


def test_a_list_of_candidates_is_not_one_number():
    assert find_answer("1, 2, 42", numeric=True, chat=True, cut_off=False) == "1, 2, 42"
    assert find_answer(r"\boxed{41, 42}", numeric=True, chat=True, cut_off=False) == "41, 42"


def test_bold_text_counts_in_a_chat():
    assert find_answer("It must be **Tuesday** then.", numeric=False, chat=True, cut_off=False) == "Tuesday"


@pytest.mark.parametrize("text", ["", "   ", "I cannot say", "\\boxed{}", "x" * 5000])
def test_text_without_a_number_gives_none(text):
    assert find_answer(text, numeric=True, chat=True, cut_off=False) is None


@pytest.mark.parametrize("text", ["the answer is 42", "so far 42", "42", "**42**", "Answer: 42\nbut let me check"])
def test_what_was_cut_off_is_not_taken_for_an_answer(text):
    assert find_answer(text, numeric=True, chat=True, cut_off=True) is None


def test_what_was_finished_before_the_cut_counts():
    assert find_answer("\\boxed{42} and moreover", numeric=True, chat=True, cut_off=True) == "42"
    assert find_answer("42\nQuest", numeric=True, chat=False, cut_off=True) == "42"
    assert find_answer("42", numeric=True, chat=False, cut_off=True) is None
    assert find_answer("6 * 7 = 42\nso", numeric=True, chat=False, cut_off=True) is None


@pytest.mark.parametrize(
    ("text", "content"),
    [(r"\boxed{a{b}c}", "a{b}c"), (r"\boxed{1} \boxed{2", "1"), (r"\boxed 3", None), ("\\boxed{" * 10_000, None)],
)
def test_the_last_balanced_box_is_cut_out(text, content):
    assert last_boxed(text) == content


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"answer": [1, 2]}', "1, 2"),
        ('{"answer": true}', None),
        ('{"answer": null}', None),
        ('{"answer": {"value": 3}}', None),
        ('{"answer": NaN', None),
        ("{" * 100_000, None),
        ('{"a":' * 5_000, None),
    ],
)
def test_json_answers_are_read_and_nothing_breaks(text, value):
    assert last_json(text) == value


def test_loops_are_found_exactly():
    assert repeats_itself([9, 8, 7, *([1, 2, 3] * 20)])
    assert repeats_itself([5] * 60)
    assert not repeats_itself([5] * 59)
    assert repeats_itself([0, *list(range(400)) * 4])
    assert not repeats_itself(list(range(400)) * 3)
    assert not repeats_itself(list(range(401)) * 4)
    assert not repeats_itself([*([1, 2, 3] * 40), 4])
    assert not repeats_itself([])


HOSTILE = {
    "boxes": "\\boxed{" * 20_000,
    "braces": "{" * 200_000,
    "answers": "answer is " * 30_000,
    "numbers": "1," * 100_000,
    "digits": "1" * 200_000,
    "stars": "**" * 100_000,
    "spaces": "answer" + " " * 200_000 + "x",
    "tags": "<think></think>" * 20_000,
    "openings": "<think>" * 50_000,
    "closings": "</think>" * 40_000,
    "objects": '{"answer":' * 20_000,
    "latex": "\\text{" * 40_000,
    "ligatures": "\ufdfa" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_takes_long(text):
    started = time.process_time()
    for chat in (True, False):
        for cut_off in (True, False):
            found = find_answer(split_reasoning(text, THINK).answer, numeric=True, chat=chat, cut_off=cut_off)
            assert found is None or len(found) <= 1000
    assert time.process_time() - started < 5
