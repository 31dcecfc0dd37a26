"""Verifiers: what they tolerate, what they refuse, and that nothing makes them raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.families import FAMILIES

NUMBER, NUMBERS, LETTERS, NAMES = FAMILIES["addition"], FAMILIES["sorting"], FAMILIES["reversal"], FAMILIES["ordering"]
GOLD = {name: "1, 2" if name in ("sorting", "modular", "linear", "counting") else "12" for name in FAMILIES}


@pytest.mark.parametrize(
    "text",
    [
        "1234",
        " 1,234 ",
        "1{,}234",
        "$1234",
        "1234.",
        "1234.0",
        "+1234",
        "**1234**",
        "\uff11\uff12\uff13\uff14",
        "x = 1234",
        "\\n1234"[2:],
    ],
)
def test_one_integer_in_many_shapes(text):
    assert NUMBER.verify(text, "1234")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1235",
        "1234.5",
        "-1234",
        "1234 1234",
        "1,23,4",
        "12 34",
        "1234 or 1235",
        "1234x",
        "9" * 5000,
        "the answer is 1234",
        "1e3",
        "\u0661",
    ],
)
def test_anything_else_is_not_that_integer(text):
    assert not NUMBER.verify(text, "1234")


@pytest.mark.parametrize("text", ["3, 14, 92", "3 14 92", "[3,14,92]", "3; 14; 92", "3, 14 and 92", "(3, 14, 92)."])
def test_lists_of_integers(text):
    assert NUMBERS.verify(text, "3, 14, 92")


@pytest.mark.parametrize("text", ["3, 14", "3, 92, 14", "3, 14, 92, 92", "31492", "3, 14, 92 or so", ""])
def test_other_lists_fail(text):
    assert not NUMBERS.verify(text, "3, 14, 92")


def test_named_unknowns_pass():
    assert FAMILIES["linear"].verify("x = 3, y = 12", "3, 12")
    assert not FAMILIES["linear"].verify("x = 12, y = 3", "3, 12")


@pytest.mark.parametrize("text", ["c b a", "C, B, A", "c-b-a", "[c, b, a]", " c  b\na. "])
def test_lists_of_letters(text):
    assert LETTERS.verify(text, "c b a")


@pytest.mark.parametrize("text", ["cba", "a b c", "c b", "c b a a", "c b 1"])
def test_other_letters_fail(text):
    assert not LETTERS.verify(text, "c b a")


def test_names_ignore_case_and_links():
    assert NAMES.verify("ann, Ben and CLEO", "Ann, Ben, Cleo")
    assert NAMES.verify("Ann > Ben > Cleo", "Ann, Ben, Cleo")
    assert not NAMES.verify("Ben, Ann, Cleo", "Ann, Ben, Cleo")


@pytest.mark.parametrize("text", [None, 5, b"5", ["5"], float("nan")])
def test_values_that_are_not_text_are_wrong_and_raise_nothing(text):
    assert not any(family.verify(text, GOLD[name]) for name, family in FAMILIES.items())


@settings(max_examples=400, deadline=None)
@given(
    st.text() | st.text(alphabet="0123456789,.-+= {}[]()$*x\u2212\uff10 and", max_size=40),
    st.sampled_from(sorted(FAMILIES)),
)
def test_verifiers_are_total_and_strict(text, name):
    answer = FAMILIES[name].verify(text, GOLD[name])
    assert isinstance(answer, bool)
    if answer:
        digits = [character for character in text if character.isdecimal()]
        assert len(digits) >= 2
