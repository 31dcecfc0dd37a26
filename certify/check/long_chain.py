"""Check ``long-chain``: how many steps a model follows before it loses count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, estimate_of, outcomes_of
from certify.check.chains import ARMS, LENGTHS, RELEASED, VERSION, generate_chains
from certify.check.chains.floor import floors
from certify.check.chains.machine import MODULUS
from certify.check.verifiers import INTEGER
from certify.errors import InternalError, UsageError
from certify.evidence.answers import Outcome, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import LongChainParameters
from certify.evidence.results.ladders import BreakingPoint, ChainArm, ChainRung, LongChainResult
from certify.statistics import ONE_SIDED, accuracy_interval, fixed_sequence, half_length


class LongChain:
    """Lengths are held from the shortest up, in each arm by itself; rules ACC, LADDER and HALF."""

    id: ClassVar[str] = "long-chain"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Numbers followed through many steps"

    def size(self, parameters: LongChainParameters, sources: Sources) -> Size:
        """As many chains for each arm and length as the parameters say; the cap is that of the longest.

        Raises:
            UsageError: CERT-E102, an unknown arm or length, one named twice, or lengths that do not grow.
        """
        self._refuse_impossible(parameters)
        return Size(parameters.questions(), parameters.samples, parameters.cap(parameters.lengths[-1]))

    def questions(self, parameters: LongChainParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The chains of each arm and length; longer ones may be answered at greater length."""
        self._refuse_impossible(parameters)
        return tuple(
            Question(
                check=self.id,
                item=f"{arm}-{length:04d}-{number:05d}",
                group=group_of(arm, length),
                text=chain.question,
                gold=chain.answer,
                verifier=INTEGER,
                max_tokens=parameters.cap(length),
            )
            for arm in parameters.arms
            for length in parameters.lengths
            for number, chain in enumerate(
                generate_chains(seed, arm, length, parameters.per_length, exclude=sources.published), 1
            )
        )

    def score(self, parameters: LongChainParameters, answers: Answers, sources: Sources) -> LongChainResult | NotRun:
        """Each arm with its lengths, what it holds, and where half of its chains fail."""
        if not answers.questions_of(self.id):
            return NotRun(check=self.id, reason="no chain was asked")
        arms = tuple(self._arm(arm, parameters, answers) for arm in parameters.arms)
        return LongChainResult(
            held_length=arms[0].held_length,
            hold=parameters.hold,
            version=VERSION,
            released=RELEASED,
            arms=arms,
            outcomes=answers.outcomes(self.id),
        )

    def _arm(self, arm: str, parameters: LongChainParameters, answers: Answers) -> ChainArm:
        counts = answers.right(self.id)
        right: dict[str, list[int]] = {group_of(arm, length): [] for length in parameters.lengths}
        for question in answers.questions_of(self.id):
            if question.group in right:
                right[question.group].append(counts[question.item])
        ended = self._ended(answers)
        bounds = [_one_sided(items, parameters) for items in right.values()]
        held = fixed_sequence(bounds, parameters.hold)
        rungs = tuple(
            _rung(arm, length, items, ended[group_of(arm, length)], parameters, held=number < held)
            for number, (length, items) in enumerate(zip(parameters.lengths, right.values(), strict=True))
        )
        found = half_length(parameters.lengths, list(right.values()), parameters.samples, 1 / MODULUS)
        return ChainArm(
            arm=arm,
            held_length=parameters.lengths[held - 1] if held else 0,
            rungs=rungs,
            half_length=BreakingPoint(**found._asdict()),
        )

    def _ended(self, answers: Answers) -> dict[str, list[Outcome]]:
        groups = {question.item: question.group for question in answers.questions_of(self.id)}
        ended: dict[str, list[Outcome]] = {group: [] for group in groups.values()}
        for record in answers.records:
            if record.completion.check == self.id:
                ended[groups[record.completion.item]].append(record.outcome)
        return ended

    def _refuse_impossible(self, parameters: LongChainParameters) -> None:
        for what, given, known in (("arm", parameters.arms, ARMS), ("length", parameters.lengths, LENGTHS)):
            unknown = [one for one in given if one not in known]
            if unknown:
                raise _impossible(f"there is no {what} {unknown[0]}", f"known: {', '.join(map(str, known))}")
        if len(set(parameters.arms)) != len(parameters.arms):
            raise _impossible("an arm is named twice", "name each arm once")
        if list(parameters.lengths) != sorted(set(parameters.lengths)):
            raise _impossible("the lengths do not grow", "name each length once, the shortest first")


def group_of(arm: str, length: int) -> str:
    """What is averaged together: chains of one arm and length."""
    return f"{arm}/{length}"


def _rung(
    arm: str,
    length: int,
    right: Sequence[int],
    ended: Sequence[Outcome],
    parameters: LongChainParameters,
    *,
    held: bool,
) -> ChainRung:
    outcomes, floor = outcomes_of(ended), floors()[arm][length]
    interval = accuracy_interval(right, parameters.samples)
    if interval is None:
        raise InternalError("CERT-E102", f"{len(right)} chains gave no interval")
    finished = outcomes.answers - outcomes.truncated - outcomes.looped
    return ChainRung(
        length=length,
        accuracy=estimate_of(interval),
        one_sided=_one_sided(right, parameters) or 0.0,
        held=held,
        right=outcomes.correct,
        answers=outcomes.answers,
        max_tokens=parameters.cap(length),
        truncated_share=outcomes.truncated_share,
        finished_share=round(outcomes.correct / finished, 4) if finished else None,
        floor=floor.upper,
        floor_responder=floor.best_responder,
    )


def _one_sided(right: Sequence[int], parameters: LongChainParameters) -> float | None:
    interval = accuracy_interval(right, parameters.samples, level=ONE_SIDED)
    return None if interval is None else interval.lower


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"long-chain cannot be planned: {what}", hint=hint)
