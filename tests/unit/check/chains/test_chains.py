"""Chains: frozen items, exact lengths, results by another machine, screens that hold."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.chains import ARMS, LENGTHS, VERSION, generate_chains
from certify.check.chains.machine import MODULUS, Chain, Step, draw_chain, needed, run, shortcuts
from certify.check.chains.wording import STORIES, worded
from certify.errors import InternalError
from certify.evidence.canonical import canonical_digest
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"chains under test").digest()
VECTORS = Path(__file__).parents[3] / "vectors" / "chains.json"
CASES = [(arm, length) for arm in ARMS for length in LENGTHS]
LOW = [(arm, length) for arm, length in CASES if length <= 64]


@pytest.mark.parametrize(("arm", "length"), CASES)
def test_items_are_the_frozen_ones(arm, length):
    items = generate_chains(SEED, arm, length, 20)
    assert (
        canonical_digest([[item.question, item.answer] for item in items])
        == json.loads(VECTORS.read_text())[f"{arm}/v{VERSION}/d{length}"]
    )


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_the_hash_seed_changes_nothing(hash_seed):
    program = (
        "import hashlib; from certify.check.chains import ARMS, generate_chains;"
        f"seed = bytes.fromhex('{SEED.hex()}');"
        "items = [generate_chains(seed, arm, length, 3) for arm in ARMS for length in (2, 16)];"
        "print(hashlib.sha256(repr(items).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    here = repr([generate_chains(SEED, arm, length, 3) for arm in ARMS for length in (2, 16)])
    assert done.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


@pytest.mark.parametrize(("arm", "length"), CASES)
def test_the_answer_needs_exactly_as_many_steps_as_the_length_says(arm, length):
    for item in generate_chains(SEED, arm, length, 5):
        chain = item.chain
        assert len(needed(chain.steps, chain.asked)) == length
        assert len(chain.steps) == length * (2 if arm == "diluted" else 1)
        assert item.answer == str(chain.result)
        assert 0 <= chain.result < MODULUS


@pytest.mark.parametrize(("arm", "length"), LOW)
def test_steps_that_are_not_needed_change_nothing(arm, length):
    for item in generate_chains(SEED, arm, length, 5):
        kept = [item.chain.steps[position] for position in needed(item.chain.steps, item.chain.asked)]
        assert run(item.chain.initial, kept)[item.chain.asked] == item.chain.result


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 96), min_size=4, max_size=4),
    st.lists(st.tuples(st.sampled_from(["add", "plus", "minus", "swap"]), st.permutations(range(4))), max_size=12),
    st.integers(0, 3),
)
def test_the_slice_is_what_can_change_the_answer(initial, drawn, asked):
    steps = [Step(kind, order[0], order[1] + 1 if kind == "add" else order[1]) for kind, order in drawn]
    kept = set(needed(steps, asked))
    for position in range(len(steps)):
        if position not in kept:
            rest = [*steps[:position], *steps[position + 1 :]]
            assert run(initial, rest)[asked] == run(initial, steps)[asked]


def told_again(question: str) -> int:
    """The answer by reading the text, apart from the machine that wrote it."""
    values = {
        name: int(value) for name, value in re.findall(r"\b(?:cup |dial )?([A-H])(?: =|:| shows) (\d+)", question)
    }
    for sentence in re.split(r"(?<=\.) ", question.partition("Start: ")[2])[1:]:
        names, constant = re.findall(r"\b[A-H]\b", sentence), re.findall(r"\d+", sentence)
        if sentence.startswith(("Swap", "Dials")) and len(names) == 2:
            first, second = names
            values[first], values[second] = values[second], values[first]
        elif sentence.startswith(("Add", "Put", "Turn", "Subtract", "Take")) and names:
            back = sentence.startswith(("Subtract", "Take")) or " back " in sentence
            last_first = sentence.startswith(("Add", "Subtract"))
            target = names[-1] if last_first else names[0]
            other = names[0] if last_first else names[-1]
            amount = int(constant[0]) if constant else values[other]
            values[target] = (values[target] + (-amount if back else amount)) % 97
    asked = re.findall(r"\b([A-H])\b[^.?]*\?", question)[-1]
    return values[asked]


@pytest.mark.parametrize(("arm", "length"), LOW)
def test_whoever_reads_the_text_alone_arrives_at_the_answer(arm, length):
    for item in generate_chains(SEED, arm, length, 12):
        assert str(told_again(item.question)) == item.answer, item.question


@pytest.mark.parametrize(("arm", "length"), LOW)
def test_no_shortcut_arrives_at_the_answer(arm, length):
    for item in generate_chains(SEED, arm, length, 30):
        assert item.chain.result not in shortcuts(item.chain, arm).values()


def test_every_telling_turns_up_and_the_first_length_fits_a_very_small_model():
    texts = [item.question for item in generate_chains(SEED, "dense", 2, 60)]
    assert all(any(story.rule in text for text in texts) for story in STORIES.values())
    assert max(map(len, texts)) <= 300


def test_a_constant_that_would_name_a_register_is_told_as_a_number():
    chain = Chain((1, 2, 3), (Step("add", 0, 96),), 0)
    assert "96" in worded(Stream(SEED, "telling"), chain, "dense")


def test_chains_differ_and_prefixes_agree():
    items = generate_chains(SEED, "dense", 4, 60)
    assert len({item.question for item in items}) == 60
    assert generate_chains(SEED, "dense", 4, 5) == items[:5]
    first = {item.question for item in items}
    assert first.isdisjoint(item.question for item in generate_chains(SEED, "dense", 4, 5, exclude=first))


@pytest.mark.parametrize(("arm", "length"), [("thin", 2), ("dense", 3)])
def test_unknown_arms_and_lengths_are_named(arm, length):
    with pytest.raises(InternalError, match="CERT-E065"):
        generate_chains(SEED, arm, length, 1)


def test_an_exhausted_budget_is_an_error(monkeypatch):
    monkeypatch.setattr("certify.check.chains.machine.needed", lambda steps, asked: [])
    with pytest.raises(InternalError, match="CERT-E068"):
        draw_chain(Stream(SEED, "none"), "dense", 4)
