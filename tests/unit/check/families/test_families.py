"""Families: determinism, the oracle, isomorphs, exclusion."""

import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from certify.check.families import FAMILIES, TRIES, Problem, generate_items
from certify.check.families.lexicon import zeros
from certify.errors import InternalError, UsageError
from certify.evidence.canonical import canonical_bytes, canonical_digest
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"families under test").digest()
VECTORS = Path(__file__).parents[3] / "vectors" / "families.json"
CASES = [(name, level) for name, family in FAMILIES.items() for level in family.levels]
FIELDS = ("family", "version", "level", "question", "answer", "facts", "template")


def digest(problems: list[Problem]) -> str:
    return canonical_digest([{field: getattr(problem, field) for field in FIELDS} for problem in problems])


def digests() -> dict[str, str]:
    return {
        f"{name}/v{FAMILIES[name].version}/l{level}": digest(generate_items(SEED, name, level, 20))
        for name, level in CASES
    }


def test_the_registry_is_sorted_and_complete():
    assert list(FAMILIES) == sorted(FAMILIES)
    assert len(FAMILIES) == 10
    assert all(name == family.id and family.title and family.released for name, family in FAMILIES.items())


def test_items_are_the_frozen_ones():
    assert digests() == json.loads(VECTORS.read_text())


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_the_hash_seed_changes_nothing(hash_seed):
    program = (
        "import hashlib; from certify.check.families import FAMILIES, generate_items;"
        f"seed = bytes.fromhex('{SEED.hex()}');"
        "items = [generate_items(seed, name, level, 5) for name in FAMILIES for level in (1, 2, 3)];"
        "print(hashlib.sha256(repr(items).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    here = repr([generate_items(SEED, name, level, 5) for name, level in CASES])
    assert run.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


@pytest.mark.parametrize(("name", "level"), CASES)
def test_gold_answers_verify_and_neighbours_do_not(name, level):
    family, items = FAMILIES[name], generate_items(SEED, name, level, 60)
    assert all(family.verify(item.answer, item.answer) for item in items)
    assert all(family.verify(f"  {item.answer.upper()}.\n", item.answer) for item in items)
    assert not any(family.verify(item.answer + " 7x", item.answer) for item in items)
    assert sum(family.verify(left.answer, right.answer) for left, right in pairwise(items)) <= 12


@pytest.mark.parametrize(("name", "level"), CASES)
def test_items_are_distinct_plain_and_canonical(name, level):
    items = generate_items(SEED, name, level, 200)
    assert len({item.question for item in items}) == 200
    assert {item.template for item in items} == set(FAMILIES[name].templates)
    assert all(item.question[-1] in ".?" and "{" not in item.question for item in items)
    canonical_bytes([item.facts for item in items])


@pytest.mark.parametrize(("name", "level"), CASES)
def test_facts_alone_give_question_and_answer(name, level):
    family = FAMILIES[name]
    for item in generate_items(SEED, name, level, 20):
        stored = json.loads(json.dumps(item.facts))
        assert (family.ask(stored, item.template), family.solve(stored)) == (item.question, item.answer)


@pytest.mark.parametrize(("name", "level"), CASES)
def test_isomorphs_keep_wording_level_and_magnitude(name, level):
    family = FAMILIES[name]
    for place, item in enumerate(generate_items(SEED, name, level, 40)):
        other = family.isomorph(item, Stream(SEED, f"isomorph/{place}"))
        assert (other.family, other.version, other.level, other.template) == (
            name,
            family.version,
            level,
            item.template,
        )
        assert other.question != item.question
        assert family.verify(other.answer, other.answer)
        assert family.shape(other.facts) == family.shape(item.facts)
        assert other == family.isomorph(item, Stream(SEED, f"isomorph/{place}"))


@pytest.mark.parametrize("name", ["addition", "subtraction"])
def test_isomorphs_match_digits_and_trailing_zeros_of_every_number(name):
    family = FAMILIES[name]

    def numbers(item):
        return [
            int(word)
            for word in item.question.replace("?", "").replace(",", "").replace(".", "").split()
            if word.isdigit()
        ]

    def profile(item):
        return [(len(str(number)), zeros(number)) for number in [*numbers(item), int(item.answer)]]

    for place, item in enumerate(generate_items(SEED, name, 2, 100)):
        other = family.isomorph(item, Stream(SEED, f"digits/{place}"))
        assert profile(other) == profile(item)
        assert numbers(other) != numbers(item)


def test_isomorphs_of_round_numbers_stay_round():
    family = FAMILIES["addition"]
    facts = {"terms": [300, 500], "name": "Ann", "thing": "coins"}
    item = Problem("addition", 1, 1, family.ask(facts, "plain"), family.solve(facts), facts, "plain")
    other = family.isomorph(item, Stream(SEED, "round"))
    assert all(zeros(term) == 2 for term in other.facts["terms"])


def test_excluded_questions_never_appear():
    first = {item.question for item in generate_items(SEED, "weekday", 1, 50)}
    for exclude in (first, first.__contains__):
        assert first.isdisjoint(item.question for item in generate_items(SEED, "weekday", 1, 50, exclude=exclude))


def test_purposes_and_positions_are_independent():
    assert generate_items(SEED, "linear", 1, 5) == generate_items(SEED, "linear", 1, 30)[:5]
    assert generate_items(SEED, "linear", 1, 5) != generate_items(SEED, "linear", 1, 5, purpose="static")


def test_an_exhausted_budget_is_an_error_and_counts_tries():
    asked = []
    with pytest.raises(InternalError, match="CERT-E068"):
        generate_items(SEED, "addition", 1, 1, exclude=lambda text: asked.append(text) is None)
    assert len(asked) == TRIES


@pytest.mark.parametrize(("name", "level"), [("poetry", 1), ("addition", 9)])
def test_unknown_families_and_levels_are_named(name, level):
    with pytest.raises(InternalError, match="CERT-E065"):
        generate_items(SEED, name, level, 1)


@pytest.mark.parametrize(
    "facts", [{}, {"terms": "12"}, {"terms": [1, "2"]}, {"terms": [1, 2], "name": 3, "thing": "pens"}]
)
def test_facts_of_the_wrong_type_are_refused(facts):
    with pytest.raises(UsageError, match="CERT-E066"):
        FAMILIES["addition"].ask(facts, "plain")
