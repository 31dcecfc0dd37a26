"""The solver counts what enumeration counts."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check.puzzles.solver import Clue, Frame, count_solutions, is_possible, is_unique, without_needless

KINDS = {"is": 1, "is_not": 1, "less": 2, "apart": 2, "sum": 3, "between": 3}


def holds(kind: str, constant: int, *values: int) -> bool:
    return {
        "is": lambda x: x == constant,
        "is_not": lambda x: x != constant,
        "less": lambda x, y: x < y,
        "apart": lambda x, y: abs(x - y) == constant,
        "sum": lambda x, y, z: x + y == z,
        "between": lambda x, y, z: y < x < z or z < x < y,
    }[kind](*values)


def enumerated(frame: Frame, clues: list[Clue]) -> int:
    found = 0
    for values in product(*map(range, frame.sizes)):
        different = all(len({values[v] for v in group}) == len(group) for group in frame.groups)
        once = all(sum(values[v] == value for v in group) == 1 for value, group in frame.once)
        found += different and once and all(holds(c.kind, c.constant, *(values[v] for v in c.scope)) for c in clues)
    return found


@st.composite
def networks(draw):
    count, size = draw(st.integers(3, 5)), draw(st.integers(2, 5))
    everyone = tuple(range(count))
    groups = draw(st.sampled_from([(), ((0, 1, 2),), (everyone,)]))
    once = draw(st.sampled_from([(), ((0, everyone),), ((1, (0, 2)),)]))
    frame = Frame(1, (size,) * count, groups, once, (0,) * count)
    clues = []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(sorted(KINDS)))
        scope = draw(st.permutations(range(count)))[: KINDS[kind]]
        clues.append(Clue(kind, tuple(scope), draw(st.integers(0, size - 1))))
    return frame, clues


@settings(max_examples=300, deadline=None)
@given(networks())
def test_solutions_are_counted_as_by_enumeration(network):
    frame, clues = network
    whole = enumerated(frame, clues)
    assert count_solutions(frame, clues, holds, limit=10**6).solutions == whole
    assert is_possible(frame, clues, holds) == (whole > 0)
    assert is_unique(frame, clues, holds) == (whole == 1)
    assert count_solutions(frame, clues, holds).solutions == min(whole, 2)


def test_needless_clues_are_left_out_and_only_those():
    frame = Frame(1, (3, 3, 3), ((0, 1, 2),), (), (0, 1, 2))
    clues = [Clue("less", (0, 1)), Clue("less", (1, 2)), Clue("less", (0, 2)), Clue("is_not", (0,), 2)]
    assert without_needless(frame, clues, holds) == clues[:2]


def test_a_contradiction_alone_leaves_nothing():
    frame = Frame(1, (3, 3), (), (), (0, 1))
    assert count_solutions(frame, [Clue("is", (0,), 5)], holds) == (0, 1)
    assert not is_possible(frame, [Clue("is", (0,), 2), Clue("less", (0, 1))], holds)
