"""What each check found. These fields are what policies can ask about."""

from __future__ import annotations

from certify.evidence.base import Value
from certify.evidence.results.accuracy import (
    FamilyResult,
    FreshReasoningResult,
    PrivateSetResult,
    ScalingPoint,
    StaticBenchmarkResult,
    StaticFreshGapResult,
)
from certify.evidence.results.canaries import CanaryResult
from certify.evidence.results.completions import (
    CompletedItems,
    OptionRecallResult,
    PrefixCompletionResult,
    RecalledItems,
)
from certify.evidence.results.conversations import MultiTurnResult, ToolsLevel, ToolUse, TurnsLevel, UnseenToolsResult
from certify.evidence.results.dates import DateSplitResult
from certify.evidence.results.estimates import Drop, Estimate, Outcomes
from certify.evidence.results.familiarity import DetectorScores, FamiliarityResult
from certify.evidence.results.ladders import LogicPuzzlesResult, LongChainResult
from certify.evidence.results.orders import LiftSums, OptionOrderResult, OrderExchangeabilityResult
from certify.evidence.results.profile import CapabilityProfileResult
from certify.evidence.results.rewrites import PairedRewriteResult
from certify.evidence.results.scan import CorpusScanResult, PublishedRule, ScannedBenchmark, SelfTestRow
from certify.evidence.results.spending import AnswerLengths, BudgetPoint, ConcisionResult, CostResult, Lengths

__all__ = [
    "RESULT_TYPES",
    "AnswerLengths",
    "BudgetPoint",
    "CanaryResult",
    "CompletedItems",
    "ConcisionResult",
    "CorpusScanResult",
    "CostResult",
    "DateSplitResult",
    "DetectorScores",
    "Drop",
    "Estimate",
    "FamiliarityResult",
    "FamilyResult",
    "FreshReasoningResult",
    "Lengths",
    "LiftSums",
    "MultiTurnResult",
    "OptionOrderResult",
    "OptionRecallResult",
    "OrderExchangeabilityResult",
    "Outcomes",
    "PairedRewriteResult",
    "PrefixCompletionResult",
    "PrivateSetResult",
    "PublishedRule",
    "RecalledItems",
    "ScalingPoint",
    "ScannedBenchmark",
    "SelfTestRow",
    "StaticBenchmarkResult",
    "StaticFreshGapResult",
    "ToolUse",
    "ToolsLevel",
    "TurnsLevel",
    "UnseenToolsResult",
]

RESULT_TYPES: dict[str, type[Value]] = {
    "static-benchmark": StaticBenchmarkResult,
    "fresh-reasoning": FreshReasoningResult,
    "static-fresh-gap": StaticFreshGapResult,
    "corpus-scan": CorpusScanResult,
    "logic-puzzles": LogicPuzzlesResult,
    "long-chain": LongChainResult,
    "multi-turn": MultiTurnResult,
    "private-set": PrivateSetResult,
    "concision": ConcisionResult,
    "cost": CostResult,
    "unseen-tools": UnseenToolsResult,
    "capability-profile": CapabilityProfileResult,
    "order-exchangeability": OrderExchangeabilityResult,
    "option-order": OptionOrderResult,
    "paired-rewrite": PairedRewriteResult,
    "prefix-completion": PrefixCompletionResult,
    "option-recall": OptionRecallResult,
    "canary": CanaryResult,
    "date-split": DateSplitResult,
    "familiarity": FamiliarityResult,
}
"""Check id to the type of its result."""
