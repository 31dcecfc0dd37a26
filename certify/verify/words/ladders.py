"""Words of page one for the checks with a ladder: how far up it a model is shown to hold."""

from __future__ import annotations

from collections.abc import Mapping

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.parameters import tokens_for
from certify.evidence.results.estimates import Estimate
from certify.evidence.results.ladders import ChainArm, LogicPuzzlesResult, LongChainResult
from certify.verify.words.printed import percent

_KINDS_PUBLIC = (
    "Puzzles and chains of steps were drawn anew, but their kinds are public, synthetic and in English: to hold a "
    "level says nothing of harder levels or of other tasks."
)
_CAPPED = (
    "In long-chain the token limit was below 2,000 and 40 for each needed step; longer answers might have been right."
)


def puzzle_headline(name: str, result: LogicPuzzlesResult) -> Headline:
    """The hardest level held, and the first that is not."""
    held = [level for level in result.levels if level.held]
    missed = [level for level in result.levels if not level.held]
    told = [f"at least {percent(result.hold)} right at every level up to it, with 95 % confidence"] if held else []
    told += [f"level {level.level}: {_interval(level.accuracy)}" for level in (*held[-1:], *missed[:1])]
    told += [f"{result.levels[0].accuracy.items} puzzles a level"] if result.levels else []
    value = f"level {result.held_level}" if held else "none"
    return Headline(name=name, value=value, detail="; ".join(told))


def chain_headline(name: str, result: LongChainResult) -> Headline:
    """The longest length held in the first arm, the first that is not, and the other arms."""
    first, *others = result.arms
    missed = [rung for rung in first.rungs if not rung.held]
    told = [f"{first.arm} chains"]
    told += [f"at least {percent(result.hold)} right up to it, with 95 % confidence"] if first.held_length else []
    told += [f"{rung.length} steps: {_interval(rung.accuracy)}" for rung in missed[:1]]
    told += [_half(first)]
    told += [f"{arm.arm} chains: {_steps(arm.held_length)}" for arm in others]
    return Headline(name=name, value=_steps(result.held_length), detail="; ".join(told))


def ladder_caveats(results: Mapping[str, Value]) -> tuple[str, ...]:
    """What a held level could be mistaken to say."""
    chain = results.get("long-chain")
    capped = isinstance(chain, LongChainResult) and any(
        rung.max_tokens < tokens_for(rung.length) for arm in chain.arms for rung in arm.rungs
    )
    told = [("logic-puzzles" in results or chain is not None, _KINDS_PUBLIC), (capped, _CAPPED)]
    return tuple(text for holds, text in told if holds)


def _interval(share: Estimate) -> str:
    return f"{percent(share.estimate)}, 95 % interval {percent(share.lower)} to {percent(share.upper)}"


def _steps(length: int) -> str:
    return f"{length:,} steps" if length else "none"


def _half(arm: ChainArm) -> str:
    found, lengths = arm.half_length, [rung.length for rung in arm.rungs]
    if found.beyond == "above":
        return f"half of them fail beyond {lengths[-1]:,} steps, if at all"
    if found.beyond == "below":
        return f"half of them fail before {lengths[0]:,} steps"
    return f"half of them fail at about {found.estimate:,.0f} steps ({found.lower:,.0f} to {found.upper:,.0f})"
