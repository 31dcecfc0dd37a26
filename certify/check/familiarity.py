"""Check ``familiarity``: how familiar published texts look to the model, as advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources, most_read
from certify.check.benchmarks import Benchmark, BenchmarkItem
from certify.check.familiarity_scores import contextual_fall, likeness, min_k, min_k_plus, zlib_ratio
from certify.check.verifiers import TEXT
from certify.engines.sessions import Message, script
from certify.errors import UsageError
from certify.evidence.answers import GIVEN, Episode, ItemRecord, Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import FamiliarityParameters
from certify.evidence.parameters.familiarity import Detector
from certify.evidence.results import DetectorScores, FamiliarityResult
from certify.statistics import MINIMUM_ITEMS, area_under, conformal_p_values, curve_of, discoveries, standing_out
from certify.statistics.stream import Stream

AGAIN = (
    "Now solve it once more on another path: with a different method and in other words than before. "
    "Then give the final answer again."
)
"""What is said after the first answer of self-critique."""
_BETWEEN = "\n\n"
_TOKENS = 1024
_ANSWERED = (Outcome.CORRECT, Outcome.WRONG)
_NO_MOMENTS = "the engine tells no mean and deviation over the vocabulary, as the hf engine does"
_NO_SCORE = "no text could be scored"


class _Side(NamedTuple):
    """The items or the control."""

    name: str
    source: Benchmark
    items: tuple[BenchmarkItem, ...]


class Familiarity:
    """Scores the items of a file, and those of a control where there is one; rules AREA and conformal lists."""

    id: ClassVar[str] = "familiarity"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "How familiar published texts look"

    def size(self, parameters: FamiliarityParameters, sources: Sources) -> Size:
        """A text or two for each item, or an answer and another one.

        Raises:
            UsageError: CERT-E102, a file has too few items, or one stands in both.
        """
        _refuse_unfit(parameters, sources)
        asked = self.questions(parameters, sources, b"")
        if parameters.writes:
            return Size(len(asked), 1, parameters.max_tokens or _TOKENS, calls=2 * len(asked))
        return Size(len(asked), 1, 0, reads=most_read(asked))

    def questions(self, parameters: FamiliarityParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Each text alone and, for ``context``, after others of its file, which the file's digest draws."""
        return tuple(
            question
            for side in _sides(parameters, sources)
            for number in range(len(side.items))
            for question in self._of_item(parameters, side, number)
        )

    def _of_item(self, parameters: FamiliarityParameters, side: _Side, number: int) -> Iterator[Question]:
        item = side.items[number]
        common: dict[str, Any] = {"check": self.id, "group": side.source.id}
        if parameters.writes:
            yield Question(
                **common,
                item=_name(side, number, "answers"),
                text=item.question,
                gold=item.gold,
                verifier=TEXT,
                max_tokens=parameters.max_tokens or _TOKENS,
                episode=Episode(session="script", facts=script([Message(AGAIN, True)]), turns=2),
            )
            return
        common |= {"gold": "", "verifier": GIVEN, "max_tokens": 0, "raw": True, "given": _text(item)}
        moments = True if Detector.MIN_K_PLUS in parameters.detectors else None
        yield Question(**common, item=_name(side, number, "alone"), text="", moments=moments)
        if Detector.CONTEXT in parameters.detectors:
            stream = Stream(bytes.fromhex(side.source.sha256), f"{self.id}/v{self.version}/{number}")
            others = stream.sample([*side.items[:number], *side.items[number + 1 :]], parameters.neighbours)
            before = "".join(_text(one) + _BETWEEN for one in others)
            yield Question(**common, item=_name(side, number, "after"), text=before)

    def score(
        self, parameters: FamiliarityParameters, answers: Answers, sources: Sources
    ) -> FamiliarityResult | NotRun:
        """The scores of each detector; with a control, how far they lie apart and which items stand out."""
        sides = _sides(parameters, sources)
        records = {one.completion.item: one for one in answers.records if one.completion.check == self.id}
        told = [_told(parameters, detector, sides, records) for detector in parameters.detectors]
        if all(one.not_run for one in told):
            return NotRun(check=self.id, reason=str(told[0].not_run))
        control = sides[1] if len(sides) > 1 else None
        return FamiliarityResult(
            benchmark=sides[0].source.id,
            benchmark_sha256=sides[0].source.sha256,
            control_sha256=control.source.sha256 if control else None,
            items=len(sides[0].items),
            control_items=len(control.items) if control else 0,
            false_share=parameters.false_share,
            detectors=tuple(told),
        )


