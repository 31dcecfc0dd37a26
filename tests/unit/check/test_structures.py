"""Which words are the answer where answers are JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.structures import find_structure

GRID = '{"red": 1, "cat": 2}'


def read(text, *, chat=True, cut_off=False):
    return find_structure(text, chat=chat, cut_off=cut_off)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"So \\boxed{{{GRID}}}.", GRID),
        (f"\\boxed{{{GRID}}} no, \\boxed{{unsolvable}}", "unsolvable"),
        ('{"answer": {"red": 1, "cat": 2}}', GRID),
        ('{"answer": ["Ann", "Ben"]}', '["Ann", "Ben"]'),
        ('{"answer": "unsolvable"}', "unsolvable"),
        ('First {"red": 2, "cat": 1}, no.\n```json\n{\n  "red": 1,\n  "cat": 2\n}\n```', '{ "red": 1, "cat": 2 }'),
        (f"I tried [1, 2].\nThe answer is: {GRID} and not [3].", GRID),
        (f"{GRID} does not work either.\nUnsolvable.", "Unsolvable."),
        ('["Ann", "Ben"]', '["Ann", "Ben"]'),
        ('Not [1], but [["Ann", 1], ["Ben", 2]].', '[["Ann", 1], ["Ben", 2]]'),
        ('{"first": {"Ann": 1}, "second": {"Ben": 2}}', '{"first": {"Ann": 1}, "second": {"Ben": 2}}'),
        ("The answer is Ann, Ben, Cleo", "Ann, Ben, Cleo"),
        ("red = 1, cat = 2", "red = 1, cat = 2"),
        ("", None),
    ],
)
def test_the_declared_answer_counts(text, found):
    assert read(text) == found


def test_a_completion_model_answers_on_its_first_line():
    assert read(f" {GRID}\nQuestion: [1]\n", chat=False) == "[1]"  # the stop string cuts this off before
    assert read(" unsolvable\nAnother: [1, 2]", chat=False) == "unsolvable"
    assert read(" Ann, Ben", chat=False) == "Ann, Ben"


def test_of_a_text_that_was_cut_off_only_a_declared_answer_counts():
    assert read(f"Perhaps {GRID}, but", cut_off=True) is None
    assert read(f"\\boxed{{{GRID}}} because", cut_off=True) == GRID
    assert read('{"answer": ["Ann"]} because', cut_off=True) == '["Ann"]'
    assert read(f"{GRID}\nAnd", chat=False, cut_off=True) == GRID
    assert read(GRID[:-3], chat=False, cut_off=True) is None


@pytest.mark.parametrize("text", ["[" * 50_000, '{"answer":' * 5_000, "\\boxed{" * 5_000, '{"a": ' + "9" * 9_000 + "}"])
def test_hostile_texts_give_nothing(text):
    assert read(text) is None or len(read(text)) <= 1000


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80) | st.text(alphabet='ab{}[]":,1 \n\\answerboxd', max_size=80), st.booleans(), st.booleans())
def test_reading_is_total(text, chat, cut_off):
    found = read(text, chat=chat, cut_off=cut_off)
    assert found is None or 0 < len(found) <= 1000


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(0, 99), min_size=1, max_size=8))
def test_what_json_wrote_is_read_back(document):
    for text in (json.dumps(document), f"```\n{json.dumps(document, indent=1)}\n```", json.dumps({"answer": document})):
        assert json.loads(read(text)) == document
