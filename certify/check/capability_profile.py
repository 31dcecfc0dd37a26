"""Check ``capability-profile``: facts given against facts recalled, one against several, and what nobody can know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources
from certify.check.profile_scope import AMONG, BARE, GIVEN, RECALLED
from certify.check.profile_scoring import OUTERMOST, STEP, profile_of
from certify.check.recalled import how_many, recalled_rows
from certify.check.short_answers import UNKNOWN
from certify.check.verifiers import ABSTENTION, SHORT
from certify.check.worlds.draw import SIZES, VERSION, World, fits
from certify.check.worlds.floor import Told, told
from certify.check.worlds.wording import asked, ended
from certify.errors import InternalError, UsageError
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters.profile import CapabilityProfileParameters
from certify.evidence.results.profile import CapabilityProfileResult
from certify.statistics import MINIMUM_ITEMS
from certify.statistics.stream import Stream

_TRIES = 200


class _Planned(NamedTuple):
    place: int
    hops: int
    form: str
    """How it is also asked about somebody whom no fact names; empty where it is not."""

    @property
    def name(self) -> str:
        return f"{GIVEN}-{self.hops}-{self.place + 1:04d}"


class CapabilityProfile:
    """One form of question about facts told, facts to be recalled, and nothing at all; rules ACC and DROP."""

    id: ClassVar[str] = "capability-profile"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Reasoning against knowledge"

    def size(self, parameters: CapabilityProfileParameters, sources: Sources) -> Size:
        """Questions about facts told, about nobody, and, where a file is named, about facts to be recalled.

        Raises:
            UsageError: CERT-E102, no such world or hops, hops that do not grow, too few items for an interval, or a
                file of other questions.
        """
        _refuse_impossible(parameters)
        items = parameters.given + parameters.without + how_many(parameters, sources)
        return Size(items, parameters.samples, parameters.max_tokens)

    def questions(self, parameters: CapabilityProfileParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Every item; those that nobody can answer are twins of others, with a stranger's name."""
        _refuse_impossible(parameters)
        return (*_invented(self.id, parameters, seed), *_recalled(self.id, parameters, sources, seed))

    def score(
        self, parameters: CapabilityProfileParameters, answers: Answers, sources: Sources
    ) -> CapabilityProfileResult | NotRun:
        """What was measured with bounds, and the words that follow from it."""
        questions = answers.questions_of(self.id)
        if not questions:
            return NotRun(check=self.id, reason="nothing was asked")
        records = [record for record in answers.records if record.completion.check == self.id]
        named = sources.benchmarks[parameters.benchmark] if parameters.benchmark else None
        return profile_of(
            parameters,
            questions,
            records,
            outcomes=answers.outcomes(self.id),
            benchmark=(named.id, named.sha256) if named else None,
        )


def _refuse_impossible(parameters: CapabilityProfileParameters) -> None:
    people, hops = parameters.people, parameters.hops
    unfit = [one for one in hops if not fits(people, one)]
    if people not in SIZES:
        raise _impossible(f"there are no worlds of {people} people", f"name one of {', '.join(map(str, SIZES))}")
    if unfit:
        raise _impossible(f"no world of {people} people has questions with {unfit[0]} hops", "see the check's page")
    if list(hops) != sorted(set(hops)):
        raise _impossible("the hops do not grow", "name each number once, the fewest first")
    if parameters.several() < MINIMUM_ITEMS:
        raise _impossible("too few items need several facts", "raise given, or name more hops above 1")
    if parameters.without > parameters.given:
        raise _impossible(
            "more items without facts than with them", "lower without: each is the twin of one with facts"
        )


def _planned(parameters: CapabilityProfileParameters) -> Iterator[_Planned]:
    """The items in their order: numbers of hops take turns, and after each round the form of the twins."""
    for place in range(parameters.given):
        form = (BARE, AMONG)[place // len(parameters.hops) % 2] if place < parameters.without else ""
        yield _Planned(place, parameters.hops[place % len(parameters.hops)], form)


def _invented(check: str, parameters: CapabilityProfileParameters, seed: bytes) -> Iterator[Question]:
    seen: set[str] = set()
    for planned in _planned(parameters):
        for attempt in range(_TRIES):
            stream = Stream(seed, f"capability-profile/v{VERSION}/{planned.name}/{attempt}")
            made = told(stream, parameters.people, planned.hops)
            stranger = asked(made.world, made.world.stranger)
            if made.text not in seen and stranger not in seen:
                break
        else:
            raise InternalError("CERT-E068", f"no new invented facts for {planned.name} in {_TRIES} tries")
        seen.update((made.text, stranger))
        yield _given(check, planned, made, parameters)
        if planned.form:
            yield _without(check, planned, ended(stranger, made.facts if planned.form == AMONG else ""), parameters)


def _given(check: str, planned: _Planned, made: Told, parameters: CapabilityProfileParameters) -> Question:
    return Question(
        check=check,
        item=planned.name,
        group=f"{GIVEN}/{planned.hops}",
        text=made.text,
        gold=made.world.answer(),
        verifier=SHORT,
        max_tokens=parameters.max_tokens,
        diagnostics=_mistakes(made.world) if planned.hops > 1 else None,
    )


def _mistakes(world: World) -> dict[str, str]:
    """Whom the way passes, and whom its last step leads to from where it begins, unless that is one of them."""
    way = [world.people[person] for person in world.way()[:-1]]
    outermost = world.people[world.after(world.path[-1:])]
    passed = {f"{STEP}{place}": name for place, name in enumerate(way)}
    return passed if outermost in way else passed | {OUTERMOST: outermost}


def _without(check: str, planned: _Planned, text: str, parameters: CapabilityProfileParameters) -> Question:
    return Question(
        check=check,
        item=f"{planned.form}-{planned.hops}-{planned.place + 1:04d}",
        group=f"{planned.form}/{planned.hops}",
        text=text,
        gold=UNKNOWN,
        verifier=ABSTENTION,
        pair=planned.name,
        max_tokens=parameters.max_tokens,
    )


def _recalled(check: str, parameters: CapabilityProfileParameters, sources: Sources, seed: bytes) -> Iterator[Question]:
    for row in recalled_rows(parameters, sources, seed):
        yield Question(
            check=check,
            item=f"{RECALLED}-{row.number + 1:06d}",
            group=f"{RECALLED}/{row.hops}",
            text=ended(row.item.question),
            gold=row.item.gold,
            aliases=row.item.aliases or None,
            verifier=SHORT,
            max_tokens=parameters.max_tokens,
        )


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"capability-profile cannot be planned: {what}", hint=hint)
