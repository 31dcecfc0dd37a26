"""Check ``paired-rewrite``: published problems and rewrites of them, both asked many times, compared item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of
from certify.check.compared import compared
from certify.check.detections import detection_fields
from certify.check.math_answers import require_math_verify
from certify.check.rewrite_design import best_power, may_tell, needed_pairs
from certify.check.rewriting import Material, Rewritten, material, rewritten
from certify.check.verifiers import MATH
from certify.errors import InternalError, UsageError
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters.rewrites import MADE, PairedRewriteParameters
from certify.evidence.results.rewrites import PairCounts, PairedRewriteResult
from certify.statistics import (
    Wanted,
    accuracy_interval,
    is_computable,
    margin_gap,
)

ORIGINAL, REWRITE = "original", "rewrite"
"""Groups of questions: the published side of the pairs and the other."""

FEWEST_SEVERAL = 200
"""Items from which on several rewrites of each keep the share of false alarms, with the margin below.
Source: docs/statistics.md, false alarms with several rewrites."""
LEAST_MARGIN_SEVERAL = 0.02


class PairedRewrite:
    """Is the model better on the published items than on rewrites of them? Rules GAP, MDI, NOINFL and REF."""

    id: ClassVar[str] = "paired-rewrite"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published problems against rewrites of them"

    def size(self, parameters: PairedRewriteParameters, sources: Sources) -> Size:
        """Every item as often as its rewrites together; nothing where even the best case could say nothing.

        Raises:
            UsageError: CERT-E102, no item has rewrites, the references do not fit, or the exact test would be too
                large; CERT-E035, what compares the answers is not installed.
        """
        found = material(parameters, sources)
        pairs = len(found.items)
        if not pairs:
            raise _impossible(*_NOTHING[parameters.rewrites if parameters.rewrites in MADE else "file"])
        if not is_computable(pairs, parameters.answers, parameters.margin):
            raise _impossible(
                f"the exact test of {pairs} items with {parameters.answers} answers on either side would take too long",
                "ask fewer items with `items`, or fewer answers",
            )
        if parameters.isomorphs > 1 and (pairs < FEWEST_SEVERAL or parameters.margin < LEAST_MARGIN_SEVERAL):
            raise _impossible(
                f"several rewrites of each of {pairs} items, with a margin of {parameters.margin:g}, make more false"
                " alarms than alpha allows",
                f"take `isomorphs: 1` and more `samples`, or {FEWEST_SEVERAL} items and a margin of"
                f" {LEAST_MARGIN_SEVERAL:g} at least",
            )
        if parameters.references is not None:
            _require_references(parameters, found, sources)
        if any(item.verifier == MATH for item in sources.benchmarks[parameters.benchmark].items):
            require_math_verify()
        asked = pairs * parameters.ways if may_tell(parameters, pairs, sources.tests) else 0
        return Size(asked, parameters.samples, parameters.max_tokens)

    def questions(self, parameters: PairedRewriteParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The items as published, and as many rewrites of each."""
        found = material(parameters, sources)
        if not may_tell(parameters, len(found.items), sources.tests):
            return ()
        made = rewritten(found, parameters, sources, seed)
        return tuple(question for one in made for question in self._pair(one, parameters))

    def score(
        self, parameters: PairedRewriteParameters, answers: Answers, sources: Sources
    ) -> PairedRewriteResult | NotRun:
        """The gap against its margin, or against references; ``insufficient`` where nothing was asked."""
        found, level = material(parameters, sources), parameters.alpha / sources.tests
        right = right_by_side(self.id, answers)
        if not may_tell(parameters, len(found.items), sources.tests):
            power = best_power(parameters, len(found.items), sources.tests)
            needed = needed_pairs(parameters, sources.tests)
            fields = detection_fields(parameters, sources.tests, None, power, needed)
            return PairedRewriteResult(**fields, **self._told(found, parameters, answers, sources))
        if not right[ORIGINAL]:
            return NotRun(check=self.id, reason="no answers are at hand")
        order = sorted(right[ORIGINAL])
        original, rewrites = ([right[side][item] for item in order] for side in (ORIGINAL, REWRITE))
        judged = answers.outcomes(self.id).judged_share
        wanted = Wanted(parameters.margin, parameters.power_against, level, parameters.least_power, judged)
        gap = margin_gap(original, rewrites, parameters.answers, wanted)
        file = None if parameters.references is None else sources.references[parameters.references]
        beside = None if file is None else compared(file, order, original, rewrites, wanted)
        decides = gap if beside is None else beside
        before, after = (accuracy_interval(side, parameters.answers) for side in (original, rewrites))
        if before is None or after is None:
            raise InternalError("CERT-E102", f"{len(order)} pairs gave no interval")
        p_value = gap.margin_p_value if beside is None else beside.p_value
        counts = Counter(zip(original, rewrites, strict=True))
        return PairedRewriteResult(
            **detection_fields(parameters, sources.tests, p_value, decides.power, decides.needed),
            **self._told(found, parameters, answers, sources),
            original=estimate_of(before),
            rewritten=estimate_of(after),
            gap=gap.gap,
            plain_p_value=gap.p_value,
            margin_p_value=gap.margin_p_value,
            upper=gap.upper,
            detectable=decides.detectable,
            pairs=tuple(PairCounts(original=a, rewritten=b, items=n) for (a, b), n in sorted(counts.items())),
            reference=None if beside is None else beside.told,
        )

    def _pair(self, one: Rewritten, parameters: PairedRewriteParameters) -> Iterator[Question]:
        item = one.item
        sides = ((ORIGINAL, item.question, item.gold, item.verifier),) * parameters.isomorphs
        sides += tuple((REWRITE, made.text, made.gold, made.verifier) for made in one.rewrites)
        for number, (side, text, gold, verifier) in enumerate(sides):
            yield Question(
                check=self.id,
                item=f"{item.id}.{side}.{number % parameters.isomorphs + 1}",
                group=side,
                text=text,
                gold=gold,
                verifier=verifier,
                pair=item.id,
                max_tokens=parameters.max_tokens,
            )

    def _told(
        self, found: Material, parameters: PairedRewriteParameters, answers: Answers, sources: Sources
    ) -> dict[str, Any]:
        """What every result says, whatever was asked."""
        benchmark, path = sources.benchmarks[parameters.benchmark], parameters.rewrite_file
        return {
            "benchmark": benchmark.id,
            "benchmark_sha256": benchmark.sha256,
            "rewrites": parameters.rewrites if path is None else "file",
            "rewrites_sha256": None if path is None else sources.rewrites[path].sha256,
            "items": len(found.items),
            "isomorphs": parameters.isomorphs,
            "samples": parameters.samples,
            "left_out": found.left_out,
            "margin": parameters.margin,
            "outcomes": answers.outcomes(self.id),
        }


