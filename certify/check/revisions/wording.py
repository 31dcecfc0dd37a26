"""An order and its changes in words: at once, in one message with the changes, or turn by turn."""

from __future__ import annotations

from collections.abc import Sequence

from certify.check.revisions.order import Change, Order

TOTAL = "What is the total?"
ACKNOWLEDGE = "Reply with OK only."

_CHANGES = {
    "quantity": ("Make it {amount} {thing}.", "Change the {thing} to {amount}."),
    "price": ("The {thing} cost {amount} each now.", "The price of the {thing} is now {amount} each."),
    "more": ("Add {amount} more {thing}.", "Take {amount} {thing} more."),
    "fewer": ("Take {amount} {thing} off.", "Order {amount} {thing} less."),
    "drop": ("Leave out the {thing}.", "Cancel the {thing}."),
    "restore": ("Put the {thing} back in.", "Take the {thing} after all."),
    "swap": ("Swap the quantities of {thing} and {other}.", "Swap how many {thing} and {other} there are."),
    "fee": ("The fee is now {amount}.", "Set the fee to {amount}."),
    "discount": ("The discount is now {amount}.", "Set the discount to {amount}."),
    "aside": ("The order number is {amount}.", "It goes to house {amount}."),
}
"""Each change in two wordings; an aside has a number that belongs to nothing."""


def opening(order: Order) -> str:
    """The order as it is, without what was left out; a line that was dropped is not mentioned."""
    lines = [f"{line.quantity} {line.thing} at {line.price} each" for line in order.lines if line.active]
    return f"Order: {', '.join(lines)}, plus a fee of {order.fee}, minus a discount of {order.discount}."


def change_text(order: Order, change: Change, place: int) -> str:
    """One change; its place in the story picks the wording."""
    things = [order.lines[at].thing for at in change.places]
    wordings = _CHANGES[change.kind]
    thing, other = (*things, "", "")[:2]
    return wordings[place % len(wordings)].format(amount=change.amount, thing=thing, other=other)


def at_once(final: Order) -> str:
    """Arm A: the final facts and the question."""
    return f"{opening(final)} {TOTAL}"


def in_one_message(order: Order, changes: Sequence[Change]) -> str:
    """Arm B: the whole story in one message."""
    told = [change_text(order, change, place) for place, change in enumerate(changes)]
    return " ".join([opening(order), *told, TOTAL])


def turn_by_turn(order: Order, changes: Sequence[Change], *, acknowledge: bool = False) -> list[str]:
    """Arm C: one message a change, each asking for the total, or for a word of acknowledgement before the last."""
    told = [opening(order), *(change_text(order, change, place) for place, change in enumerate(changes))]
    between = ACKNOWLEDGE if acknowledge else TOTAL
    return [f"{text} {between if place < len(changes) else TOTAL}" for place, text in enumerate(told)]
