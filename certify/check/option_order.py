"""Check ``option-order``: is the published order of a question's options likelier to the model than other orders?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import factorial
from typing import ClassVar

from certify.check.base import Answers, Size, Sources, most_read
from certify.check.benchmarks import BenchmarkItem
from certify.check.choices import lettered
from certify.check.detections import detection_fields
from certify.check.orders import compared, drawn_orders, item_id, likelihoods
from certify.errors import UsageError
from certify.evidence.answers import GIVEN, Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import OptionOrderParameters
from certify.evidence.results import OptionOrderResult
from certify.statistics import best_rank_power, rank_items_needed, rank_power, rank_test
from certify.statistics.stream import Stream

PUBLISHED, CONTROL = "published", "control"
_ANY_SEED = bytes(32)


class OptionOrder:
    """Scores options in the published order and in random ones, of published items and of controls; rule ORDER."""

    id: ClassVar[str] = "option-order"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published order of options against random orders"

    def size(self, parameters: OptionOrderParameters, sources: Sources) -> Size:
        """A text for each order of each item; none where no outcome could be worth its tokens.

        Raises:
            UsageError: CERT-E102, a file offers no options, or a control item is among the published ones.
        """
        _refuse_unfit(parameters, sources)
        items = sum(_worth_reading(parameters, sources))
        if not items:
            return Size(0, 0, 0)
        reads = most_read(self._all(parameters, sources, _ANY_SEED))
        return Size(items * (parameters.shuffles + 1), 1, 0, reads=reads)

    def questions(self, parameters: OptionOrderParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """Each item's options after its question, in the published order and in others that the seed draws."""
        return self._all(parameters, sources, seed) if sum(_worth_reading(parameters, sources)) else ()

    def _all(self, parameters: OptionOrderParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        found = list[Question]()
        for kind, items in zip((PUBLISHED, CONTROL), _both(parameters, sources), strict=True):
            for number, item in enumerate(items):
                stream = Stream(seed, f"{self.id}/v{self.version}/{kind}/{number}")
                orders = drawn_orders(len(item.options), parameters.shuffles, stream)
                found += [_question(kind, number, place, item, order) for place, order in enumerate(orders)]
        return tuple(found)

    def score(
        self, parameters: OptionOrderParameters, answers: Answers, sources: Sources
    ) -> OptionOrderResult | NotRun:
        """Ranks of the published orders on both sides, the two tests of them, and a power."""
        sides, orders = _worth_reading(parameters, sources), parameters.shuffles + 1
        asked = sum(sides) > 0
        found, kinds = likelihoods(self.id, answers), zip((PUBLISHED, CONTROL), sides, strict=True)
        published, control = (_ranks(found, kind, count, orders) for kind, count in kinds)
        if asked and not (any(published) and any(control)):
            return NotRun(check=self.id, reason="of the published items or of the controls, none could be scored")
        level = parameters.alpha / sources.tests
        test = rank_test(published, control, parameters.draws) if asked else None
        power = power_of(parameters, published, control, level) if asked else 0.0
        needed = items_needed(parameters, control if asked else None, power, level)
        counted = sum(published), sum(control)
        return OptionOrderResult(
            **detection_fields(parameters, sources.tests, test.p_value if test else None, power, needed),
            benchmark=sources.benchmarks[parameters.benchmark].id,
            benchmark_sha256=sources.benchmarks[parameters.benchmark].sha256,
            control_sha256=sources.benchmarks[parameters.control].sha256,
            items=counted[0],
            control_items=counted[1],
            left_out=sum(sides) - sum(counted),
            orders=orders,
            ranks=published if asked else None,
            control_ranks=control if asked else None,
            draws=parameters.draws,
            reaching=test.reaching if test else None,
            ranks_p_value=test.ranks_p_value if test else None,
            likeliest_p_value=test.likeliest_p_value if test else None,
        )


def _worth_reading(parameters: OptionOrderParameters, sources: Sources) -> tuple[int, int]:
    """How many published and control items are read: all, or none where no outcome could be worth its tokens."""
    published, controls = (len(items) for items in _both(parameters, sources))
    level = parameters.alpha / sources.tests
    best = best_rank_power(published, controls, parameters.power_against, level)
    enough = best >= parameters.least_power and 2 / (parameters.draws + 1) <= level
    return (published, controls) if enough else (0, 0)


def power_of(
    parameters: OptionOrderParameters, published: Sequence[int], control: Sequence[int], level: float
) -> float:
    """The power against the planned share of items, of the ranks alone: the other test can only add to it.

    Each of the two tests is held against half of ``level``, that of this check.
    """
    return rank_power(sum(published), control, parameters.power_against, level / 2)


def items_needed(
    parameters: OptionOrderParameters, control: Sequence[int] | None, power: float, level: float
) -> int | None:
    """Published items, and as many controls, with which the planned power is reached; None where it is.

    Args:
        parameters: of the check.
        control: ranks of the controls; None where nothing was asked.
        power: as measured.
        level: of this check.
    """
    if power >= parameters.least_power or 2 / (parameters.draws + 1) > level:
        return None
    against = level if control is None else level / 2
    return rank_items_needed(parameters.power_against, against, parameters.least_power, control)


def _both(parameters: OptionOrderParameters, sources: Sources) -> tuple[list[BenchmarkItem], list[BenchmarkItem]]:
    """Published and control items whose options have as many orders as are wanted."""
    return _usable(parameters, sources, parameters.benchmark), _usable(parameters, sources, parameters.control)


def _usable(parameters: OptionOrderParameters, sources: Sources, name: str) -> list[BenchmarkItem]:
    items = sources.benchmarks[name].items[: parameters.first]
    return [
        item
        for item in items
        if len(set(item.options)) == len(item.options) and factorial(len(item.options)) > parameters.shuffles
    ]


def _question(kind: str, number: int, place: int, item: BenchmarkItem, order: Sequence[int]) -> Question:
    return Question(
        check=OptionOrder.id,
        item=item_id(kind, number, place),
        group=kind,
        text=f"{item.stem}\n",
        gold="",
        verifier=GIVEN,
        max_tokens=0,
        raw=True,
        given=lettered([item.options[one] for one in order]),
    )


def _ranks(found: dict[str, int], kind: str, count: int, orders: int) -> tuple[int, ...]:
    """How many items have the likeliest published order, the second likeliest, and so on; ties count against it."""
    counts = [0] * orders
    for published, *others in compared(found, range(count), orders, partial(item_id, kind)):
        counts[sum(other >= published for other in others)] += 1
    return tuple(counts)


def _refuse_unfit(parameters: OptionOrderParameters, sources: Sources) -> None:
    for name in (parameters.benchmark, parameters.control):
        if not any(item.options for item in sources.benchmarks[name].items):
            raise _impossible(f"{name} offers no options", "name files of multiple choice, with a column `choices`")
    published = {_plain(item) for item in sources.benchmarks[parameters.benchmark].items}
    shared = [item.id for item in sources.benchmarks[parameters.control].items if _plain(item) in published]
    if shared:
        what = f"the control item {shared[0]} is among the published ones"
        raise _impossible(what, "a control holds items that the model has certainly not seen")


def _plain(item: BenchmarkItem) -> str:
    return " ".join((item.stem or item.question).casefold().split())


def _impossible(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"{OptionOrder.id} cannot be planned: {what}", hint=hint)
