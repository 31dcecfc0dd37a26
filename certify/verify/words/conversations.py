"""Words of page one for conversations of several turns, and for tools."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.certificate import Headline
from certify.evidence.results import Drop, MultiTurnResult, ToolUse, UnseenToolsResult
from certify.verify.words.printed import bounded, interval_words, of_answers, percent, points, repeats


def turns_headline(name: str, result: MultiTurnResult) -> Headline:
    """Revised conversations: the share right, against the final facts alone."""
    share = result.turns
    stale = of_answers(result.stale_share, share.items * share.samples)
    detail = (
        f"{interval_words(share)}; {share.items} items{repeats(share)}; {bounded(result.facts)} with the "
        f"final facts alone, {_drop(result)}; {stale} answers gave an earlier total"
    )
    return Headline(name=name, value=percent(share.estimate), detail=detail)


def _drop(result: MultiTurnResult) -> str:
    """What the turns cost; where nothing was right at once, nothing could get lost."""
    if not result.facts.estimate and not result.turns.estimate:
        return "so that there is nothing to drop from"
    return f"a drop of {drop_words(result.total_drop)}"


def tools_headline(name: str, result: UnseenToolsResult) -> Headline:
    """Invented tools: the share solved by own valid calls."""
    main = result.act or result.plan
    if main is None:
        raise HostileInput("CERT-E090", "the result of unseen-tools is about no mode")
    share, depth = main.solved, max(level.depth for level in result.levels)
    how = "results coming back" if result.act else "all calls written at once"
    told = [
        interval_words(share),
        f"{share.items} items{repeats(share)}, {how}, up to {depth} tool{'' if depth == 1 else 's'} each",
    ]
    if result.act and result.plan:
        told.append(f"{bounded(result.plan.solved)} with all calls written at once")
    told += _impossible(main, result)
    return Headline(name=name, value=percent(share.estimate), detail="; ".join(told))


def _impossible(used: ToolUse, result: UnseenToolsResult) -> list[str]:
    """How often a mode says that nothing can be done, where that is so and where it is not, as counts."""
    able = used.solved.items * used.solved.samples
    unable = result.outcomes.answers // (2 if result.act and result.plan else 1) - able
    if unable <= 0:
        return []
    where = of_answers(used.declined, unable), of_answers(used.gave_up, able)
    return [f"says “impossible” in {where[0]} answers where that is so, in {where[1]} where it is not"]


def drop_words(drop: Drop) -> str:
    """A drop in points with its interval."""
    return f"{points(drop.estimate)} (95 % interval {points(drop.lower)} to {points(drop.upper)})"
