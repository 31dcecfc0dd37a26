"""The numbers of page one: which there are, in which order, and the words of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from certify.evidence.base import Value
from certify.evidence.certificate import Headline
from certify.evidence.instances import kind_of, label_of
from certify.evidence.results import (
    ConcisionResult,
    CorpusScanResult,
    CostResult,
    FreshReasoningResult,
    MultiTurnResult,
    OptionOrderResult,
    OrderExchangeabilityResult,
    PrivateSetResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
    UnseenToolsResult,
)
from certify.evidence.results.ladders import LogicPuzzlesResult, LongChainResult
from certify.evidence.results.profile import CapabilityProfileResult
from certify.verify.words.accuracy import fresh_headline, gap_headline, private_headline, static_headline
from certify.verify.words.conversations import tools_headline, turns_headline
from certify.verify.words.derived import concision_headlines, cost_headline
from certify.verify.words.former import LAST_FORMER, former_lines
from certify.verify.words.ladders import chain_headline, puzzle_headline
from certify.verify.words.orders import options_headline, order_headline
from certify.verify.words.profile import profile_headline
from certify.verify.words.scan import scan_headline

FRESH = "Fresh problems answered correctly"
GAP = "Published items minus fresh twins"
SCAN = "Benchmark items in training data"
STATIC = "Published items answered correctly"
PUZZLES = "Hardest level of logic puzzles held"
CHAIN = "Longest chain of steps followed"
TOOLS = "Unseen tools used rightly"
TURNS = "Revised over several turns, answered correctly"
PROFILE = "Given facts put together correctly"
PRIVATE = "Own problems answered correctly"
CONCISION = "Tokens for each right answer"
COST = "Right answers each second"
ORDER = "Published order of items recognised"
OPTIONS = "Published order of options recognised"

CHECK_OF = {
    FRESH: "fresh-reasoning",
    GAP: "static-fresh-gap",
    SCAN: "corpus-scan",
    ORDER: "order-exchangeability",
    OPTIONS: "option-order",
    STATIC: "static-benchmark",
    PUZZLES: "logic-puzzles",
    CHAIN: "long-chain",
    TURNS: "multi-turn",
    PRIVATE: "private-set",
    CONCISION: "concision",
    COST: "cost",
    TOOLS: "unseen-tools",
    PROFILE: "capability-profile",
}
"""Name of a headline to the check whose result it prints."""

_ONE: dict[type[Value], Callable[[str, Any], Headline]] = {
    FreshReasoningResult: fresh_headline,
    StaticFreshGapResult: gap_headline,
    CorpusScanResult: scan_headline,
    StaticBenchmarkResult: static_headline,
    LogicPuzzlesResult: puzzle_headline,
    LongChainResult: chain_headline,
    MultiTurnResult: turns_headline,
    PrivateSetResult: private_headline,
    CostResult: cost_headline,
    UnseenToolsResult: tools_headline,
    CapabilityProfileResult: profile_headline,
    OrderExchangeabilityResult: order_headline,
    OptionOrderResult: options_headline,
}


def headlines(results: Mapping[str, Value], wording: int | None = None) -> tuple[Headline, ...]:
    """One headline for each check that gave a result, the most telling first; page one shows three.

    Args:
        results: check id to its typed result, as ``Evaluation.results()`` gives them.
        wording: version of the words around the numbers; the present one when None.
    """
    former = wording is not None and wording <= LAST_FORMER
    return tuple(line for name, result in _in_order(results) for line in _lines(name, result, former))


def _lines(name: str, result: Value, former: bool) -> Sequence[Headline]:
    if former and (lines := former_lines(name, result)) is not None:
        return lines
    if isinstance(result, ConcisionResult):
        return concision_headlines(name, result)
    return [_ONE[type(result)](name, result)] if type(result) in _ONE else []


def _in_order(results: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """(headline, result): kind by kind, within a kind the unlabelled one first."""
    return [
        (headline_of(check), results[check])
        for kind in CHECK_OF.values()
        for check in sorted(results)
        if kind_of(check) == kind
    ]


def headline_of(check: str) -> str:
    """Name of the headline that prints the result of a check; its label stands behind it in brackets."""
    name = next(name for name, kind in CHECK_OF.items() if kind == kind_of(check))
    return f"{name} ({label})" if (label := label_of(check)) else name


def check_of(headline: str) -> str:
    """The check whose result a headline prints; empty where none does."""
    name, bracket, label = headline.partition(" (")
    kind = CHECK_OF.get(name, "")
    return f"{kind}:{label.removesuffix(')')}" if kind and bracket else kind
