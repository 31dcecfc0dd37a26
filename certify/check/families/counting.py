"""Counting the members of three kinds in one list."""

from __future__ import annotations

from certify.check.families.base import Facts, IntegersAnswer, Problem, Responder
from certify.check.families.lexicon import NAMES, text, texts
from certify.statistics.stream import Stream

KINDS = {
    "animals": (
        "cat", "dog", "owl", "pig", "cow", "fox", "bear", "frog", "hare", "mole",
        "wolf", "duck", "goat", "lion", "mouse", "horse", "sheep", "tiger", "otter", "camel",
    ),
    "colours": (
        "red", "blue", "green", "pink", "grey", "black", "white", "brown", "teal", "cyan",
        "beige", "violet", "purple", "yellow", "maroon", "indigo", "scarlet", "crimson", "magenta", "turquoise",
    ),
    "fruits": (
        "apple", "pear", "plum", "fig", "mango", "grape", "melon", "kiwi", "lemon", "banana",
        "cherry", "papaya", "apricot", "quince", "guava", "lychee", "raspberry", "blueberry", "nectarine", "pineapple",
    ),
}  # fmt: skip
_SIZES = {1: (5, 8, 8), 2: (18, 24, 20), 3: (36, 42, 20)}
_WORDING = {
    "count": "Count the animals, colours and fruits in this list: {items}.",
    "wrote": "{name} wrote: {items}. How many animals, colours and fruits are there?",
    "give": "{name} reads {items}. Give the number of animals, then of colours, then of fruits.",
}


def kind(item: str) -> int:
    """Which kind an item is: 0 animals, 1 colours, 2 fruits."""
    return next(index for index, members in enumerate(KINDS.values()) if item in members)


def tally(items: list[str]) -> list[int]:
    """How many animals, colours and fruits a list holds."""
    counts = [0, 0, 0]
    for item in items:
        counts[kind(item)] += 1
    return counts


class Counting(IntegersAnswer):
    """Five to eight items, eighteen to twenty-four, thirty-six to forty-two; all different."""

    id = "counting"
    title = "Counting by kind"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Items; every split into three kinds is equally likely."""
        low, high, members = _SIZES[level]
        total = len(texts(like, "items")) if like else stream.between(low, high)
        splits = [
            (first, second, total - first - second)
            for first in range(min(total, members) + 1)
            for second in range(min(total - first, members) + 1)
            if total - first - second <= members
        ]
        items: list[str] = []
        for count, names in zip(stream.choice(splits), KINDS.values(), strict=True):
            items += stream.sample(names[:members], count)
        stream.shuffle(items)
        return {"items": items, "name": stream.choice(NAMES)}

    def ask(self, facts: Facts, template: str) -> str:
        """The list in its drawn order."""
        return _WORDING[template].format(name=text(facts, "name"), items=", ".join(texts(facts, "items")))

    def solve(self, facts: Facts) -> str:
        """The three counts, separated by a comma and a space."""
        return ", ".join(map(str, tally(texts(facts, "items"))))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """An even split and a uniform split of the length of the list."""

        def even(problem: Problem) -> str:
            total = len(texts(problem.facts, "items"))
            return ", ".join(str((total + rest) // 3) for rest in (2, 1, 0))

        def uniform(problem: Problem) -> str:
            total = len(texts(problem.facts, "items"))
            first = stream.below(total + 1)
            second = stream.below(total - first + 1)
            return f"{first}, {second}, {total - first - second}"

        return {"even": even, "uniform": uniform}

    def partial_solvers(self, stream: Stream) -> dict[str, Responder]:
        """Counting the animals and splitting the rest by chance."""

        def one_kind(problem: Problem) -> str:
            items = texts(problem.facts, "items")
            first = tally(items)[0]
            second = stream.below(len(items) - first + 1)
            return f"{first}, {second}, {len(items) - first - second}"

        return {"one-kind": one_kind}
