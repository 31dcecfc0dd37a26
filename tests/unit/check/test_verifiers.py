import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.families import FAMILIES
from certify.check.verifiers import is_numeric, verify
from certify.errors import UsageError


@pytest.mark.parametrize(
    ("answer", "gold", "right"),
    [
        ("42", "42", True),
        ("1,042", "1042", True),
        ("42.0", "42", True),
        ("$42", "42", True),
        ("x = 42", "42", True),
        ("042", "42", True),
        ("-42", "42", False),
        ("42.5", "42", False),
        ("41 42", "42", False),
        ("", "42", False),
        ("forty-two", "42", False),
        ("9" * 5000, "42", False),
    ],
)
def test_integers_are_compared_by_value(answer, gold, right):
    assert verify("integer", answer, gold) is right


@pytest.mark.parametrize(
    ("answer", "gold", "right"),
    [
        ("Paris", "paris.", True),
        (r"$\frac{1}{2}$", r"\frac{1}{2}", True),
        ("New  York", "new york", True),
        ("York", "New York", False),
        ("", "", False),
    ],
)
def test_texts_are_compared_by_what_they_say(answer, gold, right):
    assert verify("text", answer, gold) is right


def test_families_bring_their_own_comparison():
    assert verify("family:addition", "1,131", "1131")
    assert not verify("family:sorting", "3, 2, 1", "1, 2, 3")


@pytest.mark.parametrize("verifier", ["", "family:", "family:none", "regex", "integer "])
def test_an_unknown_verifier_is_a_usage_error(verifier):
    with pytest.raises(UsageError) as caught:
        verify(verifier, "1", "1")
    assert caught.value.code == "CERT-E102"


def test_numbers_may_be_picked_out_of_prose_only_where_one_number_is_asked():
    assert is_numeric("integer")
    assert is_numeric("family:addition")
    assert not is_numeric("text")
    assert not is_numeric("family:sorting")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["integer", "text", *(f"family:{name}" for name in FAMILIES)]), st.text(max_size=60))
def test_no_answer_breaks_a_verifier(verifier, answer):
    assert verify(verifier, answer, "gold that nobody writes 123456") in (True, False)
