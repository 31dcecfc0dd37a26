"""Check ``fresh-reasoning``: problems that did not exist when the plan was signed."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of, look_estimate
from certify.check.families import FAMILIES, generate_items
from certify.check.families.floor import floors
from certify.check.looks import look_of, planned_looks
from certify.errors import UsageError
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import FreshReasoningParameters
from certify.evidence.results import FamilyResult, FreshReasoningResult
from certify.statistics import suite_interval

FEWEST_PER_FAMILY = 5
"""Source: rule SUITE, docs/statistics.md."""


class FreshReasoning:
    """Draws the same number of problems from each family, none of them published before; rule SUITE."""

    id: ClassVar[str] = "fresh-reasoning"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Reasoning on problems drawn after the plan was fixed"

    def size(self, parameters: FreshReasoningParameters, sources: Sources) -> Size:
        """As the parameters say.

        Raises:
            UsageError: CERT-E102, an unknown family or level, a family twice, or too few problems in each.
        """
        self._refuse_impossible(parameters)
        looks = planned_looks(self.id, list(shares(parameters).values()), parameters.looks)
        return Size(parameters.items, parameters.samples, parameters.max_tokens, looks=looks)

    def questions(self, parameters: FreshReasoningParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Problems shared out evenly; the first families get one more where that does not come out even."""
        self._refuse_impossible(parameters)
        return tuple(
            Question(
                check=self.id,
                item=f"{family}-{number:05d}",
                group=family,
                text=problem.question,
                gold=problem.answer,
                verifier=f"family:{family}",
                max_tokens=parameters.max_tokens,
                look=look_of(number - 1, count, parameters.looks),
            )
            for family, count in shares(parameters).items()
            for number, problem in enumerate(
                generate_items(seed, family, parameters.level, count, exclude=sources.published, purpose="fresh"), 1
            )
        )

    def score(
        self, parameters: FreshReasoningParameters, answers: Answers, sources: Sources
    ) -> FreshReasoningResult | NotRun:
        """The average over families with its interval, and each family beside its floor."""
        right = answers.right(self.id)
        families: dict[str, list[int]] = defaultdict(list)
        for question in answers.questions_of(self.id):
            families[question.group].append(right[question.item])
        interval = suite_interval(families, parameters.samples) if families else None
        if interval is None:
            return NotRun(check=self.id, reason="too few problems in a family for an interval")
        taken = answers.looks.get(self.id)
        results = tuple(_family_result(name, families[name], parameters) for name in sorted(families))
        return FreshReasoningResult(
            accuracy=look_estimate(taken[-1], parameters.samples) if taken else estimate_of(interval),
            families=results,
            lowest_family=min(result.share for result in results),
            outcomes=answers.outcomes(self.id),
            level=parameters.level,
            looks=taken or None,
        )

    def _refuse_impossible(self, parameters: FreshReasoningParameters) -> None:
        unknown = [name for name in parameters.families if name not in FAMILIES]
        if unknown:
            raise _impossible(f"no family is called {unknown[0]}", f"known: {', '.join(FAMILIES)}")
        if len(set(parameters.families)) != len(parameters.families):
            raise _impossible("a family is named twice", "name each family once")
        lacking = [name for name in parameters.families if parameters.level not in FAMILIES[name].levels]
        if lacking:
            raise _impossible(f"{lacking[0]} has no level {parameters.level}", "choose a level that all families have")
        fewest = min(shares(parameters).values())
        if fewest < FEWEST_PER_FAMILY:
            needed = FEWEST_PER_FAMILY * len(parameters.families)
            raise _impossible(f"a family would get {fewest} problems", f"ask for at least {needed} items")


def shares(parameters: FreshReasoningParameters) -> dict[str, int]:
    """How many problems each family gets, in the order of the parameters."""
    each, rest = divmod(parameters.items, len(parameters.families))
    return {name: each + (place < rest) for place, name in enumerate(parameters.families)}


def _family_result(name: str, right: list[int], parameters: FreshReasoningParameters) -> FamilyResult:
    floor = floors()[name][parameters.level]
    answers = len(right) * parameters.samples
    return FamilyResult(
        family=name,
        version=FAMILIES[name].version,
        released=FAMILIES[name].released,
        right=sum(right),
        answers=answers,
        items=len(right),
        share=round(sum(right) / answers, 4),
        floor=floor.upper,
        floor_responder=floor.best_responder,
    )


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"fresh-reasoning cannot be planned: {what}", hint=hint)
