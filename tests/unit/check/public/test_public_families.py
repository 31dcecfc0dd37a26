"""Comparisons of our own for problems of reasoning-gym; the library is not needed here."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.check.public import PUBLIC
from certify.check.public.base import plain
from certify.check.public.countdown import value
from certify.check.public.drawing import digest, golden_digests
from certify.check.public.floor import HIGHEST, floor_of, public_floors
from certify.check.public.survo import fillings, shown
from certify.evidence.floors import floor_table
from certify.statistics.stream import Stream

GOLDS = {
    "base_conversion": "3e7_16",
    "chain_sum": "-1712",
    "complex_arithmetic": "-17-17i",
    "countdown": "88 * ( 35 - 29 ) - 49",
    "cryptarithm": "RCC+HRSDD=HLCLL; C=4,D=5,H=2,L=9,R=8,S=6",
    "dice": "227/475",
    "fraction_simplification": "100/611",
    "knights_knaves": "Ava is an angel, Noah is a devil",
    "simple_geometry": "155",
    "survo": "1 9 10; 7 9 16; 8 18 26",
}
RIGHT = {
    "base_conversion": ["3e7", "3E7", " 3e7. ", "3e7_{16}", "$3e7_16$"],
    "chain_sum": ["-1712", "-1,712", "−1712", "-1712.0", "$-1712$."],
    "complex_arithmetic": ["-17-17i", "-17.0 - 17.0i", "(-17 - 17i)", "−17 − 17i"],
    "countdown": ["88*(35-29)-49", "(35 - 29) * 88 - 49", r"88 \times (35 - 29) - 49", "-49+88×(35−29)"],
    "cryptarithm": ["C=4,D=5,H=2,L=9,R=8,S=6", "R = 8, S = 6, C = 4, D = 5, H = 2, L = 9"],
    "dice": ["227/475", "227 / 475", r"\frac{227}{475}", r"$\dfrac{227}{475}$"],
    "fraction_simplification": ["100/611", r"\frac{100}{611}", "$100/611$"],
    "knights_knaves": ["Noah is a devil, and Ava is an angel.", "ava is angel and noah is devil"],
    "simple_geometry": ["155", "155.0"],
    "survo": [
        "1 9 10\n7 9 16\n8 18 26",
        "[[1,9,10],[7,9,16],[8,18,26]]",
        r"\begin{pmatrix}1&9&10\\7&9&16\\8&18&26\end{pmatrix}",
    ],
}
WRONG = {
    "base_conversion": ["3e8", "3e7_{10}", "999", "3e7 3e7", ""],
    "chain_sum": ["1712", "-1712.5", "-1712, 1712", "-17,12", "-1712e0", "It is -1712", "1e99", "nan"],
    "complex_arithmetic": ["-17+17i", "-17-17", "-17-17i or 3", "nan", "infi", "-17.0000000000000000001-17i", "17i"],
    "countdown": [
        "479",
        "88*(35-29)-49+0",
        "88*(35-29)",
        "(88*(35-29)-49",
        "88*(35-29)-49=479",
        "88**(35-29)-49",
        "88/(35-35)-49",
        "__import__('os')",
        "(" * 400 + "1",
    ],
    "cryptarithm": [
        "C=4,D=5,H=2,L=9,R=8",
        "C=4,D=5,H=2,L=9,R=8,S=7",
        "C=4,D=5,H=2,L=9,R=8,S=6,T=1",
        "C=4,C=4,D=5,H=2,L=9,R=8,S=6",
        "C=4,D=4,H=2,L=9,R=8,S=6",
        "C=4;D=5;H=2;L=9;R=8;S=6",
        "C=٤,D=5,H=2,L=9,R=8,S=6",
    ],
    "dice": ["454/950", "0.4779", "227/475 or 1/2", "227/-475", "1/0", "/"],
    "fraction_simplification": ["200/1222", "611/100", r"\frac{100}{611}x"],
    "knights_knaves": [
        "Ava is an angel",
        "Ava is an angel, Noah is an angel",
        "Ava is an angel, Noah is a devil, Mia is a devil",
        "Ava is an angel, Ava is a devil, Noah is a devil",
        "Ava is not an angel, Noah is a devil",
        "Ava is an angel, Noah is a",
    ],
    "simple_geometry": ["154.9", "155 degrees or 156", "155 156"],
    "survo": ["1 9 10 7 9 16 8 18", "[[1,9,10],[7,9,16],[8,18,27]]", "1 9 10\n7 9 16\n8 18 26\n0", "[[]]"],
}


def test_every_family_is_examined_here():
    assert set(GOLDS) == set(RIGHT) == set(WRONG) == set(PUBLIC)
    assert all(family.id == name and family.version >= 1 for name, family in PUBLIC.items())


@pytest.mark.parametrize(("family", "answer"), [(name, one) for name, many in RIGHT.items() for one in many])
def test_right_answers_in_many_spellings(family, answer):
    assert PUBLIC[family].verify(answer, GOLDS[family])


@pytest.mark.parametrize(("family", "answer"), [(name, one) for name, many in WRONG.items() for one in many])
def test_wrong_answers_and_answers_beside_the_point(family, answer):
    assert not PUBLIC[family].verify(answer, GOLDS[family])


@pytest.mark.parametrize("family", sorted(PUBLIC))
@given(answer=st.one_of(st.text(max_size=60), st.text(alphabet=r"0123456789+-*/()=,._{}[]&\ aAiIsS$", max_size=80)))
def test_any_text_is_judged(family, answer):
    assert PUBLIC[family].verify(answer, GOLDS[family]) in (True, False)


def test_the_problems_a_family_is_known_by(golden):
    assert {name: digest(items) for name, items in golden.items()} == golden_digests()
    for name, items in golden.items():
        family = PUBLIC[name]
        assert len({item.question for item in items}) == len(items) == 20
        assert all(family.verify(family.spoken(item.gold), item.gold) for item in items)
        answers = [family.spoken(item.gold) for item in items]
        crossed = [family.verify(said, item.gold) for said, item in zip(answers[1:], items, strict=False)]
        assert sum(crossed) <= 1


def test_floors_are_those_of_an_admitted_family():
    table = floor_table("public")
    for name, floor in public_floors().items():
        assert floor.items == 2000
        assert floor.right / floor.items <= floor.upper <= HIGHEST
        assert table["families"][name]["version"] == PUBLIC[name].version


def test_a_floor_is_the_best_of_the_bank(golden):
    for name, items in golden.items():
        found = floor_of(name, items, items)
        assert found.items == 20
        assert 0 <= found.right <= 20
        assert found.upper > found.right / 20


def test_an_expression_has_an_exact_value():
    assert value("1/3*3") == 1
    assert value("2 - -(3 + 4) / 2") == Fraction(11, 2)
    assert value("2 3") is value("2//3") is value("") is value("1e3") is value("007") is None


def test_squares_with_one_filling(golden):
    for item in golden["survo"]:
        rows, numbers = shown(item.question)
        assert PUBLIC["survo"].verify(str(fillings(rows, numbers)[0]), item.gold)
        assert len(fillings(rows, numbers)) == 1
    assert len(fillings([[0, 0, 3], [0, 0, 3], [3, 3, 6]], [1, 1, 2, 2])) == 2


def test_targets_that_adding_and_taking_off_reach_are_left_out(golden):
    def entry(numbers, target, answer):
        return {"metadata": {"numbers": numbers, "target": target}, "answer": answer}

    assert PUBLIC["countdown"].gold(entry([2, 60, 9], 129, "2*60+9")) == "2 * 60 + 9"
    assert PUBLIC["countdown"].gold(entry([98, 60, 4], 154, "98+60-4")) is None
    assert PUBLIC["countdown"].gold(entry([98, 2, 100], 296, "98*2+100")) == "98 * 2 + 100"
    bank = PUBLIC["countdown"].nulls(Stream(bytes(32), "nulls"))
    for name in ("adds", "least-taken-off", "towards-the-target"):
        said = [bank[name](item.question) for item in golden["countdown"]]
        assert all(value(one) is not None for one in said)
        assert not any(
            PUBLIC["countdown"].verify(one, item.gold) for one, item in zip(said, golden["countdown"], strict=True)
        )


def test_what_is_known_to_reach_an_answer_by_less_is_reported(golden):
    """Each responder by its right answers on the twenty known problems."""
    multiple = PUBLIC["simple_geometry"].partial_solvers(Stream(bytes(32), "partial"))["multiple-of-180"]
    items = golden["simple_geometry"]
    assert all(PUBLIC["simple_geometry"].verify(multiple(item.question), item.gold) for item in items)
    bank = PUBLIC["base_conversion"].nulls(Stream(bytes(32), "nulls"))
    for item in golden["base_conversion"]:
        base = int(item.gold.partition("_")[2])
        assert PUBLIC["base_conversion"].verify(bank[f"always-{base}"](item.question), item.gold)
    roles = PUBLIC["knights_knaves"].nulls(Stream(bytes(32), "nulls"))
    for item in golden["knights_knaves"]:
        right = [
            name for name, told in roles.items() if PUBLIC["knights_knaves"].verify(told(item.question), item.gold)
        ]
        assert len([name for name in right if name != "by-lot"]) == 1


def test_notation_is_written_out_and_nothing_else():
    assert plain(r" $3 \times 4 \div 2 − 1$. ") == "3 * 4 / 2 - 1"
    assert plain("５") == "5"
    assert plain("é") is plain("") is plain("1" * 1001) is plain(None) is None
