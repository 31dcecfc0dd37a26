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
    DateSplitResult,
    FamiliarityResult,
    FreshReasoningResult,
    MultiTurnResult,
    OptionOrderResult,
    OrderExchangeabilityResult,
    PrivateSetResult,
    StaticBenchmarkResult,
    StaticFreshGapResult,
    UnseenToolsResult,
)
from certify.evidence.results.canaries import CanaryResult
from certify.evidence.results.completions import OptionRecallResult, PrefixCompletionResult
from certify.evidence.results.detection import Detection
from certify.evidence.results.ladders import LogicPuzzlesResult, LongChainResult
from certify.evidence.results.profile import CapabilityProfileResult
from certify.evidence.results.rewrites import PairedRewriteResult
from certify.verify.words.accuracy import fresh_headline, gap_headline, private_headline, static_headline
from certify.verify.words.canaries import canary_headline, recalled_words
from certify.verify.words.completions import heart_words, prefix_headline, recall_headline
from certify.verify.words.conversations import tools_headline, turns_headline
from certify.verify.words.dates import split_headline
from certify.verify.words.derived import concision_headlines, cost_headline
from certify.verify.words.detections import combined_headline
from certify.verify.words.familiarity import familiarity_headline
from certify.verify.words.former import LAST_FORMER, former_lines
from certify.verify.words.ladders import chain_headline, puzzle_headline
from certify.verify.words.orders import options_headline, order_headline, order_words
from certify.verify.words.profile import profile_headline
from certify.verify.words.rewrites import effect_words, rewrite_headline
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
PREFIX = "Published problems known by heart"
RECALL = "Published wrong choices known by heart"
CONCISION = "Tokens for each right answer"
COST = "Right answers each second"
ORDER = "Published order of items recognised"
OPTIONS = "Published order of options recognised"
REWRITES = "Published items against rewrites"
CANARIES = "Planted items recalled"
DATES = "Older published items minus newer ones"
FAMILIAR = "Familiarity of published items"
REWRITES = "Published items against rewrites"
CANARIES = "Planted items recalled"

CHECK_OF = {
    FRESH: "fresh-reasoning",
    GAP: "static-fresh-gap",
    SCAN: "corpus-scan",
    ORDER: "order-exchangeability",
    OPTIONS: "option-order",
    STATIC: "static-benchmark",
    PREFIX: "prefix-completion",
    RECALL: "option-recall",
    CANARIES: "canary",
    PUZZLES: "logic-puzzles",
    CHAIN: "long-chain",
    TURNS: "multi-turn",
    PRIVATE: "private-set",
    CONCISION: "concision",
    COST: "cost",
    DATES: "date-split",
    FAMILIAR: "familiarity",
    TOOLS: "unseen-tools",
    PROFILE: "capability-profile",
    REWRITES: "paired-rewrite",
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
    PairedRewriteResult: rewrite_headline,
    PrefixCompletionResult: prefix_headline,
    OptionRecallResult: recall_headline,
    CanaryResult: canary_headline,
    DateSplitResult: split_headline,
    FamiliarityResult: familiarity_headline,
}

_EFFECTS: dict[type[Value], Callable[[Any], str]] = {
    PairedRewriteResult: effect_words,
    PrefixCompletionResult: heart_words,
    OptionRecallResult: heart_words,
    CanaryResult: recalled_words,
    OrderExchangeabilityResult: order_words,
    OptionOrderResult: order_words,
}
"""What a test of contamination looks for, in words."""


def headlines(results: Mapping[str, Value], wording: int | None = None) -> tuple[Headline, ...]:
    """One headline for each check that gave a result, the most telling first; page one shows three.

    Args:
        results: check id to its typed result, as ``Evaluation.results()`` gives them.
        wording: version of the words around the numbers; the present one when None.
    """
    former = wording is not None and wording <= LAST_FORMER
    lines = [line for name, result in _in_order(results) for line in _lines(name, result, former)]
    over_all = combined_headline(results, _effect)
    if over_all is not None:
        lines.insert(1 if lines[0].name == FRESH else 0, over_all)
    return tuple(lines)


def _effect(result: Detection) -> str:
    return _EFFECTS[type(result)](result)


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
