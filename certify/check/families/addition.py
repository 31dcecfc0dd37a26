"""Adding whole numbers in small stories."""

from __future__ import annotations

from certify.check.families.base import Facts, IntegerAnswer
from certify.check.families.lexicon import NAMES, THINGS, alike, integers, listed, magnitude, of_digits, text
from certify.statistics.stream import Stream

_SIZES = {1: (2, 3), 2: (3, 6), 3: (5, 9)}
_WORDING = {
    "buys": "{name} has {first} {thing} and buys {rest} more. How many {thing} does {name} have now?",
    "boxes": "{name} opens boxes with {all} {thing}. How many {thing} are there in total?",
    "days": "{name} collected {thing} on several days: {all}. What is the total?",
    "plain": "What is {sum}?",
}


class Addition(IntegerAnswer):
    """Sums: two terms of 3 digits, three of 6, five of 9."""

    id = "addition"
    title = "Addition of whole numbers"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Terms, a name and a thing."""
        count, digits = _SIZES[level]
        if like is None:
            terms = [of_digits(stream, digits) for _ in range(count)]
        else:
            terms = [alike(stream, term) for term in integers(like, "terms")]
        return {"terms": terms, "name": stream.choice(NAMES), "thing": stream.choice(THINGS)}

    def ask(self, facts: Facts, template: str) -> str:
        """A short story, or the bare sum."""
        terms = integers(facts, "terms")
        return _WORDING[template].format(
            name=text(facts, "name"),
            thing=text(facts, "thing"),
            first=terms[0],
            rest=listed(terms[1:]),
            all=listed(terms),
            sum=" + ".join(map(str, terms)),
        )

    def solve(self, facts: Facts) -> str:
        """The sum in decimal digits."""
        return str(sum(integers(facts, "terms")))

    def shape(self, facts: Facts) -> tuple[object, ...]:
        """The sum keeps its digits and trailing zeros too."""
        return magnitude(sum(integers(facts, "terms")))
