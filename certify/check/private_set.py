"""Check ``private-set``: an operator's own problems, in its own language, which nobody else gets to see."""

from __future__ import annotations

import re
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of
from certify.check.benchmarks import BenchmarkItem
from certify.check.choices import guessing
from certify.check.decimal_comma import number_with_point, writes_comma
from certify.check.math_answers import require_math_verify
from certify.check.private_files import source_name
from certify.check.verifiers import INTEGER, MATH, TEXT
from certify.errors import UsageError
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import PrivateSetParameters
from certify.evidence.results import PrivateSetResult
from certify.statistics import MINIMUM_ITEMS, accuracy_interval

_TWO_WAYS = re.compile(r"[-+\u2212]?[1-9]\d{0,2}(?:[.,]|\{,\})\d{3}")


class PrivateSet:
    """Asks the items of a file of which the plan holds the digest alone; rule ACC."""

    id: ClassVar[str] = "private-set"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Score on the operator's own problems"

    def size(self, parameters: PrivateSetParameters, sources: Sources) -> Size:
        """The set's items, or the first so many of them.

        Raises:
            UsageError: CERT-E035, what compares its answers is not installed; CERT-E102, a right answer may be read as
                two numbers in the languages of the set.
        """
        questions = self.questions(parameters, sources, b"")
        if any(question.verifier == MATH for question in questions):
            require_math_verify()
        return Size(len(questions), parameters.samples, parameters.max_tokens)

    def questions(self, parameters: PrivateSetParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The items as they are, numbered: the file's own ids may say whom they are about."""
        return tuple(
            self._question(number, item, parameters)
            for number, item in enumerate(sources.asked(source_name(parameters.name)), 1)
        )

    def _question(self, number: int, item: BenchmarkItem, parameters: PrivateSetParameters) -> Question:
        verifier = _compared_as(item.verifier, parameters)
        value = _number(number, item.gold, verifier, parameters)
        return Question(
            check=self.id,
            item=f"{parameters.name}-{number:05d}",
            group=parameters.name,
            text=item.question,
            gold=item.gold if value is None else value,
            verifier=verifier if value is None else (INTEGER if value.lstrip("+-").isdecimal() else MATH),
            max_tokens=parameters.max_tokens,
            decimal_comma=None if value is None else True,
        )

    def score(self, parameters: PrivateSetParameters, answers: Answers, sources: Sources) -> PrivateSetResult | NotRun:
        """Accuracy with its interval; no result with fewer than ten items."""
        right = answers.right(self.id)
        interval = accuracy_interval([right[item] for item in sorted(right)], parameters.samples)
        if interval is None:
            reason = f"{len(right)} items are too few: below {MINIMUM_ITEMS} no interval can be given"
            return NotRun(check=self.id, reason=reason)
        guess = guessing([(one.gold, one.choices) for one in sources.asked(source_name(parameters.name))])
        return PrivateSetResult(
            name=parameters.name,
            sha256=sources.benchmarks[source_name(parameters.name)].sha256,
            languages=parameters.languages,
            accuracy=estimate_of(interval),
            outcomes=answers.outcomes(self.id),
            floor=guess.share if guess else None,
            floor_responder=guess.responder if guess else None,
        )


def _compared_as(verifier: str, parameters: PrivateSetParameters) -> str:
    """The set's own rule, unless the plan names another; multiple choice and our families keep theirs."""
    fixed = verifier == "choice" or verifier.startswith("family:") or parameters.answers is None
    return verifier if fixed else str(parameters.answers)


def _number(row: int, gold: str, verifier: str, parameters: PrivateSetParameters) -> str | None:
    """A right answer that is a number, with a decimal point, where all languages of the set write a comma; else None.

    Raises:
        UsageError: CERT-E102, it could be one or a thousand.
    """
    compared = verifier in (INTEGER, MATH, TEXT) and parameters.answers != TEXT
    if not compared or not writes_comma(parameters.languages):
        return None
    if _TWO_WAYS.fullmatch(gold.strip()):
        raise UsageError(
            "CERT-E102",
            f"private-set cannot be planned: the right answer of item {row} may be read as two numbers",
            why="before three digits a point or comma groups thousands in one language and begins decimals in another",
            hint="write thousands without groups, and decimals with another number of digits, such as 1,50",
        )
    return number_with_point(gold)
