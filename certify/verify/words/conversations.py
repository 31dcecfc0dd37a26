"""Words of page one for conversations of several turns, and for tools."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.certificate import Headline
from certify.evidence.results import Drop, MultiTurnResult, UnseenToolsResult
from certify.verify.words.printed import interval_words, percent, points, repeats


def turns_headline(name: str, result: MultiTurnResult) -> Headline:
    """Revised conversations: the share right, against the final facts alone."""
    share, drop = result.turns, result.total_drop
    detail = (
        f"{interval_words(share)}; {share.items} items{repeats(share)}; {percent(result.facts.estimate)} with the "
        f"final facts alone, a drop of {_difference(drop)}; {percent(result.stale_share)} gave an earlier total"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def tools_headline(name: str, result: UnseenToolsResult) -> Headline:
    """Invented tools: the share solved by own valid calls."""
    main = result.act or result.plan
    if main is None:
        raise HostileInput("CERT-E090", "the result of unseen-tools is about no mode")
    share, depth = main.solved, max(level.depth for level in result.levels)
    how = "results coming back" if result.act else "all calls written at once"
    told = [interval_words(share), f"{share.items} items{repeats(share)}, {how}, up to {depth} tools each"]
    if result.act and result.plan:
        told.append(f"{percent(result.plan.solved.estimate)} with all calls written at once")
    return Headline(name=name, value=percent(share.estimate), detail="; ".join(told))


def _difference(drop: Drop) -> str:
    return f"{points(drop.estimate)} (95 % interval {points(drop.lower)} to {points(drop.upper)})"
