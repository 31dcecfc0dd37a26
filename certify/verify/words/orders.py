"""Words of page one for tests that hold a published order against random ones."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.results import OptionOrderResult, OrderExchangeabilityResult
from certify.evidence.results.detection import Detection, DetectionVerdict
from certify.verify.words.detections import corrected_words, verdict_words
from certify.verify.words.printed import p_words, percent

_SHUFFLED = (
    "A published order is recognised only where training kept it: a model that was taught the items one by one, or "
    "shuffled, shows nothing there. In a file sorted by something that its items show, such as a number, the order may "
    "be likelier to a model that never read it."
)

_CONTROLS = (
    "That the control items of option-order were never seen, and order their options as published ones do, is the word "
    "of whoever made them; a model that was taught with shuffled options shows nothing there."
)


def order_headline(name: str, result: OrderExchangeabilityResult) -> Headline:
    """Whether the published order of a benchmark's items is likelier than random orders of them."""
    told = [finding_words(result, "shards in their published order", result.lift)]
    if result.shards:
        each = result.items // result.shards
        told.append(
            f"{counted(result.shards, 'shard')} of {each} items of {result.benchmark}, {result.orders} orders each"
        )
    else:
        told.append(f"nothing of {result.benchmark} was asked")
    return Headline(name=name, value=verdict_words(result), detail="; ".join(told))


def options_headline(name: str, result: OptionOrderResult) -> Headline:
    """Whether the published order of items' options is likelier than random orders, more so than that of controls."""
    told = [finding_words(result, "published items in their published order")]
    if result.ranks and result.control_ranks:
        told.append(
            f"likeliest of {result.orders} orders: {result.ranks[0]:,} of {result.items:,} items of "
            f"{result.benchmark}, {result.control_ranks[0]:,} of {result.control_items:,} controls"
        )
    else:
        told.append(f"nothing of {result.benchmark} was asked")
    return Headline(name=name, value=verdict_words(result), detail="; ".join(told))


def finding_words(result: Detection, effect: str, lift: float | None = None) -> str:
    """What a test found, with its p-value, its power, and what would do where they do not.

    Args:
        result: of the test.
        effect: what a share of is looked for.
        lift: how much likelier the published order was, nats; None where that was not measured.
    """
    told = []
    if result.p_value is not None:
        told.append(f"{p_words(result.p_value)}{corrected_words(result)}")
    against = f"against {percent(result.power_against)} of {effect} being the likeliest"
    told.append(f"power {result.power:.2f} {against}")
    if result.verdict is DetectionVerdict.INSUFFICIENT:
        told.append(f"{result.least_power:.2f} was asked{_would_do(result)}")
    if lift is not None:
        told.append(f"published order {'likelier' if lift > 0 else 'no likelier'} by {abs(lift):.2f} nats in the mean")
    return "; ".join(told)


def order_words(result: Detection) -> str:
    """What these tests look for."""
    groups = "shards" if isinstance(result, OrderExchangeabilityResult) else "published items"
    return f"{percent(result.power_against)} of {groups} known in their published order"


def order_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What an order that is not recognised could be mistaken to say."""
    shown = [
        text
        for kind, text in ((OrderExchangeabilityResult, _SHUFFLED), (OptionOrderResult, _CONTROLS))
        if any(isinstance(result, kind) for result in results.values())
    ]
    return tuple(shown)


def _would_do(result: Detection) -> str:
    return "" if result.needed is None else f", {counted(result.needed, 'item')} would do"