def _require_references(parameters: PairedRewriteParameters, found: Material, sources: Sources) -> None:
    benchmark, path = sources.benchmarks[parameters.benchmark], parameters.rewrite_file
    rewrites = parameters.rewrites if path is None else sources.rewrites[path].sha256
    items = [pair.item.id for pair in found.items]
    sources.references[str(parameters.references)].require(benchmark.sha256, rewrites, items, parameters.answers)


def right_by_side(check: str, answers: Answers) -> dict[str, dict[str, int]]:
    """Right answers to each item under :data:`ORIGINAL`, and to its rewrites under :data:`REWRITE`."""
    counts: dict[str, dict[str, int]] = {ORIGINAL: {}, REWRITE: {}}
    right = answers.right(check)
    for question in answers.questions_of(check):
        side, item = counts[question.group], question.pair or question.item
        side[item] = side.get(item, 0) + right[question.item]
    return counts


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"paired-rewrite cannot be planned: {what}", hint=hint)


_NOTHING = {
    "families": (
        "no published item is of a family that can make rewrites of it",
        "use `rewrites: annotations`, or a file of rewrites",
    ),
    "annotations": (
        "no published item carries calculations that make certain rewrites of it",
        "use `rewrites: families`, or a file of rewrites",
    ),
    "file": (
        "no item has as many rewrites in the file as are asked",
        "ask fewer `isomorphs`, or add rewrites to the file",
    ),
}
