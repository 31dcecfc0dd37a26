"""Puzzles: frozen items, one solution by other people's solvers, twins without any, and screens that hold."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from certify.check.puzzles import PUZZLES, TRIES, generate_puzzles
from certify.check.puzzles.answers import UNSOLVABLE, says_unsolvable
from certify.check.puzzles.grid import Grid
from certify.check.puzzles.ordering import Ordering, sorted_by_comparisons
from certify.check.puzzles.solver import Clue, is_possible, is_unique
from certify.check.puzzles.truth_teller import judged
from certify.errors import InternalError
from certify.evidence.canonical import canonical_digest
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"puzzles under test").digest()
VECTORS = Path(__file__).parents[3] / "vectors" / "puzzles.json"
CASES = [(name, level) for name, family in PUZZLES.items() for level in family.levels]
LOW = [(name, level) for name, level in CASES if level <= 3]


def digest(name: str, level: int) -> str:
    return canonical_digest(
        [
            [pair.puzzle.question, pair.puzzle.answer, pair.twin.question if pair.twin else ""]
            for pair in generate_puzzles(SEED, name, level, 20, twins=2)
        ]
    )


@pytest.mark.parametrize(("name", "level"), CASES)
def test_items_are_the_frozen_ones(name, level):
    key = f"{name}/v{PUZZLES[name].version}/l{level}"
    assert digest(name, level) == json.loads(VECTORS.read_text())[key]


def test_the_registry_is_sorted_and_complete():
    assert list(PUZZLES) == sorted(PUZZLES) == ["constraint", "grid", "ordering", "truth-teller"]
    assert all(name == family.id and family.title and family.released for name, family in PUZZLES.items())
    assert all(family.space(low) < family.space(high) for family in PUZZLES.values() for low, high in ((1, 2), (4, 5)))


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_the_hash_seed_changes_nothing(hash_seed):
    program = (
        "import hashlib; from certify.check.puzzles import PUZZLES, generate_puzzles;"
        f"seed = bytes.fromhex('{SEED.hex()}');"
        "items = [generate_puzzles(seed, name, level, 2, twins=1) for name in PUZZLES for level in (1, 2)];"
        "print(hashlib.sha256(repr(items).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    here = repr([generate_puzzles(SEED, name, level, 2, twins=1) for name in PUZZLES for level in (1, 2)])
    assert run.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


@pytest.mark.parametrize(("name", "level"), CASES)
def test_every_clue_is_true_needed_and_enough(name, level):
    family = PUZZLES[name]
    for puzzle, _ in generate_puzzles(SEED, name, level, 3):
        frame, clues = puzzle.frame, puzzle.clues
        assert all(family.holds(c.kind, c.constant, *(frame.gold[v] for v in c.scope)) for c in clues)
        assert is_unique(frame, clues, family.holds)
        assert not any(is_unique(frame, [c for c in clues if c is not left], family.holds) for left in clues)
        assert family.verify(puzzle.answer, puzzle.answer)
        assert not family.verify(UNSOLVABLE, puzzle.answer)
        assert puzzle.answer == family.solve(frame, puzzle.lexicon, frame.gold)


@pytest.mark.parametrize(("name", "level"), LOW)
def test_a_twin_differs_in_one_clue_and_has_no_solution(name, level):
    family = PUZZLES[name]
    for puzzle, twin in generate_puzzles(SEED, name, level, 4, twins=4):
        assert twin is not None
        assert len(twin.clues) == len(puzzle.clues)
        changed = [new for old, new in zip(puzzle.clues, twin.clues, strict=True) if old != new]
        assert len(changed) == 1
        assert not is_possible(twin.frame, twin.clues, family.holds)
        assert all(is_possible(twin.frame, [changed[0], c], family.holds) for c in twin.clues if c != changed[0])
        assert says_unsolvable(twin.answer)
        assert family.verify(twin.answer, twin.answer)
        assert not family.verify(puzzle.answer, twin.answer)
        assert twin.lexicon == puzzle.lexicon


@pytest.mark.parametrize(("name", "level"), LOW)
def test_no_shortcut_solves_what_is_asked(name, level):
    family = PUZZLES[name]
    for puzzle, _ in generate_puzzles(SEED, name, level, 30):
        for values in family.shortcuts(puzzle.frame, puzzle.clues).values():
            assert not family.verify(family.solve(puzzle.frame, puzzle.lexicon, values), puzzle.answer)


def test_judging_everybody_by_their_words_from_any_start_seldom_arrives():
    for level, people in ((2, 4), (3, 5)):
        for puzzle, _ in generate_puzzles(SEED, "truth-teller", level, 20):
            starts = [tuple(n >> bit & 1 for bit in range(people)) for n in range(2**people)]
            assert sum(judged(puzzle.clues, start) == puzzle.frame.gold for start in starts) == 1
            assert 0 < sum(puzzle.frame.gold) < people


def test_no_chain_of_comparisons_tells_an_order():
    for puzzle, _ in generate_puzzles(SEED, "ordering", 3, 40):
        assert len({clue.kind for clue in puzzle.clues}) >= 3
        chain = [clue for clue in puzzle.clues if clue.kind in ("before", "right_before")]
        assert not is_unique(puzzle.frame, chain, Ordering.holds)
        told = sorted_by_comparisons(puzzle.clues, range(6))
        assert all(told.index(clue.scope[0]) < told.index(clue.scope[1]) for clue in chain)


def test_no_group_of_a_grid_is_named_place_by_place():
    frame = Grid().frame(Stream(SEED, "grid"), 1)
    named = [Clue("at", (variable,), frame.gold[variable] + 1) for variable in range(2)]
    assert not Grid().admits(frame, named)
    assert Grid().admits(frame, named[:1])


def test_the_first_level_fits_a_very_small_model():
    for name in PUZZLES:
        longest = max(len(pair.puzzle.question) for pair in generate_puzzles(SEED, name, 1, 60))
        assert longest <= 300, name


def test_every_other_puzzle_is_told_in_words_that_it_defines():
    for name, family in PUZZLES.items():
        renamed, plain = (pair.puzzle for pair in generate_puzzles(SEED, name, 2, 2))
        assert (renamed.renamed, plain.renamed) == (True, False)
        used = [word for kind, word in renamed.lexicon.relations.items() if any(c.kind == kind for c in renamed.clues)]
        assert all(f"{word} " in renamed.question for word in used)
        assert not plain.lexicon.relations
        assert family.phrases


def test_puzzles_differ_and_prefixes_agree():
    pairs = generate_puzzles(SEED, "ordering", 1, 60)
    assert len({pair.puzzle.question for pair in pairs}) == 60
    assert generate_puzzles(SEED, "ordering", 1, 5) == pairs[:5]
    first = {pair.puzzle.question for pair in pairs}
    again = generate_puzzles(SEED, "ordering", 1, 5, exclude=first)
    assert first.isdisjoint(pair.puzzle.question for pair in again)
    assert generate_puzzles(SEED, "ordering", 1, 1, purpose="floor") != pairs[:1]


@pytest.mark.parametrize(("name", "level"), [("poetry", 1), ("grid", 9), ("constraint", 7)])
def test_unknown_families_and_levels_are_named(name, level):
    with pytest.raises(InternalError, match="CERT-E065"):
        generate_puzzles(SEED, name, level, 1)


def test_an_exhausted_budget_is_an_error_and_counts_tries(monkeypatch):
    tried = []
    monkeypatch.setattr(Ordering, "twin", lambda self, puzzle, stream: tried.append(puzzle))
    with pytest.raises(InternalError, match="CERT-E068"):
        generate_puzzles(SEED, "ordering", 1, 1, twins=1)
    assert len(tried) == TRIES
