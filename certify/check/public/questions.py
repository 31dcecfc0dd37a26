"""Problems of public families as questions: drawn, or taken from what was committed to."""

from __future__ import annotations

from collections.abc import Sequence

from certify.check.base import Sources
from certify.check.public import PUBLIC, PublicItem
from certify.check.public.drawing import draw_public, library_fault
from certify.errors import EvidenceMissing, HostileInput
from certify.evidence.answers import Question
from certify.evidence.parameters import FreshReasoningParameters
from certify.evidence.plan import PlannedCheck
from certify.statistics.stream import Stream

PREFIX = "public:"
"""Begins group and verifier of a public family's problems."""

_ITEM = "public-"


def share_out(items: int, families: Sequence[str]) -> dict[str, int]:
    """How many problems each family gets; the first ones get one more where that does not come out even."""
    each, rest = divmod(items, len(families))
    return {name: each + (place < rest) for place, name in enumerate(families)}


def drawn_families(parameters: FreshReasoningParameters, seed: bytes) -> tuple[str, ...]:
    """The public families that are asked: those named, or as many as the seed draws of the audited ones."""
    asked = parameters.public_families
    if asked is None or isinstance(asked, tuple):
        return asked or ()
    return tuple(sorted(Stream(seed, "fresh/public/families").sample(sorted(PUBLIC), asked)))


def public_questions(
    check: str, parameters: FreshReasoningParameters, sources: Sources, seed: bytes
) -> tuple[Question, ...]:
    """The questions of the public families; none where the parameters ask for none.

    Raises:
        UsageError: CERT-E477; EvidenceMissing: CERT-E478, they cannot be drawn here.
        HostileInput: CERT-E110, recorded ones are not those that the seed asks for.
    """
    names = drawn_families(parameters, seed)
    if not names:
        return ()
    counts = share_out(parameters.public_items or 0, names)
    recorded = sources.recorded
    if recorded is None:
        made = draw_public(seed, counts, exclude=sources.published)
    else:
        made = {name: _recorded(recorded, name, count) for name, count in counts.items()}
    return tuple(
        Question(
            check=check,
            item=_named(name, number),
            group=f"{PREFIX}{name}",
            text=item.question,
            gold=item.gold,
            verifier=f"{PREFIX}{name}",
            max_tokens=parameters.max_tokens,
        )
        for name in names
        for number, item in enumerate(made[name], 1)
    )


def public_fault(checks: Sequence[PlannedCheck]) -> str | None:
    """Why the public problems of a plan cannot be drawn here; None where they can, or there are none."""
    if not _may_be_drawn(checks):
        return None
    fault = library_fault()
    if fault is not None:
        return fault
    try:
        require_drawable(checks)
    except EvidenceMissing as error:
        return error.why
    return None


def require_drawable(checks: Sequence[PlannedCheck]) -> None:
    """Returns where the public problems of a plan can be drawn here: told before the plan is logged and counts.

    Raises:
        UsageError: CERT-E477, without the audited library; EvidenceMissing: CERT-E478, it makes other problems here
            than those it is known by.
    """
    families = _may_be_drawn(checks)
    if families:
        draw_public(bytes(32), dict.fromkeys(families, 0))


def _may_be_drawn(checks: Sequence[PlannedCheck]) -> tuple[str, ...]:
    """The families that a seed may choose, or those that are named; none where none are asked."""
    asked = [check.parameters.get("publicFamilies") for check in checks]
    named = [name for one in asked if isinstance(one, tuple | list) for name in one]
    drawn = any(isinstance(one, int) and one for one in asked)
    return tuple(name for name in PUBLIC if drawn or name in named)


def is_public(question: Question) -> bool:
    """Whether a question comes from a public family."""
    return question.group.startswith(PREFIX)


def _named(family: str, number: int) -> str:
    return f"{_ITEM}{family}-{number:05d}"


def _recorded(questions: Sequence[Question], family: str, count: int) -> tuple[PublicItem, ...]:
    """The problems of a family as recorded; each has a right answer, and no two are the same."""
    by_item = {one.item: PublicItem(one.text, one.gold) for one in questions if is_public(one)}
    found = [by_item.get(_named(family, number)) for number in range(1, count + 1)]
    items = tuple(item for item in found if item is not None)
    maker = PUBLIC[family]
    solvable = all(maker.verify(maker.spoken(item.gold), item.gold) for item in items)
    if len({item.question for item in items}) != count or not solvable:
        raise HostileInput("CERT-E110", f"the recorded {family} problems are not {count} different ones with an answer")
    return items
