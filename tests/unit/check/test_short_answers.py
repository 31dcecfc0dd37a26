"""Short answers: what is the same, what admits that it is not known, and that nothing else counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.check.knowledge_rows import aliases_of, hops_of
from certify.check.short_answers import UNKNOWN, same_short, says_unknown
from certify.check.verifiers import ABSTENTION, SHORT, is_numeric, is_structured, verify


@pytest.mark.parametrize(
    "text",
    [
        "unknown",
        " Unknown. ",
        "“unknown”".replace("“", '"').replace("”", '"'),
        "It is unknown",
        "The answer is unknown.",
        "I don't know",
        "I don\u2019t know.",
        "i do not know that",
        "cannot be determined",
        "It can't be determined.",
        "Not enough information",
        "There is no information.",
        "not given",
        "\uff35\uff4e\uff4b\uff4e\uff4f\uff57\uff4e",
    ],
)
def test_admissions(text):
    assert says_unknown(text)
    assert verify(ABSTENTION, text, UNKNOWN)
    assert not verify(SHORT, text, text)


@pytest.mark.parametrize(
    "text", ["", "unknown, perhaps Bovata", "Bovata or unknown", "the unknown soldier", "no", "none"]
)
def test_whatever_says_more_or_something_else_is_no_admission(text):
    assert not says_unknown(text)
    assert not verify(ABSTENTION, text, UNKNOWN)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("bovata", "Bovata"),
        ("Bovata.", "Bovata"),
        ("The Hague", "Hague"),
        ("Eiffel  Tower", "the Eiffel Tower"),
        ("1,969", "1969"),
        ("1969", "1969"),
        ("O\u2019Brien", "O'Brien"),
    ],
)
def test_the_same_answer(answer, gold):
    assert same_short(answer, gold)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("Bovata Kilu", "Bovata"),
        ("in 1969", "1969"),
        ("1968", "1969"),
        ("1969, 1970", "1969"),
        ("", "Bovata"),
        ("a", ""),
    ],
)
def test_another_answer(answer, gold):
    assert not same_short(answer, gold)


@given(st.text() | st.text(alphabet="unkow. '\"itsad"), st.text(max_size=20))
def test_every_text_is_judged(answer, gold):
    assert same_short(answer, gold) in (True, False)
    assert not (says_unknown(answer) and same_short(answer, gold))
    assert (verify(ABSTENTION, answer, gold), is_numeric(SHORT, gold), is_structured(SHORT)) == (
        says_unknown(answer),
        False,
        False,
    )


def test_rows_say_other_names_and_hops_in_several_ways():
    assert aliases_of({"aliases": ["a", " b ", "a", 3, ""]}) == ("a", "b")
    assert aliases_of({"possible_answers": '["x", "y"]'}) == ("x", "y")
    assert aliases_of({"answer": {"aliases": ["z"]}}) == ("z",)
    assert aliases_of({"aliases": "no list"}) == aliases_of({"aliases": 3}) == aliases_of({}) == ()
    assert (hops_of({"hops": 2}), hops_of({"hops": True}), hops_of({"hops": 0}), hops_of({})) == (2, None, None, None)
