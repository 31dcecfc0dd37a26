"""The scope of ``capability-profile``: counts by kind and number of hops as shares with bounds; rule ACC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from certify.errors import InternalError
from certify.evidence.results.profile import Capability, HopsShare, ProfileScope
from certify.statistics import accuracy_interval

GIVEN, RECALLED, BARE, AMONG = "given", "recalled", "bare", "among"
KINDS = (GIVEN, RECALLED, BARE, AMONG)
"""What is told beside a question: its facts, nothing, nothing about somebody invented, facts about others."""


class Tally(NamedTuple):
    """Answers to one item."""

    right: int
    """Right ones."""
    abstained: int
    """Those that say "unknown"."""
    wrong: int
    """Those that say something else that is not right."""


Tallies = Mapping[tuple[str, int], Sequence[Tally]]
"""Items by kind and hops."""
ByHops = Mapping[int, Sequence[Tally]]
"""Items by hops, fewest first."""


def scope_of(tallies: Tallies, samples: int) -> ProfileScope:
    """The scope of the items of all kinds; what has fewer than ten items is left out.

    Raises:
        InternalError: CERT-E102, that is so of something that every plan asks.
    """
    given, recalled = _of_kinds(tallies, GIVEN), _of_kinds(tallies, RECALLED)
    reasoning = _capability(_several(given), "right", samples)
    confabulation = _capability(_of_kinds(tallies, BARE, AMONG), "wrong", samples)
    abstained = _capability(given, "abstained", samples)
    if reasoning is None or confabulation is None or abstained is None:
        raise InternalError("CERT-E102", "the items of capability-profile gave no interval")
    return ProfileScope(
        reading=_capability(_one(given), "right", samples),
        reasoning_given=reasoning,
        knowledge=_capability(_one(recalled), "right", samples),
        reasoning_recalled=_capability(_several(recalled), "right", samples),
        confabulation=confabulation,
        abstained_on_answerable=abstained,
        abstained_on_recalled=_capability(recalled, "abstained", samples),
    )


def _of_kinds(tallies: Tallies, *kinds: str) -> ByHops:
    found: dict[int, list[Tally]] = defaultdict(list)
    for (kind, hops), items in tallies.items():
        if kind in kinds:
            found[hops] += items
    return {hops: found[hops] for hops in sorted(found)}


def _one(items: ByHops) -> ByHops:
    return {hops: found for hops, found in items.items() if hops == 1}


def _several(items: ByHops) -> ByHops:
    return {hops: found for hops, found in items.items() if hops > 1}


def _capability(items: ByHops, counted: str, samples: int) -> Capability | None:
    counts = {hops: [int(getattr(item, counted)) for item in found] for hops, found in items.items()}
    interval = accuracy_interval([count for found in counts.values() for count in found], samples)
    if interval is None:
        return None
    by_hops = tuple(_hops(hops, found, samples) for hops, found in counts.items())
    return Capability(**interval._asdict(), by_hops=by_hops)


def _hops(hops: int, counts: Sequence[int], samples: int) -> HopsShare:
    interval = accuracy_interval(counts, samples)
    return HopsShare(
        hops=hops,
        items=len(counts),
        estimate=share_of(sum(counts), len(counts) * samples),
        lower=interval.lower if interval else None,
        upper=interval.upper if interval else None,
    )


def share_of(part: int, whole: int) -> float:
    """A share on four decimals; 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0
