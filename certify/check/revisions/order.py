"""An order with lines, a fee and a discount, and the changes that can be made to it: exact and total.

A change that does not fit (a line that is not there any more) changes nothing, so that every subset of changes has a
result: that is how a missed revision is told from a wrong sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """So many of a thing at a price."""

    thing: str
    quantity: int
    price: int
    active: bool = True


class Order(NamedTuple):
    """What is to be paid follows from it."""

    lines: tuple[Line, ...]
    fee: int
    discount: int

    @property
    def total(self) -> int:
        """Quantity times price over the lines that count, plus the fee, minus the discount."""
        return sum(line.quantity * line.price for line in self.lines if line.active) + self.fee - self.discount


class Change(NamedTuple):
    """One revision."""

    kind: str
    """quantity, price, more, fewer, drop, restore, swap, fee, discount or aside."""
    places: tuple[int, ...] = ()
    """The lines it is about."""
    amount: int = 0


def changed(order: Order, change: Change) -> Order:
    """The order after a change."""
    if change.kind == "fee":
        return order._replace(fee=change.amount)
    if change.kind == "discount":
        return order._replace(discount=change.amount)
    lines = list(order.lines)
    touched = [lines[place] for place in change.places]
    if change.kind in ("drop", "restore"):
        lines[change.places[0]] = touched[0]._replace(active=change.kind == "restore")
    elif touched and all(line.active for line in touched):
        for place, quantity, price in _values(change, touched):
            lines[place] = lines[place]._replace(quantity=quantity, price=price)
    return order._replace(lines=tuple(lines))


def _values(change: Change, touched: Sequence[Line]) -> list[tuple[int, int, int]]:
    first, place, amount = touched[0], change.places[0], change.amount
    if change.kind == "swap":
        return [(place, touched[1].quantity, first.price), (change.places[1], first.quantity, touched[1].price)]
    if change.kind == "price":
        return [(place, first.quantity, amount)]
    quantity = {"quantity": amount, "more": first.quantity + amount, "fewer": max(first.quantity - amount, 0)}
    return [(place, quantity.get(change.kind, first.quantity), first.price)]


def states(order: Order, changes: Sequence[Change]) -> list[Order]:
    """The order before the first change, and after each."""
    found = [order]
    for change in changes:
        found.append(changed(found[-1], change))
    return found


def missed(order: Order, changes: Sequence[Change], place: int) -> int:
    """The total of somebody who makes every change but one."""
    return states(order, [change for at, change in enumerate(changes) if at != place])[-1].total
