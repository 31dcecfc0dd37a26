"""Check ``order-exchangeability``: is a benchmark's published order likelier to the model than other orders of it?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from certify.check.base import Answers, Size, Sources, most_read
from certify.check.benchmarks import BenchmarkItem
from certify.check.choices import lettered
from certify.check.detections import detection_fields
from certify.check.orders import DECIMALS, UNIT, compared, drawn_orders, item_id, likelihoods
from certify.evidence.answers import GIVEN, Question, evidence_root
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import OrderExchangeabilityParameters
from certify.evidence.results import LiftSums, OrderExchangeabilityResult
from certify.statistics import (
    Lift,
    best_power,
    groups_needed,
    lift_of,
    lift_power,
    permutation_p_value,
    reaching_sums,
)
from certify.statistics.stream import Stream

BETWEEN = "\n\n"
"""Between two items; a question and its answer stand on lines of their own."""
_ANY_SEED = bytes(32)


class OrderExchangeability:
    """Scores shards of the file in the published order and in random ones; rule ORDER."""

    id: ClassVar[str] = "order-exchangeability"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published order of items against random orders"

    def size(self, parameters: OrderExchangeabilityParameters, sources: Sources) -> Size:
        """A text for each order of each shard; none where no outcome could be worth its tokens."""
        shards = _worth_reading(parameters, sources)
        if not shards:
            return Size(0, 0, 0)
        reads = most_read(self._all(parameters, sources, _ANY_SEED))
        return Size(shards * (parameters.shuffles + 1), 1, 0, reads=reads)

    def questions(
        self, parameters: OrderExchangeabilityParameters, sources: Sources, seed: bytes
    ) -> tuple[Question, ...]:
        """The shards, each in its published order and in others that the seed draws."""
        return self._all(parameters, sources, seed) if _worth_reading(parameters, sources) else ()

    def _all(self, parameters: OrderExchangeabilityParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        group = sources.benchmarks[parameters.benchmark].id
        found = list[Question]()
        for number, items in enumerate(_shards(parameters, sources)):
            stream = Stream(seed, f"{self.id}/v{self.version}/{number}")
            for place, order in enumerate(drawn_orders(len(items), parameters.shuffles, stream)):
                found.append(
                    Question(
                        check=self.id,
                        item=item_id("shard", number, place),
                        group=group,
                        text="",
                        gold="",
                        verifier=GIVEN,
                        max_tokens=0,
                        raw=True,
                        given=BETWEEN.join(published_text(items[one]) for one in order),
                    )
                )
        return tuple(found)

    def score(
        self, parameters: OrderExchangeabilityParameters, answers: Answers, sources: Sources
    ) -> OrderExchangeabilityResult | NotRun:
        """The exact p-value, and the power that follows from how far a shard's orders lie apart."""
        orders, level = parameters.shuffles + 1, parameters.alpha / sources.tests
        asked, own = _worth_reading(parameters, sources), answers.questions_of(self.id)
        values = compared(likelihoods(self.id, answers), range(asked), orders, partial(item_id, "shard"))
        if asked and not values:
            return NotRun(check=self.id, reason="no shard could be scored in all of its orders")
        p_value, power, told = None, 0.0, dict[str, Any]()
        lift = lift_of(values, UNIT) if values else None
        if lift is not None:
            # the shuffles follow from the run's seed, and so does this stream, without a second secret
            stream = Stream(bytes.fromhex(evidence_root([one.document() for one in own])), f"{self.id}/draws")
            reaching = reaching_sums(values, parameters.draws, stream)
            p_value, power = permutation_p_value(reaching, parameters.draws), power_of(parameters, lift, level)
            told = {"reaching": reaching, "lift": _mean_lift(values), "sums": LiftSums(**_sums(lift))}
        benchmark = sources.benchmarks[parameters.benchmark]
        return OrderExchangeabilityResult(
            **detection_fields(parameters, sources.tests, p_value, power, items_needed(parameters, lift, level)),
            benchmark=benchmark.id,
            benchmark_sha256=benchmark.sha256,
            items=len(values) * parameters.shard_items,
            shards=len(values),
            left_out=asked - len(values),
            orders=orders,
            draws=parameters.draws,
            **told,
        )


def _worth_reading(parameters: OrderExchangeabilityParameters, sources: Sources) -> int:
    """How many shards are read: all, or none where no outcome could be worth its tokens."""
    shards, level = len(_shards(parameters, sources)), parameters.alpha / sources.tests
    best = best_power(shards, parameters.shuffles + 1, parameters.power_against, level)
    return shards if best >= parameters.least_power and 1 / (parameters.draws + 1) <= level else 0


def power_of(parameters: OrderExchangeabilityParameters, lift: Lift, level: float) -> float:
    """The power against the planned share of shards; 0 where the draws cannot reach the level."""
    if 1 / (parameters.draws + 1) > level:
        return 0.0
    return lift_power(lift, parameters.shuffles + 1, parameters.power_against, level)


def items_needed(parameters: OrderExchangeabilityParameters, lift: Lift | None, level: float) -> int | None:
    """Items with which the planned power is reached; None where it is, or where more of them would not do.

    Args:
        parameters: of the check.
        lift: as measured; None where nothing was asked.
        level: of this test.
    """
    if 1 / (parameters.draws + 1) > level:
        return None
    if lift is not None and power_of(parameters, lift, level) >= parameters.least_power:
        return None
    orders, share = parameters.shuffles + 1, parameters.power_against
    shards = groups_needed(orders, share, level, parameters.least_power, lift)
    return None if shards is None else shards * parameters.shard_items


def published_text(item: BenchmarkItem) -> str:
    """An item as published: its question, the lettered options where it has some, and its answer with the solution."""
    asked = item.question if item.stem is None else f"{item.stem}\n{lettered(item.options)}"
    return f"{asked}\n{item.answer}"


def _shards(parameters: OrderExchangeabilityParameters, sources: Sources) -> Sequence[Sequence[BenchmarkItem]]:
    """Consecutive items of the file; those after the last whole shard are left out."""
    items, size = sources.benchmarks[parameters.benchmark].items, parameters.shard_items
    return [items[at : at + size] for at in range(0, len(items) - size + 1, size)][: parameters.shards]


def _mean_lift(values: Sequence[Sequence[int]]) -> float:
    lifted = sum(group[0] * len(group) - sum(group) for group in values)
    return round(lifted / (len(values) * len(values[0]) * UNIT), DECIMALS) + 0.0


def _sums(lift: Lift) -> dict[str, float]:
    return {name: value for name, value in lift._asdict().items() if name != "groups"}
