"""Whether a short mathematical answer equals the right one; math-verify decides what text alone does not settle.

The span is cut out elsewhere (:mod:`certify.check.extraction`): given a whole text, math-verify takes any number in it.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from itertools import accumulate
from typing import Any

from certify.check.families.answers import same_integers
from certify.errors import InternalError, UsageError

SECONDS = 5
"""Time math-verify may take to read, and again to compare; it keeps to it by ``signal.alarm``."""

LONGEST = 400
"""Characters; no answer to these benchmarks comes near."""

HEAVIEST = 10_000
"""Largest product of exponents and factorials: what stays below has under a million digits."""

_NUMERAL = re.compile(r"\d+")
_LONGEST_NUMERAL = 60
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_DEEPEST = 12
_POWER = re.compile(r"(?:\^|\*\*)\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\(([^()]*)\)|(-?\s*\d+|\\?[A-Za-z]+))")
_POWERS = re.compile(r"\^|\*\*")
_FACTORIAL = re.compile(r"(\d*)\s*\)?\s*!")
_HEAVY_WORD = re.compile(r"(?:\\|\b)(?:[td]?binom|sum|prod|int|lim|factorial)(?![a-z])")
_WORD = re.compile(r"(?<!\\)[^\W\d_]{3,}")
_LISTED = re.compile(r"\d\s+\d")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_DELIMITED = re.compile(r"^(?:\\\(|\\\[|\$+)(.*?)(?:\\\)|\\\]|\$+)$", re.DOTALL)


def same_mathematics(answer: str, gold: str) -> bool:
    """Whether two short expressions mean the same: ``1/2`` and ``\\frac12``, ``x = 3`` and ``3``, sets in any order.

    Text that could keep a computer algebra system busy is no answer, and neither is a bare list of numbers.

    Args:
        answer: untrusted span, as extracted.
        gold: the right answer, LaTeX or plain.

    Raises:
        UsageError: CERT-E035, math-verify is not installed; never because of an answer.
        InternalError: CERT-E102, called from a thread, where its time limit would not hold.
    """
    given, wanted = _plain(answer), _plain(gold)
    if not given or not wanted:
        return False
    if given == wanted or same_integers(given, wanted, count=1):
        return True
    if _WORD.search(wanted) and not re.search(r"[\d\\]", wanted):
        return False  # a name is no product of its letters
    if not is_light(given) or not is_light(wanted) or _LISTED.search(given):
        return False
    return _compared(given, wanted)


def is_light(text: str) -> bool:
    """Whether an expression is short to work out, judged from its characters alone."""
    if len(text) > LONGEST or _HEAVY_WORD.search(text):
        return False
    if max(accumulate(_DEPTH.get(character, 0) for character in text), default=0) > _DEEPEST:
        return False
    if any(len(numeral) > _LONGEST_NUMERAL for numeral in _NUMERAL.findall(text)):
        return False
    powers = list(_POWER.finditer(text))
    if len(powers) != len(_POWERS.findall(text)):
        return False  # a tower, or an exponent that cannot be told
    weight = 1
    for found in powers:
        weight *= max([1, *map(int, _NUMERAL.findall(found[0]))])
    for found in _FACTORIAL.finditer(text):
        weight *= int(found[1]) if found[1] else HEAVIEST + 1
    return weight <= HEAVIEST


def require_math_verify() -> None:
    """Returns where math-verify is installed.

    Raises:
        UsageError: CERT-E035, it is not.
    """
    try:
        import math_verify  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "CERT-E035",
            "mathematical answers cannot be compared without the package math-verify",
            "It is not installed.",
            "pip install 'certify-models[eval]'",
        ) from error


def _plain(text: str) -> str:
    inner = text.strip().removesuffix(".").strip()
    found = _DELIMITED.match(inner)
    bare = (found[1] if found else inner).replace("{,}", "").replace("−", "-").replace("\\,", " ")
    return _THOUSANDS.sub("", " ".join(bare.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac").split()))


@lru_cache(maxsize=4096)
def _compared(answer: str, gold: str) -> bool:
    require_math_verify()
    if threading.current_thread() is not threading.main_thread():
        raise InternalError("CERT-E102", "mathematical answers are compared in the main thread of a process alone")
    from math_verify import verify

    try:
        return bool(verify(_read(gold), _read(answer), timeout_seconds=SECONDS))
    except Exception:  # whatever an answer does to a computer algebra system, it is not right
        return False


def _read(text: str) -> Any:
    from math_verify import parse

    return parse(f"${_both_signs(text)}$", parsing_timeout=SECONDS)


def _both_signs(text: str) -> str:
    """``a \\pm b`` as both of its values: math-verify does not read it."""
    if text.count("\\pm") != 1 and text.count("±") != 1:
        return text
    one = text.replace("±", "\\pm")
    return f"{one.replace(chr(92) + 'pm', '+')}, {one.replace(chr(92) + 'pm', '-')}"
