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
from certify.evidence.results.conversations import MultiTurnResult, ToolsLevel, ToolUse, TurnsLevel, UnseenToolsResult
from certify.evidence.results.estimates import Drop, Estimate, Outcomes
from certify.evidence.results.ladders import LogicPuzzlesResult, LongChainResult
from certify.evidence.results.orders import LiftSums, OptionOrderResult, OrderExchangeabilityResult
from certify.evidence.results.profile import CapabilityProfileResult
from certify.evidence.results.scan import CorpusScanResult, PublishedRule, ScannedBenchmark, SelfTestRow
from certify.evidence.results.spending import AnswerLengths, BudgetPoint, ConcisionResult, CostResult, Lengths

__all__ = [
    "RESULT_TYPES",
    "AnswerLengths",
    "BudgetPoint",
    "ConcisionResult",
    "CorpusScanResult",
    "CostResult",
    "Drop",
    "Estimate",
    "FamilyResult",
    "FreshReasoningResult",
    "Lengths",
    "LiftSums",
    "MultiTurnResult",
    "OptionOrderResult",
    "OrderExchangeabilityResult",
    "Outcomes",
    "PrivateSetResult",
    "PublishedRule",
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
}
"""Check id to the type of its result."""
