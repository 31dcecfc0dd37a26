"""Words and numbers the families draw from, and typed access to facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from certify.check.families.base import Facts
from certify.errors import UsageError
from certify.statistics.stream import Stream

NAMES = (
    "Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Iris", "Jack", "Kim", "Leo",
    "Mia", "Nora", "Otto", "Pia", "Quinn", "Rosa", "Sam", "Tess", "Uma", "Vera", "Will", "Zoe",
)  # fmt: skip
THINGS = ("apples", "books", "coins", "cards", "pens", "shells", "stamps", "beads", "bricks", "marbles")


def integer(facts: Facts, key: str) -> int:
    """The fact as an integer."""
    value = facts.get(key)
    return value if isinstance(value, int) else _refuse(key, "an integer")


def text(facts: Facts, key: str) -> str:
    """The fact as a string."""
    value = facts.get(key)
    return value if isinstance(value, str) else _refuse(key, "a string")


def integers(facts: Facts, key: str) -> list[int]:
    """The fact as a list of integers."""
    value = facts.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, int) for entry in value):
        _refuse(key, "a list of integers")
    return list(value)


def texts(facts: Facts, key: str) -> list[str]:
    """The fact as a list of strings."""
    value = facts.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        _refuse(key, "a list of strings")
    return list(value)


def _refuse(key: str, kind: str) -> NoReturn:
    raise UsageError(
        "CERT-E066",
        f"the problem's fact {key!r} is not {kind}",
        why="a stored problem is solved and varied from its facts, and these do not fit its family",
        hint="restore the benchmark file the plan names",
    )


def zeros(number: int) -> int:
    """How many zeros a number ends in; 0 for zero itself."""
    digits = str(abs(number))
    return len(digits) - len(digits.rstrip("0")) if number else 0


def magnitude(number: int) -> tuple[int, int, int]:
    """Sign, digits and trailing zeros: what a number in an isomorph must share."""
    return (-1 if number < 0 else 1), len(str(abs(number))), zeros(number)


def of_digits(stream: Stream, digits: int) -> int:
    """A uniform positive integer with this many digits."""
    return stream.between(10 ** (digits - 1), 10**digits - 1)


def alike(stream: Stream, number: int) -> int:
    """A uniform positive integer with the digits and trailing zeros of ``number``."""
    if number == 0:
        return 0
    zero = zeros(number)
    digits = len(str(abs(number))) - zero
    while (head := of_digits(stream, digits)) % 10 == 0:
        pass
    return int(head * 10**zero)


def listed(parts: Sequence[object]) -> str:
    """English enumeration: ``a``, ``a and b``, ``a, b and c``."""
    words = [str(part) for part in parts]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
