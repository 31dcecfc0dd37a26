"""Ranking people from shuffled comparisons of neighbours."""

from __future__ import annotations

from certify.check.families.base import Facts, Problem, Responder, WordsAnswer
from certify.check.families.lexicon import NAMES, integers, text, texts
from certify.statistics.stream import Stream

_SIZES = {1: 5, 2: 9, 3: 14}
_RELATIONS = {
    "height": ("taller", "shorter", "tallest", "shortest"),
    "age": ("older", "younger", "oldest", "youngest"),
    "speed": ("faster", "slower", "fastest", "slowest"),
}
_WORDING = {
    "list": "{statements} List all of them from {most} to {least}.",
    "rank": "{statements} Rank everyone, {most} first.",
    "order": "{statements} Give the names in order from {most} to {least}.",
}


def pairs(facts: Facts) -> list[tuple[str, str]]:
    """The comparisons as (greater, lesser), in the order they are told."""
    order = texts(facts, "order")
    return [(order[place], order[place + 1]) for place in integers(facts, "told")]


class Ordering(WordsAnswer):
    """Five, nine or fourteen people; neighbours in the ranking are compared, in random order and direction."""

    id = "ordering"
    title = "Ranking from comparisons"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """The ranking, the order in which neighbours are compared, and which comparisons are turned round."""
        people = _SIZES[level]
        told = list(range(people - 1))
        while _given_away(told):
            stream.shuffle(told)
        return {
            "order": stream.sample(NAMES, people),
            "told": told,
            "turned": [stream.below(2) for _ in told],
            "relation": text(like, "relation") if like else stream.choice(tuple(_RELATIONS)),
        }

    def ask(self, facts: Facts, template: str) -> str:
        """One sentence a comparison, then the question."""
        more, less, most, least = _RELATIONS[text(facts, "relation")]
        told = zip(pairs(facts), integers(facts, "turned"), strict=True)
        statements = [
            f"{lesser} is {less} than {greater}." if turned else f"{greater} is {more} than {lesser}."
            for (greater, lesser), turned in told
        ]
        return _WORDING[template].format(statements=" ".join(statements), most=most, least=least)

    def solve(self, facts: Facts) -> str:
        """The names from the first to the last, separated by a comma and a space."""
        return ", ".join(texts(facts, "order"))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Order of first mention, as told or with the comparisons turned round, either way, and any order."""

        def mentioned(problem: Problem) -> list[str]:
            told = zip(pairs(problem.facts), integers(problem.facts, "turned"), strict=True)
            return [name for pair, turned in told for name in (pair[::-1] if turned else pair)]

        def shuffled(problem: Problem) -> str:
            names = texts(problem.facts, "order")
            return ", ".join(stream.sample(names, len(names)))

        return {
            "mention": lambda problem: _first_seen(mentioned(problem)),
            "mention-backwards": lambda problem: _first_seen(mentioned(problem)[::-1]),
            "greater-first": lambda problem: _first_seen([name for pair in pairs(problem.facts) for name in pair]),
            "lesser-first": lambda problem: _first_seen([name for pair in pairs(problem.facts) for name in pair[::-1]]),
            "shuffle": shuffled,
        }

    def partial_solvers(self, stream: Stream) -> dict[str, Responder]:
        """Finding who is never the lesser and who never the greater, without chaining any two comparisons."""
        return {"ends": lambda problem: _ends_apart(pairs(problem.facts))}


def _given_away(told: list[int]) -> bool:
    """Whether the order of first mention already is the ranking, or the ranking upside down."""
    mentioned = list(dict.fromkeys(place for first in told for place in (first, first + 1)))
    return mentioned in (sorted(mentioned), sorted(mentioned, reverse=True)) or told == sorted(told, reverse=True)


def _first_seen(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _ends_apart(compared: list[tuple[str, str]]) -> str:
    greater, lesser = (dict.fromkeys(names) for names in zip(*compared, strict=True))
    names = dict.fromkeys(name for pair in compared for name in pair)
    return ", ".join(sorted(names, key=lambda name: (name in lesser) + (name not in greater)))
