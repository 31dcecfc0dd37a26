"""Writing letters backwards."""

from __future__ import annotations

from certify.check.families.base import Facts, Problem, Responder, WordsAnswer
from certify.check.families.lexicon import NAMES, text, texts
from certify.statistics.stream import Stream

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIZES = {1: (5, 7), 2: (16, 16), 3: (32, 32)}
_WORDING = {
    "write": "Write these letters in reverse order: {letters}.",
    "typed": "{name} typed {letters}. Give the letters from last to first.",
    "backwards": "Spell {letters} backwards, one letter at a time.",
}


class Reversal(WordsAnswer):
    """Five to seven distinct letters, sixteen distinct ones, thirty-two with repeats."""

    id = "reversal"
    title = "Reversing letters"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Letters that do not read the same both ways."""
        count = len(texts(like, "letters")) if like else stream.between(*_SIZES[level])
        while True:
            if count <= len(_LETTERS):
                letters = stream.sample(_LETTERS, count)
            else:
                letters = [stream.choice(_LETTERS) for _ in range(count)]
            if letters != letters[::-1]:
                return {"letters": letters, "name": stream.choice(NAMES)}

    def ask(self, facts: Facts, template: str) -> str:
        """The letters, separated by spaces."""
        return _WORDING[template].format(name=text(facts, "name"), letters=" ".join(texts(facts, "letters")))

    def solve(self, facts: Facts) -> str:
        """The letters backwards, separated by spaces."""
        return " ".join(reversed(texts(facts, "letters")))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Copying, swapping the ends, and any order."""

        def swapped(problem: Problem) -> str:
            letters = texts(problem.facts, "letters")
            return " ".join([letters[-1], *letters[1:-1], letters[0]])

        def shuffled(problem: Problem) -> str:
            letters = texts(problem.facts, "letters")
            return " ".join(stream.sample(letters, len(letters)))

        return {
            "copy": lambda problem: " ".join(texts(problem.facts, "letters")),
            "swap-ends": swapped,
            "shuffle": shuffled,
        }
