"""The commands that would supply on the reader's own machine what a certificate's evidence does not hold."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from certify.decide.lacks import Lack, LackKind


class Supply(NamedTuple):
    """What one kind of missing evidence takes."""

    rules: tuple[str, ...]
    """The rules that wait for it."""
    needs: tuple[str, ...]
    """The checks or facts."""
    commands: tuple[str, ...]
    """What to type; words in capitals are to be replaced."""


DECLARATION = "declaration.yaml"
_OPTIONS = {
    LackKind.CHECK: (),
    LackKind.OTHER: (),
    LackKind.SCAN: ("--data", "DIR"),
    LackKind.DATA: ("--data", "DIR", "--data-complete"),
    LackKind.DECLARATION: ("--declaration", DECLARATION),
}


def supplies(lacks: tuple[Lack, ...], model: str, policy: str) -> tuple[Supply, ...]:
    """What would supply the missing evidence, one entry for each kind, in the order of the policy's rules.

    Args:
        lacks: what is missing.
        model: the model as the reader names it.
        policy: the policy as the reader names it.
    """
    return tuple(
        Supply(
            rules=tuple(dict.fromkeys(one.rule for one in lacks if one.kind is kind)),
            needs=tuple(dict.fromkeys(one.name for one in lacks if one.kind is kind)),
            commands=_commands(kind, model, policy),
        )
        for kind in dict.fromkeys(one.kind for one in lacks)
    )


def whole_command(lacks: tuple[Lack, ...], model: str, policy: str) -> str:
    """The one command that tests the model here, under the reader's policy, with all that is missing."""
    options: dict[str, tuple[str, ...]] = {}
    for one in lacks:
        taken = _OPTIONS[one.kind]
        if taken:
            options[taken[0]] = max(options.get(taken[0], ()), taken, key=len)
    return _run(model, policy, *(word for taken in options.values() for word in taken))


def _commands(kind: LackKind, model: str, policy: str) -> tuple[str, ...]:
    run = _run(model, policy, *_OPTIONS[kind])
    if kind is LackKind.DECLARATION:
        return f"certify model describe --template > {DECLARATION}", run
    return (run,)


def _run(model: str, policy: str, *options: str) -> str:
    return shlex.join(["certify", "run", model, "--policy", policy, *options])
