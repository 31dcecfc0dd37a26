"""Check ``private-set``: an operator's own problems, in its own language, which nobody else gets to see."""

from __future__ import annotations

from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of
from certify.check.choices import guessing
from certify.check.math_answers import require_math_verify
from certify.check.private_files import source_name
from certify.check.verifiers import MATH
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import PrivateSetParameters
from certify.evidence.results import PrivateSetResult
from certify.statistics import MINIMUM_ITEMS, accuracy_interval


class PrivateSet:
    """Asks the items of a file of which the plan holds the digest alone; rule ACC."""

    id: ClassVar[str] = "private-set"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Score on the operator's own problems"

    def size(self, parameters: PrivateSetParameters, sources: Sources) -> Size:
        """The set's items, or the first so many of them.

        Raises:
            UsageError: CERT-E035, what compares its answers is not installed.
        """
        questions = self.questions(parameters, sources, b"")
        if any(question.verifier == MATH for question in questions):
            require_math_verify()
        return Size(len(questions), parameters.samples, parameters.max_tokens)

    def questions(self, parameters: PrivateSetParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The items as they are, numbered: the file's own ids may say whom they are about."""
        return tuple(
            Question(
                check=self.id,
                item=f"{parameters.name}-{number:05d}",
                group=parameters.name,
                text=item.question,
                gold=item.gold,
                verifier=_compared_as(item.verifier, parameters),
                max_tokens=parameters.max_tokens,
            )
            for number, item in enumerate(sources.asked(source_name(parameters.name)), 1)
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
