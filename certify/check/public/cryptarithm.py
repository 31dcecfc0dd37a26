"""Sums in letters: any digits that make the sum come out are right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from certify.check.public.base import PublicFamily, QuestionResponder, plain
from certify.statistics.stream import Stream

_PAIR = re.compile(r"\s*([A-Z])\s*=\s*([0-9])\s*")
_SUM = re.compile(r"[A-Z+]+=[A-Z]+")


class Cryptarithm(PublicFamily):
    """Gold is the sum, ``; `` and one solution; others may exist, and count."""

    id = "cryptarithm"

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The sum with the library's solution."""
        facts = entry["metadata"]
        gold = f"{'+'.join(facts['words_letters'])}={facts['result_letters']}; {entry['answer']}"
        return gold if self.verify(str(entry["answer"]), gold) else None

    def read(self, answer: str) -> str | None:
        """``A=1,B=2``: capital letters, one digit each, no letter twice."""
        text = plain(answer)
        pairs = [_PAIR.fullmatch(part) for part in text.split(",")] if text is not None else []
        found = {pair[1]: pair[2] for pair in pairs if pair is not None}
        if not pairs or len(found) != len(pairs):
            return None
        return ",".join(f"{letter}={digit}" for letter, digit in found.items())

    def same(self, said: str, gold: str) -> bool:
        """Every letter of the sum and no other, different digits, no leading zero, and the sum comes out."""
        digits = dict(part.split("=") for part in said.split(","))
        equation = gold.partition(";")[0]
        if not _SUM.fullmatch(equation) or set(digits) != set(equation) - {"+", "="}:
            return False
        total = equation.partition("=")[2]
        words = equation.partition("=")[0].split("+")
        if len(set(digits.values())) != len(digits) or any(digits[word[0]] == "0" for word in (*words, total)):
            return False
        return sum(_number(word, digits) for word in words) == _number(total, digits)

    def spoken(self, gold: str) -> str:
        """The solution without the sum."""
        return gold.partition("; ")[2]

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Digits in the order of the alphabet or of the sum, or by lot."""

        def given(question: str, digits: list[int], *, ordered: bool) -> str:
            letters = list(dict.fromkeys(re.findall(r"[A-Z]", _puzzle(question))))
            letters = sorted(letters) if ordered else letters
            return ",".join(f"{letter}={digit}" for letter, digit in zip(letters, digits, strict=False))

        return {
            "alphabet": lambda question: given(question, list(range(10)), ordered=True),
            "order-of-sum": lambda question: given(question, [*range(1, 10), 0], ordered=False),
            "one-then-nought": lambda question: given(question, [1, 0, *range(2, 10)], ordered=False),
            "by-lot": lambda question: given(question, stream.sample(range(10), 10), ordered=True),
        }


def _number(word: str, digits: Mapping[str, str]) -> int:
    return int("".join(digits[letter] for letter in word))


def _puzzle(question: str) -> str:
    """The sum itself, between the first and the second blank line."""
    return question.split("\n\n")[1] if "\n\n" in question else ""
