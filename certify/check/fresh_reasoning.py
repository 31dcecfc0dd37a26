"""Check ``fresh-reasoning``: problems that did not exist when the plan was signed."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of, look_estimate
from certify.check.families import FAMILIES, generate_items
from certify.check.families.floor import Floor, floors
from certify.check.looks import look_of, planned_looks
from certify.check.public import PUBLIC, RELEASED
from certify.check.public.drawing import require_library
from certify.check.public.floor import public_floors
from certify.check.public.questions import PREFIX, public_questions, share_out
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
            UsageError: CERT-E102, an unknown family or level, a family twice, or too few problems in each;
                CERT-E477, public families are asked for and their library is not at hand.
        """
        self._refuse_impossible(parameters)
        if parameters.public_families is not None:
            require_library()
        looks = planned_looks(self.id, list(shares(parameters).values()), parameters.looks)
        return Size(
            parameters.items + (parameters.public_items or 0), parameters.samples, parameters.max_tokens, looks=looks
        )

    def questions(self, parameters: FreshReasoningParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Problems shared out evenly; the first families get one more where that does not come out even."""
        self._refuse_impossible(parameters)
        own = tuple(
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
        return (*own, *public_questions(self.id, parameters, sources, seed))

    def score(
        self, parameters: FreshReasoningParameters, answers: Answers, sources: Sources
    ) -> FreshReasoningResult | NotRun:
        """The average over families with its interval, and each family beside its floor."""
        right = answers.right(self.id)
        families: dict[str, list[int]] = defaultdict(list)
        public: dict[str, list[int]] = defaultdict(list)
        for question in answers.questions_of(self.id):
            named = public if question.group.startswith(PREFIX) else families
            named[question.group.removeprefix(PREFIX)].append(right[question.item])
        interval = suite_interval(families, parameters.samples) if families else None
        beside = suite_interval(public, parameters.samples) if public else None
        if interval is None or (public and beside is None):
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
            public=estimate_of(beside) if beside else None,
            public_families=tuple(_public_result(name, public[name], parameters) for name in sorted(public)) or None,
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
        if parameters.public_families is not None:
            self._refuse_public(parameters)

    def _refuse_public(self, parameters: FreshReasoningParameters) -> None:
        asked = parameters.public_families
        named = asked if isinstance(asked, tuple) else ()
        unknown = [name for name in named if name not in PUBLIC]
        if unknown or parameters.public_count > len(PUBLIC):
            what = (
                f"{unknown[0]} is none of the audited public families" if unknown else "there are not so many of them"
            )
            raise _impossible(what, f"audited: {', '.join(PUBLIC)}")
        if len(set(named)) != len(named):
            raise _impossible("a public family is named twice", "name each family once")
        if (parameters.public_items or 0) < FEWEST_PER_FAMILY * parameters.public_count:
            needed = FEWEST_PER_FAMILY * parameters.public_count
            raise _impossible("a public family would get too few problems", f"ask for at least {needed} public_items")


def shares(parameters: FreshReasoningParameters) -> dict[str, int]:
    """How many problems each family gets, in the order of the parameters."""
    return share_out(parameters.items, parameters.families)


def _family_result(name: str, right: list[int], parameters: FreshReasoningParameters) -> FamilyResult:
    maker, floor = FAMILIES[name], floors()[name][parameters.level]
    return _row(name, (maker.version, maker.released), right, parameters.samples, floor)


def _public_result(name: str, right: list[int], parameters: FreshReasoningParameters) -> FamilyResult:
    return _row(name, (PUBLIC[name].version, RELEASED), right, parameters.samples, public_floors()[name])


def _row(name: str, made: tuple[int, str], right: list[int], samples: int, floor: Floor) -> FamilyResult:
    (version, released), answers = made, len(right) * samples
    return FamilyResult(
        family=name,
        version=version,
        released=released,
        right=sum(right),
        answers=answers,
        items=len(right),
        share=round(sum(right) / answers, 4),
        floor=floor.upper,
        floor_responder=floor.best_responder,
    )


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"fresh-reasoning cannot be planned: {what}", hint=hint)
