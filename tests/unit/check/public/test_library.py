"""Against the library itself: its scorer agrees with ours on right answers, and ours is never laxer."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("reasoning_gym", reason="reasoning-gym is not installed: pip install 'certify-models[reasoning]'")

from certify.check import public_fault
from certify.check.public import PUBLIC, drawing
from certify.check.public.drawing import GOLDEN_ITEMS, GOLDEN_SEED, draw_public, library_fault
from certify.check.public.worker import entries_of
from certify.errors import EvidenceMissing
from certify.evidence.plan import PlannedCheck
from certify.statistics.stream import Stream

SEED = bytes(range(32))
CHEAP = ("chain_sum", "survo", "dice")
FUZZED = 60
ENTRIES = {"countdown": 12, "knights_knaves": 160, "simple_geometry": 120}
"""Entries looked at; 40 where nothing is said."""
CHARACTERS = "0123456789+-*/=(), .i_{}[]ABCDEabcde\\$"

pytestmark = pytest.mark.skipif(library_fault() is not None, reason="another version of reasoning-gym is installed")


def kept_entries(family):
    """(entry, gold) of what passes the screen, and the library's data set."""
    size = ENTRIES.get(family, 40)
    dataset = entries_of(family, 20_260_328, size)
    found = []
    for place in range(size):
        entry = dataset[place]
        gold = PUBLIC[family].gold(entry)
        if gold is not None:
            found.append((entry, gold))
    return dataset, found


def mutated(stream, answer, others):
    """An answer with a few characters changed, cut, doubled or moved, or another problem's."""
    text = list(stream.choice([answer, answer, answer, stream.choice(others)]))
    for _ in range(1 + stream.below(3)):
        place = stream.below(len(text) + 1)
        kind = stream.below(4)
        if kind == 0:
            text.insert(place, stream.choice(CHARACTERS))
        elif text and kind == 1:
            del text[min(place, len(text) - 1)]
        elif text and kind == 2:
            text[min(place, len(text) - 1)] = stream.choice(CHARACTERS)
        else:
            text += [" ", *text[place:]]
    return "".join(text)


@pytest.mark.parametrize("family", sorted(PUBLIC))
def test_right_answers_are_right_to_both(family):
    dataset, entries = kept_entries(family)
    maker = PUBLIC[family]
    assert entries
    for entry, gold in entries:
        assert maker.verify(entry["answer"], gold)
        assert dataset.score_answer(entry["answer"], entry) == 1.0
        assert dataset.score_answer(maker.read(maker.spoken(gold)), entry) == 1.0


@pytest.mark.parametrize("family", sorted(PUBLIC))
def test_no_answer_is_right_to_us_alone(family):
    """What we call right, written in the library's notation, is right to the library."""
    dataset, entries = kept_entries(family)
    maker, stream = PUBLIC[family], Stream(SEED, family)
    others = [maker.spoken(gold) for _, gold in entries]
    accepted = 0
    for entry, gold in entries:
        for _ in range(FUZZED):
            answer = mutated(stream, stream.choice([maker.spoken(gold), entry["answer"]]), others)
            if maker.verify(answer, gold):
                accepted += 1
                assert dataset.score_answer(maker.read(answer), entry) == 1.0, (answer, gold)
    assert accepted > 0


def test_the_known_problems_come_out_here(golden):
    made = draw_public(GOLDEN_SEED, dict.fromkeys(CHEAP, GOLDEN_ITEMS), purpose="golden")
    assert made == {name: golden[name] for name in CHEAP}


def test_problems_follow_from_the_seed_and_leave_out_what_is_excluded():
    first = draw_public(SEED, {"chain_sum": 12})
    assert first == draw_public(SEED, {"chain_sum": 12})
    assert draw_public(bytes(32), {"chain_sum": 12}) != first
    stolen = first["chain_sum"][3].question
    again = draw_public(SEED, {"chain_sum": 12}, exclude=[stolen])["chain_sum"]
    assert again[:3] == first["chain_sum"][:3]
    assert again[3:11] == first["chain_sum"][4:]
    assert stolen not in {item.question for item in again}


@pytest.mark.slow
def test_the_hash_seed_does_not_matter(golden, tmp_path):
    """In whole processes of their own: sets of strings are walked otherwise there."""
    for hash_seed in ("1", "20"):
        order = {
            "families": [drawing._drawn(GOLDEN_SEED, "golden", name, 5).document() for name in PUBLIC],
            "exclude": [],
            "drawn": str(tmp_path / "drawn.json"),
        }
        (tmp_path / "order.json").write_text(json.dumps(order))
        subprocess.run(
            [sys.executable, "-m", "certify.check.public.worker", str(tmp_path / "order.json")],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
        )
        made = json.loads((tmp_path / "drawn.json").read_text())
        assert made == [[list(item) for item in golden[name][:5]] for name in PUBLIC]


def test_a_library_that_makes_other_problems_is_refused(monkeypatch):
    monkeypatch.setattr(drawing, "golden_digests", lambda: dict.fromkeys(PUBLIC, "0" * 64))
    with pytest.raises(EvidenceMissing) as caught:
        draw_public(SEED, {"chain_sum": 5})
    assert caught.value.code == "CERT-E478"
    check = PlannedCheck(
        id="fresh-reasoning", version=1, parameters={"publicFamilies": 2}, items=1, samples=1, max_tokens=1
    )
    assert "known by" in public_fault([check])


def test_a_drawing_ends_when_its_time_is_over():
    with pytest.raises(EvidenceMissing) as caught:
        draw_public(SEED, {"countdown": 500}, seconds=0.5)
    assert caught.value.code == "CERT-E478"
