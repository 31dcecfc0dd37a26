"""Scratchpads: every written step is true."""

import hashlib
import re

import pytest

from certify.check.families import FAMILIES, generate_items
from certify.demo.training.scratchpads import FIRST_SCRATCHPADS, SCRATCHPADS

SEED = hashlib.sha256(b"scratchpads under test").digest()


def items(name):
    return generate_items(SEED, name, 1, 150)


@pytest.mark.parametrize("name", ["addition", "subtraction", "linear"])
def test_equations_hold(name):
    for problem in items(name):
        for step in re.split(r"[,;] ", SCRATCHPADS[name](problem.facts)):
            left, right = step.split("=")
            assert re.fullmatch(r"[0-9+\-/ ]+", left)
            assert eval(left) == int(right)


@pytest.mark.parametrize(("name", "digits"), [("addition", lambda v: v % 10), ("subtraction", lambda v: v)])
def test_columns_spell_the_answer_backwards(name, digits):
    for problem in items(name):
        values = [int(step.split("=")[1]) for step in SCRATCHPADS[name](problem.facts).split(", ")]
        spelled = "".join(str(digits(value)) for value in reversed(values))
        carried = "1" if name == "addition" and values[-1] > 9 else ""
        assert int(carried + spelled) == int(problem.answer)


def test_modular_steps_hold_and_end_in_the_results():
    for problem in items("modular"):
        steps = [step.split("=") for step in SCRATCHPADS["modular"](problem.facts).split(", ")]
        assert all(eval(left) % 10 == int(right) for left, right in steps)
        assert ", ".join(right for _, right in steps) == problem.answer


def test_weekday_walks_end_on_the_answer():
    for problem in items("weekday"):
        walks = SCRATCHPADS["weekday"](problem.facts).split("; ")
        assert ", ".join(walk.split(", ")[-1].split()[0] for walk in walks) == problem.answer


def test_counting_ends_with_the_tally():
    for problem in items("counting"):
        last = SCRATCHPADS["counting"](problem.facts).split(", ")[-1]
        assert ", ".join(last.split()[1:]) == problem.answer


def test_boolean_values_are_the_answer():
    for problem in items("boolean"):
        for first, scratchpads in enumerate((SCRATCHPADS, FIRST_SCRATCHPADS)):
            steps = scratchpads["boolean"](problem.facts).split("; ")[1 - first :]
            assert ", ".join(step.split(" = ")[1] for step in steps) == problem.answer


def test_boolean_looks_a_letter_up_before_turning_it_over():
    for problem in items("boolean"):
        listed, *steps = SCRATCHPADS["boolean"](problem.facts).split("; ")
        held = dict(re.findall(r"(\w) (true|false)", listed))
        assert held == dict(re.findall(r"(\w) is (true|false)", problem.question))
        other = {"true": "false", "false": "true"}
        for step in steps:
            literals = re.findall(r"(not )?(\w) (true|false)(?: (true|false))?", step)
            assert len(literals) == 2
            for negated, letter, value, turned in literals:
                assert value == held[letter]
                assert turned == (other[value] if negated else "")


def test_only_boolean_was_rewritten():
    assert {name for name in SCRATCHPADS if SCRATCHPADS[name] is not FIRST_SCRATCHPADS[name]} == {"boolean"}


def test_ordering_restates_the_comparisons_and_ends_with_the_chain():
    for problem in items("ordering"):
        compared, chain = SCRATCHPADS["ordering"](problem.facts).split("; ")
        ranked = problem.answer.split(", ")
        assert chain.split() == ranked
        for pair in compared.split(", "):
            lesser, greater = pair.split(" < ")
            assert ranked.index(lesser) == ranked.index(greater) + 1


def test_families_without_a_scratchpad_answer_at_once():
    assert set(FAMILIES) - set(SCRATCHPADS) == {"reversal", "sorting"}
