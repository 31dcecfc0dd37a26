"""Taking whole numbers away in small stories."""

from __future__ import annotations

from certify.check.families.base import Facts, IntegerAnswer
from certify.check.families.lexicon import NAMES, THINGS, alike, integer, integers, listed, magnitude, of_digits, text
from certify.statistics.stream import Stream

_SIZES = {1: (1, 3, 3), 2: (2, 6, 5), 3: (4, 9, 8)}
_WORDING = {
    "gives": "{name} has {start} {thing} and gives away {takes}. How many {thing} are left?",
    "box": "A box holds {start} {thing}. {name} takes out {takes}. How many {thing} remain in the box?",
    "shop": "A shop had {start} {thing} and sold {takes} to {name}. How many {thing} does the shop still have?",
    "plain": "What is {difference}?",
}


class Subtraction(IntegerAnswer):
    """Differences that stay positive: one take-away of 3 digits, two from 6 digits, four from 9."""

    id = "subtraction"
    title = "Subtraction of whole numbers"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """A start and what is taken away, redrawn until something is left."""
        count, digits, take_digits = _SIZES[level]
        while True:
            if like is None:
                start = of_digits(stream, digits)
                takes = [of_digits(stream, take_digits) for _ in range(count)]
            else:
                start = alike(stream, integer(like, "start"))
                takes = [alike(stream, take) for take in integers(like, "takes")]
            if start > sum(takes):
                name, thing = stream.choice(NAMES), stream.choice(THINGS)
                return {"start": start, "takes": takes, "name": name, "thing": thing}

    def ask(self, facts: Facts, template: str) -> str:
        """A short story, or the bare difference."""
        start, takes = integer(facts, "start"), integers(facts, "takes")
        return _WORDING[template].format(
            name=text(facts, "name"),
            thing=text(facts, "thing"),
            start=start,
            takes=f"{listed(takes)}",
            difference=" - ".join(map(str, [start, *takes])),
        )

    def solve(self, facts: Facts) -> str:
        """What is left, in decimal digits."""
        return str(integer(facts, "start") - sum(integers(facts, "takes")))

    def shape(self, facts: Facts) -> tuple[object, ...]:
        """What is left keeps its digits and trailing zeros too."""
        return magnitude(integer(facts, "start") - sum(integers(facts, "takes")))
