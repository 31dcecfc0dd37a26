"""Other people's solvers prove what ours proved: exactly one solution, or none for a twin."""

import hashlib
from itertools import combinations, product

import pytest

from certify.check.puzzles import PUZZLES, Puzzle, generate_puzzles

SEED = hashlib.sha256(b"puzzles for other solvers").digest()
CASES = [(name, level) for name, family in PUZZLES.items() for level in family.levels]

# What each kind of clue forbids, in the words of an answer set program; numbers are counted from 0 as in a frame.
FORBIDS = {
    "grid": {
        "at": ":- v({x},X), X + 1 != {k}.",
        "not_at": ":- v({x},X), X + 1 == {k}.",
        "same": ":- v({x},X), v({y},Y), X != Y.",
        "not_same": ":- v({x},X), v({y},X).",
        "left": ":- v({x},X), v({y},Y), Y != X + 1.",
        "next": ":- v({x},X), v({y},Y), |X - Y| != 1.",
        "before": ":- v({x},X), v({y},Y), X >= Y.",
        "gap": ":- v({x},X), v({y},Y), |X - Y| != 2.",
    },
    "ordering": {
        "before": ":- v({x},X), v({y},Y), X >= Y.",
        "right_before": ":- v({x},X), v({y},Y), Y != X + 1.",
        "adjacent": ":- v({x},X), v({y},Y), |X - Y| != 1.",
        "not_adjacent": ":- v({x},X), v({y},Y), |X - Y| == 1.",
        "apart": ":- v({x},X), v({y},Y), |X - Y| - 1 != {k}.",
        "place": ":- v({x},X), X + 1 != {k}.",
        "not_place": ":- v({x},X), X + 1 == {k}.",
        "between": ":- v({x},X), v({y},Y), v({z},Z), (X - Y) * (Z - X) <= 0.",
    },
    "constraint": {
        "odd": ":- v({x},X), (X + 1) \\ 2 != 1.",
        "even": ":- v({x},X), (X + 1) \\ 2 != 0.",
        "less": ":- v({x},X), v({y},Y), X >= Y.",
        "sum": ":- v({x},X), v({y},Y), X + Y + 2 != {k}.",
        "difference": ":- v({x},X), v({y},Y), |X - Y| != {k}.",
        "double": ":- v({x},X), v({y},Y), X + 1 != 2 * (Y + 1).",
        "total": ":- v({x},X), v({y},Y), v({z},Z), X + Y + 1 != Z.",
        "middle": ":- v({x},X), v({y},Y), v({z},Z), (X - Y) * (Z - X) <= 0.",
    },
}
SAID = {
    "honest": "t({n}) :- v({y},1).",
    "liar": "t({n}) :- v({y},0).",
    "alike": "t({n}) :- v({y},X), v({z},X).",
    "unlike": "t({n}) :- v({y},X), v({z},Y), X != Y.",
    "one_honest": "t({n}) :- v({y},1). t({n}) :- v({z},1).",
    "one_liar": "t({n}) :- v({y},0). t({n}) :- v({z},0).",
    "if_honest": "t({n}) :- v({z},1). t({n}) :- v({y},X), X != 1.",
}


def program(puzzle: Puzzle) -> str:
    frame = puzzle.frame
    lines = [f"1 {{ v({v},0..{size - 1}) }} 1." for v, size in enumerate(frame.sizes)]
    lines += [f":- v({a},X), v({b},X)." for group in frame.groups for a, b in combinations(group, 2)]
    lines += [f":- not 1 {{ {'; '.join(f'v({v},{value})' for v in group)} }} 1." for value, group in frame.once]
    for number, clue in enumerate(puzzle.clues):
        fields = {**dict(zip("xyz", clue.scope, strict=False)), "k": clue.constant, "n": number}
        if puzzle.family == "truth-teller":
            rule = SAID[clue.kind] + " :- v({x},1), not t({n}). :- v({x},0), t({n})."
        else:
            rule = FORBIDS[puzzle.family][clue.kind]
        lines.append(rule.format(**fields))
    return "\n".join(lines)


def models_by_clingo(clingo, puzzle: Puzzle) -> list[tuple[int, ...]]:
    control = clingo.Control(["2"])
    control.add("base", [], program(puzzle))
    control.ground([("base", [])])
    found = []
    with control.solve(yield_=True) as handle:
        for model in handle:
            pairs = [[a.number for a in symbol.arguments] for symbol in model.symbols(atoms=True) if symbol.name == "v"]
            found.append(tuple(value for _, value in sorted(pairs)))
    return found


def models_by_sat(solvers, puzzle: Puzzle) -> list[tuple[int, ...]]:
    frame, names = puzzle.frame, {}
    for v, size in enumerate(frame.sizes):
        for value in range(size):
            names[v, value] = len(names) + 1
    clauses = [[names[v, value] for value in range(size)] for v, size in enumerate(frame.sizes)]
    clauses += [
        [-names[v, a], -names[v, b]] for v, size in enumerate(frame.sizes) for a, b in combinations(range(size), 2)
    ]
    for group in frame.groups:
        for a, b in combinations(group, 2):
            clauses += [[-names[a, value], -names[b, value]] for value in range(frame.sizes[a])]
    for value, group in frame.once:
        clauses += [[names[v, value] for v in group]]
        clauses += [[-names[a, value], -names[b, value]] for a, b in combinations(group, 2)]
    holds = PUZZLES[puzzle.family].holds
    for clue in puzzle.clues:
        for values in product(*(range(frame.sizes[v]) for v in clue.scope)):
            if not holds(clue.kind, clue.constant, *values):
                clauses.append([-names[v, value] for v, value in zip(clue.scope, values, strict=True)])
    found = []
    with solvers.Solver(name="cadical153", bootstrap_with=clauses) as solver:
        while len(found) < 2 and solver.solve():
            true = set(solver.get_model())
            values = tuple(
                next(value for value in range(size) if names[v, value] in true) for v, size in enumerate(frame.sizes)
            )
            found.append(values)
            solver.add_clause([-names[v, value] for v, value in enumerate(values)])
    return found


@pytest.mark.parametrize(("name", "level"), CASES)
def test_an_answer_set_solver_finds_the_same_single_solution(name, level):
    clingo = pytest.importorskip("clingo", reason="clingo is not installed; it is in the dev group")
    for puzzle, twin in generate_puzzles(SEED, name, level, 4, twins=1):
        assert models_by_clingo(clingo, puzzle) == [puzzle.frame.gold]
        assert twin is None or models_by_clingo(clingo, twin) == []


@pytest.mark.parametrize(("name", "level"), CASES)
def test_a_sat_solver_finds_the_same_single_solution(name, level):
    solvers = pytest.importorskip("pysat.solvers", reason="python-sat is not installed; it is in the dev group")
    for puzzle, twin in generate_puzzles(SEED, name, level, 4, twins=1):
        assert models_by_sat(solvers, puzzle) == [puzzle.frame.gold]
        assert twin is None or models_by_sat(solvers, twin) == []
