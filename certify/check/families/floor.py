"""What a family pays to a responder that does not reason: the best of a bank of null responders.

``python -m certify.check.families.floor`` prints the table that ships as ``certify/evidence/floors/families.json``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from certify.check.families import FAMILIES, Problem, Responder, generate_items
from certify.errors import InternalError
from certify.evidence.floors import floor_table
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/families/floor/v1").digest()
ITEMS = 2_000
ALPHA = 0.05
_FREQUENT = 5
_NUMBER = re.compile(r"[0-9]+")
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Floor:
    """The best null responder of a family and level on freshly drawn problems.

    ``upper`` is the one-sided 95 % Clopper-Pearson bound on its rate of right answers, rounded up to
    four decimals.
    """

    best_responder: str
    right: int
    items: int
    upper: float


def null_floor(family: str, level: int, *, items: int = ITEMS) -> Floor:
    """The floor of a family: the most that any null responder gets right, with its upper bound.

    Args:
        family: a key of ``FAMILIES``.
        level: one of its levels.
        items: how many problems are drawn, at least 1.

    Source: trivial responders as a check of a benchmark, after Zhu et al., "Establishing Best Practices
    for Building Rigorous Agentic Benchmarks" (2025).
    """
    problems = generate_items(SEED, family, level, items, purpose="floor")
    return _best(family, problems, _bank(family, level, problems))


def partial_floor(family: str, level: int, *, items: int = ITEMS) -> Floor | None:
    """The best responder that does a part of the reasoning and guesses the rest; ``None`` if none is known."""
    bank = FAMILIES[family].partial_solvers(Stream(SEED, f"partial/{family}/{level}"))
    problems = generate_items(SEED, family, level, items, purpose="floor") if bank else []
    return _best(family, problems, bank) if bank else None


def floors() -> dict[str, dict[int, Floor]]:
    """The frozen floors by family and level, as they ship.

    Raises:
        InternalError: the shipped table lacks a family or has another version of it (E069).
    """
    shipped = floor_table("families")
    for name, family in FAMILIES.items():
        if shipped.get(name, {}).get("version") != family.version:
            raise InternalError(
                "CERT-E069",
                f"the table families.json has no floor for version {family.version} of {name}",
                hint="run python -m certify.check.families.floor and ship its output",
            )
    return {name: {int(level): Floor(**row) for level, row in shipped[name]["floor"].items()} for name in FAMILIES}


def table() -> str:
    """The text of ``certify/evidence/floors/families.json``, computed afresh."""
    rows = {}
    for name, family in FAMILIES.items():
        partial = {level: partial_floor(name, level) for level in family.levels}
        rows[name] = {
            "version": family.version,
            "floor": {str(level): vars(null_floor(name, level)) for level in family.levels},
            "partial": {str(level): vars(found) for level, found in partial.items() if found},
        }
    return json.dumps(rows, indent=1) + "\n"


def _best(family: str, problems: Sequence[Problem], bank: dict[str, Responder]) -> Floor:
    verify = FAMILIES[family].verify
    scores = {
        name: sum(verify(respond(problem), problem.answer) for problem in problems)
        for name, respond in sorted(bank.items())
    }
    best, items = max(scores, key=lambda name: scores[name]), len(problems)
    return Floor(best, scores[best], items, math.ceil(_binomial_upper(scores[best], items) * 10_000) / 10_000)


def common_bank(golds: Sequence[str], others: Sequence[str], stream: Stream) -> dict[str, Callable[[str], str]]:
    """Responders that know nothing of a family: each answers a question's text without its solution.

    Args:
        golds: right answers of the problems themselves, so that frequent ones are known.
        others: right answers to other problems of the family.
        stream: what is left to chance.
    """
    bank: dict[str, Callable[[str], str]] = {
        "empty": lambda question: "",
        "first-number": lambda question: _at(_NUMBER, question, 0),
        "last-number": lambda question: _at(_NUMBER, question, -1),
        "all-numbers": lambda question: ", ".join(_NUMBER.findall(question)),
        "first-word": lambda question: _at(_WORD, question, 0),
        "last-word": lambda question: _at(_WORD, question, -1),
        "question": lambda question: question,
        "every-gold": lambda question: ", ".join(dict.fromkeys(others)),
        "another-gold": lambda question: stream.choice(others),
    }
    for place, (answer, _) in enumerate(Counter([*golds, *others]).most_common(_FREQUENT), start=1):
        bank[f"frequent-{place}"] = lambda question, answer=answer: answer  # type: ignore[misc]
    return bank


def _bank(family: str, level: int, problems: Sequence[Problem]) -> dict[str, Responder]:
    stream = Stream(SEED, f"nulls/{family}/{level}")
    others = generate_items(SEED, family, level, 500, purpose="others")
    common = common_bank([one.answer for one in problems], [one.answer for one in others], stream)
    return {name: _asked(respond) for name, respond in common.items()} | FAMILIES[family].nulls(stream)


def _asked(respond: Callable[[str], str]) -> Responder:
    return lambda problem: respond(problem.question)


def _at(pattern: re.Pattern[str], text: str, place: int) -> str:
    found = pattern.findall(text)
    return str(found[place]) if found else ""


def _binomial_upper(right: int, items: int) -> float:
    """Upper Clopper-Pearson bound, one-sided at :data:`ALPHA`, by bisection on the binomial tail.

    Source: Clopper and Pearson, Biometrika 26 (1934) 404-413.
    """
    if right >= items:
        return 1.0
    low, high = right / items, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(right, items, middle) > ALPHA else (low, middle)
    return high


def _at_most(right: int, items: int, rate: float) -> float:
    if not 0.0 < rate < 1.0:
        return 1.0 if rate <= 0.0 else 0.0
    log_rate, log_rest, whole = math.log(rate), math.log1p(-rate), math.lgamma(items + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(items - k + 1) + k * log_rate + (items - k) * log_rest)
        for k in range(right + 1)
    )


if __name__ == "__main__":
    print(table(), end="")