def _told(
    parameters: FamiliarityParameters, detector: Detector, sides: Sequence[_Side], records: Mapping[str, ItemRecord]
) -> DetectorScores:
    scores = [
        {
            number: found
            for number in range(len(side.items))
            if (found := _score(detector, side, number, records)) is not None
        }
        for side in sides
    ]
    if any(len(one) < MINIMUM_ITEMS for one in scores):
        scored = any(one.completion.logprobs for one in records.values())
        lacking = (
            detector is Detector.MIN_K_PLUS and scored and not any(one.completion.moments for one in records.values())
        )
        few = f"fewer than {MINIMUM_ITEMS} texts could be scored" if any(scores) else _NO_SCORE
        return DetectorScores(detector=detector, not_run=_NO_MOMENTS if lacking else few)
    values = list(scores[0].values())
    falling = round(sum(value > 0 for value in values) / len(values), 4) if detector is Detector.CONTEXT else None
    own = DetectorScores(detector=detector, scored=len(values), median=_median(values), falling=falling)
    return own if len(scores) == 1 else own.model_copy(update=_against(scores[0], scores[1], parameters.false_share))


def _against(items: Mapping[int, float], controls: Mapping[int, float], share: float) -> dict[str, Any]:
    """What a control adds: valid only where items and control are exchangeable, which the operator says."""
    known = list(controls.values())
    curve = curve_of(list(items.values()), known)
    area = area_under(curve)
    p_values = conformal_p_values(known, {f"{number + 1:05d}": value for number, value in items.items()})
    return {
        "control_scored": len(known),
        "control_median": _median(known),
        "counts": curve.items,
        "control_counts": curve.controls,
        "area": area.estimate,
        "area_lower": area.lower,
        "area_upper": area.upper,
        "smallest_p_value": standing_out(curve, share)[0],
        "listed": tuple(map(int, discoveries(p_values, share))),
    }


def _score(detector: Detector, side: _Side, number: int, records: Mapping[str, ItemRecord]) -> float | None:
    if detector is Detector.SELF_CRITIQUE:
        record = records.get(_name(side, number, "answers"))
        if record is None or record.outcome not in _ANSWERED or not record.earlier:
            return None
        return likeness(record.earlier[0].text, record.completion.text)
    alone = records.get(_name(side, number, "alone"))
    if alone is None or alone.outcome is not Outcome.SCORED:
        return None
    if detector is Detector.CONTEXT:
        after = records.get(_name(side, number, "after"))
        return None if after is None else contextual_fall(alone.completion, after.completion)
    return {Detector.MIN_K: min_k, Detector.MIN_K_PLUS: min_k_plus, Detector.ZLIB: zlib_ratio}[detector](
        alone.completion
    )


def _sides(parameters: FamiliarityParameters, sources: Sources) -> tuple[_Side, ...]:
    read = [sources.benchmarks[name] for name in parameters.files]
    return tuple(
        _Side(name, one, one.items[: parameters.first]) for name, one in zip(("item", "control"), read, strict=False)
    )


def _refuse_unfit(parameters: FamiliarityParameters, sources: Sources) -> None:
    sides = _sides(parameters, sources)
    for side in sides:
        least = max(MINIMUM_ITEMS, parameters.neighbours + 1)
        if len(side.items) < least:
            raise _impossible(f"{side.source.file} has fewer than {least} items", "name a larger file")
    texts = [{_text(one) for one in side.items} for side in sides]
    both = len(texts[0] & texts[1]) if len(texts) > 1 else 0
    if both:
        raise _impossible(f"{both} of its texts stand in the control as well", "name a control that shares none")


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"familiarity cannot be planned: {what}", hint=hint)


def _text(item: BenchmarkItem) -> str:
    return f"{item.question}\n{item.answer}"


def _name(side: _Side, number: int, way: str) -> str:
    return f"{side.name}-{number + 1:05d}/{way}"


def _median(values: Sequence[float]) -> float:
    return round(median(values), 4) + 0.0
