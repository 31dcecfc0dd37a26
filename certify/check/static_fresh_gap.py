"""Check ``static-fresh-gap``: each published problem against a fresh twin of the same wording and size."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from certify.check.annotated import paired_items, twin_questions
from certify.check.base import Answers, Size, Sources, estimate_of
from certify.check.static_benchmark import StaticBenchmark
from certify.check.twins import family_twins, pairable_items
from certify.errors import InternalError, UsageError
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import StaticFreshGapParameters
from certify.evidence.results import StaticFreshGapResult
from certify.statistics import (
    MINIMUM_ITEMS,
    Headroom,
    accuracy_interval,
    gap_power,
    gap_test,
    margin_p_value,
    no_inflation_bound,
    paired_differences,
)


class StaticFreshGap:
    """Was the score on the published problems taught? Rules GAP, MDI and NOINFL on pairs."""

    id: ClassVar[str] = "static-fresh-gap"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published problems against fresh twins"

    def size(self, parameters: StaticFreshGapParameters, sources: Sources) -> Size:
        """One twin for every published item that can have one; the check asks nothing where none can.

        Raises:
            UsageError: CERT-E102, no inflation to test against.
        """
        if parameters.power_against <= 0:
            raise UsageError(
                "CERT-E102",
                "static-fresh-gap cannot be planned: power against an inflation of 0 means nothing",
                hint="set power_against to the smallest inflation that matters, such as 0.1",
            )
        if parameters.twins is not None:
            asked = len(paired_items(sources.asked(parameters.benchmark))) * (parameters.isomorphs or 1)
            return Size(asked, parameters.samples, parameters.max_tokens)
        pairs = pairable_items(sources.asked(parameters.benchmark), sources.published)
        return Size(len(pairs), parameters.samples, parameters.max_tokens)

    def questions(self, parameters: StaticFreshGapParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Twins of each pairable item: same wording and magnitude, other numbers."""
        if parameters.twins is not None:
            pairs = paired_items(sources.asked(parameters.benchmark))
            return twin_questions(self.id, parameters, pairs, sources.published, seed)
        published = sources.published
        return tuple(
            Question(
                check=self.id,
                item=pair.item.id,
                group=twin.family,
                text=twin.question,
                gold=twin.answer,
                verifier=f"family:{twin.family}",
                pair=pair.item.id,
                max_tokens=parameters.max_tokens,
            )
            for pair, [twin] in family_twins(
                pairable_items(sources.asked(parameters.benchmark), published), 1, published, seed
            )
        )

    def score(
        self, parameters: StaticFreshGapParameters, answers: Answers, sources: Sources
    ) -> StaticFreshGapResult | NotRun:
        """The gap with its test, its upper bound, and the power this design had."""
        published, fresh = answers.right(StaticBenchmark.id), _right_by_item(self.id, answers)
        samples = parameters.samples * (parameters.isomorphs or 1)
        pairs = sorted(published.keys() & fresh.keys())
        static_samples = _samples(answers)
        if not fresh:
            return self._not_run(_NO_TWINS[parameters.twins is not None])
        if len(pairs) < MINIMUM_ITEMS:
            return self._not_run(f"{len(pairs)} pairs are too few: below {MINIMUM_ITEMS} no interval can be given")
        before, after = [published[pair] for pair in pairs], [fresh[pair] for pair in pairs]
        static, twins = accuracy_interval(before, static_samples), accuracy_interval(after, samples)
        if static is None or twins is None:
            raise InternalError("CERT-E102", f"{len(pairs)} pairs gave no interval")
        test = gap_test(before, static_samples, after, samples)
        headroom = Headroom.from_counts(after, samples)
        differences = paired_differences(before, static_samples, after, samples)
        margin = parameters.margin
        return StaticFreshGapResult(
            static=estimate_of(static),
            fresh=estimate_of(twins),
            gap=test.mean_gap,
            p_value=test.p_value,
            upper=no_inflation_bound(differences),
            detectable=test.detectable,
            power=gap_power(parameters.power_against, test.sd, len(pairs), headroom),
            power_against=parameters.power_against,
            items=len(pairs),
            outcomes=answers.outcomes(self.id),
            margin=margin,
            margin_p_value=None if margin is None else margin_p_value(differences, margin),
            isomorphs=parameters.isomorphs,
            left_out=None if parameters.twins is None else len(published) - len(pairs),
        )

    def _not_run(self, reason: str) -> NotRun:
        return NotRun(check=self.id, reason=reason)


_NO_TWINS = (
    "no published item is of a family that can make a twin of it",
    "no published item carries calculations that make certain twins of it",
)


def _right_by_item(check: str, answers: Answers) -> dict[str, int]:
    """Right answers to all twins of each published item."""
    right, pairs = answers.right(check), {one.item: one.pair or one.item for one in answers.questions_of(check)}
    counts: Counter[str] = Counter(dict.fromkeys(pairs.values(), 0))
    for item, count in right.items():
        counts[pairs[item]] += count
    return dict(counts)


def _samples(answers: Answers) -> int:
    repeats = (record.completion.repeat for record in answers.records if record.completion.check == StaticBenchmark.id)
    return max(repeats, default=0) + 1
