"""A machine of registers whose steps can all be undone, so that a long chain forgets nothing.

The length of a chain is the number of steps that the answer needs, found by going back from the question; steps
that it does not need are counted apart. All values are taken modulo 97, so that a guess is right once in 97.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from certify.errors import InternalError
from certify.statistics.stream import Stream

MODULUS = 97
DRAWS = 2_000
"""Chains drawn before one is given up; a count, never a time."""

ADD, PLUS, MINUS, SWAP = "add", "plus", "minus", "swap"
_KINDS = (ADD, PLUS, MINUS, SWAP)
_BYSTANDERS = 2

DENSE, DILUTED, STEPWISE, ADDITION = "dense", "diluted", "stepwise", "addition"
ARMS = (DENSE, DILUTED, STEPWISE, ADDITION)
"""Every step needed; as many idle steps between; every step needed and to be written down; constants added alone."""


class Step(NamedTuple):
    """One step: a constant or another register added, another one subtracted, or two exchanged."""

    kind: str
    """add, plus, minus or swap."""
    target: int
    """The register that changes."""
    other: int
    """A constant for ``add``, else a register."""


class Chain(NamedTuple):
    """Registers, steps and a question."""

    initial: tuple[int, ...]
    """Values at the start."""
    steps: tuple[Step, ...]
    """In the order of the text."""
    asked: int
    """The register whose last value is asked."""

    @property
    def result(self) -> int:
        """The value asked for."""
        return run(self.initial, self.steps)[self.asked]


def run(initial: Sequence[int], steps: Sequence[Step]) -> list[int]:
    """Values of all registers after the steps."""
    values = list(initial)
    for kind, target, other in steps:
        if kind == SWAP:
            values[target], values[other] = values[other], values[target]
        else:
            change = other if kind == ADD else values[other]
            values[target] = (values[target] - change if kind == MINUS else values[target] + change) % MODULUS
    return values


def needed(steps: Sequence[Step], asked: int) -> list[int]:
    """Positions of the steps that the asked register depends on, in order: the backward slice."""
    wanted, found = {asked}, list[int]()
    for position in range(len(steps) - 1, -1, -1):
        after = _before(steps[position], wanted)
        if after is not None:
            wanted = after
            found.append(position)
    return found[::-1]


def draw_chain(stream: Stream, arm: str, length: int) -> Chain:
    """A chain of which the answer needs exactly ``length`` steps, and that no shortcut solves.

    Args:
        stream: fixes it.
        arm: one of :data:`ARMS`.
        length: needed steps, at least 1.

    Raises:
        InternalError: CERT-E068, none turned up.
    """
    for _ in range(DRAWS):
        chain = _draw(stream, arm, length)
        exact = len(needed(chain.steps, chain.asked)) == length
        if exact and chain.result not in shortcuts(chain, arm).values():
            return chain
    raise InternalError("CERT-E068", f"no {arm} chain of length {length} in {DRAWS} draws")


def shortcuts(chain: Chain, arm: str) -> dict[str, int]:
    """What is answered without following the chain; no chain is kept that one of these solves."""
    position = needed(chain.steps, chain.asked)
    constants = [step.other for step in chain.steps if step.kind == ADD]
    own = [step.other for step in chain.steps if step.kind == ADD and step.target == chain.asked]
    found = {
        "start": chain.initial[chain.asked],
        "first-number": chain.initial[0],
        "last-number": constants[-1] if constants else chain.initial[-1],
        "all-but-the-last": _without(chain, position[-1]),
        "all-but-the-first": _without(chain, position[0]),
    }
    if arm != ADDITION:
        found["own-constants"] = (chain.initial[chain.asked] + sum(own)) % MODULUS
        found["all-constants"] = (chain.initial[chain.asked] + sum(constants)) % MODULUS
    return found


def _draw(stream: Stream, arm: str, length: int) -> Chain:
    if arm == ADDITION:
        constants = [stream.between(1, MODULUS - 1) for _ in range(length)]
        return Chain((stream.below(MODULUS),), tuple(Step(ADD, 0, constant) for constant in constants), 0)
    active = 3 if length <= 8 else 5
    registers = active + (_BYSTANDERS if arm == DILUTED else 0)
    names = stream.sample(range(registers), registers)
    marks = [True] * length + [False] * (length if arm == DILUTED else 0)
    stream.shuffle(marks)
    wanted, steps = {names[0]}, list[Step]()
    for mark in marks:
        step = _needed_step(stream, names[:active], wanted) if mark else _idle_step(stream, names, names[active:])
        wanted = _before(step, wanted) or wanted
        steps.append(step)
    initial = tuple(stream.below(MODULUS) for _ in range(registers))
    return Chain(initial, tuple(reversed(steps)), names[0])


def _needed_step(stream: Stream, active: Sequence[int], wanted: set[int]) -> Step:
    while True:
        step = _step(stream, active, active)
        if _before(step, wanted) is not None:
            return step


def _idle_step(stream: Stream, names: Sequence[int], bystanders: Sequence[int]) -> Step:
    """A step that changes bystanders alone; it may read any register, so that reading one does not make it needed."""
    while True:
        step = _step(stream, bystanders, names)
        if step.kind != SWAP or step.other in bystanders:
            return step


def _step(stream: Stream, targets: Sequence[int], others: Sequence[int]) -> Step:
    kind, target = stream.choice(_KINDS), stream.choice(targets)
    if kind == ADD:
        return Step(kind, target, stream.between(1, MODULUS - 1))
    return Step(kind, target, stream.choice([other for other in others if other != target]))


def _before(step: Step, wanted: set[int]) -> set[int] | None:
    """The registers wanted before a step, by those wanted after it; None where it changes none of them."""
    if step.kind == SWAP:
        if step.target not in wanted and step.other not in wanted:
            return None
        turned = {step.target: step.other, step.other: step.target}
        return {turned.get(register, register) for register in sorted(wanted)}
    if step.target not in wanted:
        return None
    return wanted if step.kind == ADD else wanted | {step.other}


def _without(chain: Chain, position: int) -> int:
    return run(chain.initial, chain.steps[:position] + chain.steps[position + 1 :])[chain.asked]
