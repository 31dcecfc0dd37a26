"""One machine, told as registers, cups or dials."""

from __future__ import annotations

from typing import NamedTuple

from certify.check.chains.machine import ADD, MINUS, PLUS, STEPWISE, SWAP, Chain
from certify.statistics.stream import Stream

_LETTERS = "ABCDEFGH"


class Story(NamedTuple):
    """The words of one telling."""

    rule: str
    """What keeps values from 0 to 96."""
    start: str
    """One value at the start."""
    steps: dict[str, str]
    """Each kind of step; ``x`` changes, ``y`` is the other register, ``k`` a constant."""
    question: str
    """What is asked."""


STORIES = {
    "registers": Story(
        "All values are taken modulo 97.",
        "{x} = {k}",
        {ADD: "Add {k} to {x}.", PLUS: "Add {y} to {x}.", MINUS: "Subtract {y} from {x}.", SWAP: "Swap {x} and {y}."},
        "What is {x} at the end?",
    ),
    "cups": Story(
        "From a cup with 97 stones or more 97 are taken; one that would go below none first gets 97.",
        "cup {x}: {k}",
        {
            ADD: "Put {k} stones into cup {x}.",
            PLUS: "Put as many stones into cup {x} as cup {y} holds.",
            MINUS: "Take as many stones out of cup {x} as cup {y} holds.",
            SWAP: "Swap the contents of cups {x} and {y}.",
        },
        "How many stones are in cup {x} at the end?",
    ),
    "dials": Story(
        "Dials show 0 to 96 and go on from 96 to 0.",
        "dial {x} shows {k}",
        {
            ADD: "Turn dial {x} on by {k}.",
            PLUS: "Turn dial {x} on by what dial {y} shows.",
            MINUS: "Turn dial {x} back by what dial {y} shows.",
            SWAP: "Dials {x} and {y} change places, each taking the name of the other.",
        },
        "What does dial {x} show at the end?",
    ),
}
"""Name of a telling to its words."""


def worded(stream: Stream, chain: Chain, arm: str) -> str:
    """A chain as a question, in a telling that the stream chooses."""
    story = STORIES[stream.choice(tuple(STORIES))]
    names = _LETTERS[: len(chain.initial)]
    starts = ", ".join(story.start.format(x=name, k=value) for name, value in zip(names, chain.initial, strict=True))
    told = [
        story.steps[step.kind].format(x=names[step.target], k=step.other, y=names[step.other % len(names)])
        for step in chain.steps
    ]
    work = "Write down all values after every step. " if arm == STEPWISE else ""
    question = story.question.format(x=names[chain.asked])
    return f"{story.rule} Start: {starts}. {' '.join(told)} {work}{question} Only that number counts."
