"""Public families with one number as the answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from certify.check.public.base import PublicFamily, QuestionResponder, plain
from certify.statistics.stream import Stream

_WHOLE = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.0{1,6})?")
_IN_BASE = re.compile(r"([0-9a-z]{1,40})(?:_\{?(\d{1,2})\}?)?", re.IGNORECASE)
_RATIO = re.compile(r"\\[dt]?frac ?\{ ?(\d{1,30}) ?\} ?\{ ?(\d{1,30}) ?\}|(\d{1,30}) ?/ ?(\d{1,30})")
_PART = r"\d{1,20}(?:\.\d{1,20})?"
_COMPLEX = re.compile(rf"([+-]?{_PART})(?:([+-])({_PART})?i)?|([+-]?)({_PART})?i")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TERM = re.compile(r"([+-]?) ?(\d+)(?= |$)")


def whole(answer: str) -> str | None:
    """A whole number as the library writes it: thousands commas, a plus and zeros after the point go."""
    text = plain(answer)
    found = _WHOLE.fullmatch(text) if text is not None else None
    return str(int(found[1] + found[2].replace(",", ""))) if found else None


def ratio(answer: str) -> str | None:
    """A fraction ``a/b`` as it stands: nothing is cancelled."""
    text = plain(answer)
    found = _RATIO.fullmatch(text) if text is not None else None
    return "/".join(str(int(part)) for part in found.groups() if part is not None) if found else None


class WholeNumber(PublicFamily):
    """A family answered by one whole number."""

    numeric = True

    def read(self, answer: str) -> str | None:
        """One whole number and nothing else."""
        return whole(answer)

    def same(self, said: str, gold: str) -> bool:
        """The same number."""
        return said == gold


class ChainSum(WholeNumber):
    """Sums and differences of four to six numbers of two to four digits; fewer or shorter ones repeat themselves."""

    id = "chain_sum"
    settings = MappingProxyType({"min_terms": 4, "max_terms": 6, "min_digits": 2, "max_digits": 4})

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The number."""
        return str(entry["answer"])

    def partial_solvers(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Adds everything; leaves out the last term."""

        def terms(question: str) -> list[int]:
            return [int(sign + digits) for sign, digits in _TERM.findall(question.partition(": ")[2].rstrip(" ="))]

        return {
            "ignores-signs": lambda question: str(sum(map(abs, terms(question)))),
            "all-but-last": lambda question: str(sum(terms(question)[:-1])),
        }


class SimpleGeometry(WholeNumber):
    """The missing angle of a polygon; without triangles, of which there are few, and without angles of 180° or more."""

    id = "simple_geometry"
    settings = MappingProxyType({"min_sides": 4, "max_sides": 9})

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The angle; None where the polygon would not be convex, which the library does not look at."""
        angle = int(entry["metadata"]["missing_angle_rounded"])
        return str(angle) if 0 < angle < 180 and str(angle) == entry["answer"] else None

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """The mean of the angles; what the last one lacks to 180."""

        def angles(question: str) -> list[int]:
            return [int(float(found)) for found in _NUMBER.findall(question) if "." in found]

        return {
            "mean": lambda question: str(round(sum(angles(question)) / len(angles(question)))),
            "straight": lambda question: str(180 - angles(question)[-1]),
        }

    def partial_solvers(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Takes every polygon for one of so many sides; knows only that all angles give a multiple of 180."""

        def known(question: str) -> int:
            return sum(int(float(found)) for found in _NUMBER.findall(question) if "." in found)

        def lacking(total: int) -> QuestionResponder:
            return lambda question: str(total - known(question))

        bank: dict[str, QuestionResponder] = {"multiple-of-180": lambda question: str(-known(question) % 180)}
        return bank | {f"as-if-{sides}-sides": lacking(180 * (sides - 2)) for sides in range(4, 10)}


class BaseConversion(PublicFamily):
    """A number from one base to another; gold is the digits, an underscore and the base.

    Without numbers under 16: the library writes zero as nothing, and the others often look the same in both bases.
    """

    id = "base_conversion"
    settings = MappingProxyType({"min_value": 16, "max_value": 1000})

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """None where the digits stay the same."""
        facts = entry["metadata"]
        same = facts["source_repr"] == facts["target_repr"]
        return None if same else f"{entry['answer']}_{facts['target_base']}"

    def read(self, answer: str) -> str | None:
        """Digits in lower case; a base written below them stays."""
        text = plain(answer)
        found = _IN_BASE.fullmatch(text) if text is not None else None
        return "_".join(part.lower() for part in found.groups() if part) if found else None

    def same(self, said: str, gold: str) -> bool:
        """The same digits, and no other base beside them."""
        return said in (gold, gold.partition("_")[0])

    def spoken(self, gold: str) -> str:
        """The digits."""
        return gold.partition("_")[0]

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """The digits as given; the number always in one base, whatever base is asked."""

        def value(question: str) -> int:
            found = re.search(r"the (\S+) number (\S+) to", question)
            base = {"binary": "2", "hexadecimal": "16"}.get(found[1], found[1]).removeprefix("base-") if found else "10"
            return int(found[2], int(base)) if found else 0

        def always(base: int) -> QuestionResponder:
            return lambda question: _digits(value(question), base)

        bank: dict[str, QuestionResponder] = {
            "copies": lambda question: question.partition(" number ")[2].partition(" ")[0]
        }
        return bank | {f"always-{base}": always(base) for base in range(2, 17)}


def _digits(number: int, base: int) -> str:
    """A number that is not negative in a base up to 16."""
    found = ""
    while number:
        number, digit = divmod(number, base)
        found = "0123456789abcdef"[digit] + found
    return found or "0"


class Ratio(PublicFamily):
    """A family answered by one fraction in lowest terms."""

    def read(self, answer: str) -> str | None:
        """One fraction and nothing else."""
        return ratio(answer)

    def same(self, said: str, gold: str) -> bool:
        """The same numerator and denominator: one that could be cancelled is not in lowest terms."""
        return said == gold


class FractionSimplification(Ratio):
    """A fraction in lowest terms."""

    id = "fraction_simplification"

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """None where nothing is to be cancelled, or the result is one."""
        facts = entry["metadata"]
        top, bottom = facts["simplified_numerator"], facts["simplified_denominator"]
        idle = facts["numerator"] == top or bottom == 1 or math.gcd(top, bottom) != 1
        return None if idle else f"{top}/{bottom}"

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """The fraction as given; cancelled by one factor that shows."""
        return {"copies": lambda question: _cancelled(question, 1)} | {
            f"cancels-{factor}": (lambda question, factor=factor: _cancelled(question, factor))
            for factor in range(2, 13)
        }

    def partial_solvers(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Cancels 2, 3 and 5 as often as they go, and no other prime."""

        def cancels(question: str) -> str:
            top, bottom = _top_and_bottom(question)
            for prime in (2, 3, 5):
                while top % prime == bottom % prime == 0:
                    top, bottom = top // prime, bottom // prime
            return f"{top}/{bottom}"

        return {"small-primes": cancels}


def _top_and_bottom(question: str) -> tuple[int, int]:
    top, bottom = (int(found) for found in _NUMBER.findall(question)[:2])
    return top, bottom


def _cancelled(question: str, factor: int) -> str:
    top, bottom = _top_and_bottom(question)
    return f"{top // factor}/{bottom // factor}"


class Dice(Ratio):
    """The chance that five dice reach a sum, in lowest terms; with the library's four there are too few puzzles."""

    id = "dice"
    settings = MappingProxyType({"num_dice": 5, "max_dice_size": 20})

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The fraction."""
        return str(entry["answer"])

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """One in two; the part of all sums that is high enough, as if they were alike."""

        def linear(question: str) -> str:
            numbers = [int(found) for found in re.findall(r"1d(\d+)", question.partition("What")[0])]
            target = re.search(r"rolling (\d+) or", question)
            chance = Fraction(sum(numbers) - int(target[1]) + 1 if target else 1, sum(numbers) - len(numbers) + 1)
            return f"{chance.numerator}/{chance.denominator}"

        return {"even": lambda question: "1/2", "linear": linear}


class ComplexArithmetic(PublicFamily):
    """Two complex numbers added, subtracted, multiplied or divided, each as often."""

    id = "complex_arithmetic"
    settings = MappingProxyType({"operations_weights": [0.25, 0.25, 0.25, 0.25]})

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """The result in exact whole parts."""
        real, imaginary = (int(part) for part in entry["metadata"]["result"])
        gold = f"{real}{imaginary:+d}i"
        return gold if _parts(str(entry["answer"]).replace(" ", "")) == (Fraction(real), Fraction(imaginary)) else None

    def read(self, answer: str) -> str | None:
        """``a+bi``, ``a`` or ``bi``, without spaces and brackets around it."""
        text = plain(answer)
        if text is None:
            return None
        bare = text.replace(" ", "")
        bare = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
        return bare if _parts(bare) is not None else None

    def same(self, said: str, gold: str) -> bool:
        """The same real and imaginary part, exactly."""
        return _parts(said) == _parts(gold)

    def partial_solvers(self, stream: Stream) -> dict[str, QuestionResponder]:
        """Adds or subtracts, whatever is asked."""

        def joined(sign: int) -> QuestionResponder:
            def respond(question: str) -> str:
                written = [_parts(found.replace(" ", "")) for found in re.findall(r"\(([^()]*)\)", question)]
                first, second = [one for one in written if one][:2]
                real, imaginary = (one + sign * other for one, other in zip(first, second, strict=True))
                return f"{real}{'+' if imaginary >= 0 else ''}{imaginary}i"

            return respond

        return {"always-adds": joined(1), "always-subtracts": joined(-1)}


def _parts(text: str) -> tuple[Fraction, Fraction] | None:
    """Real and imaginary part; None for anything else."""
    found = _COMPLEX.fullmatch(text)
    if found is None:
        return None
    real, sign, size, alone_sign, alone = found.groups()
    if real is None:
        return Fraction(0), Fraction((alone_sign or "") + (alone or "1"))
    return Fraction(real), Fraction(sign + (size or "1")) if sign else Fraction(0)
