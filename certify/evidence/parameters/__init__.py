"""The parameters a policy gives to each check; they enter the plan with every default filled in."""

from __future__ import annotations

from certify.evidence.base import StrictValue
from certify.evidence.parameters.accuracy import (
    TASK_PREFIX,
    AnswerKind,
    FreshReasoningParameters,
    PrivateSetParameters,
    StaticBenchmarkParameters,
    StaticFreshGapParameters,
)
from certify.evidence.parameters.conversations import MultiTurnParameters, UnseenToolsParameters
from certify.evidence.parameters.ladders import LogicPuzzlesParameters, LongChainParameters, tokens_for
from certify.evidence.parameters.orders import OptionOrderParameters, OrderExchangeabilityParameters
from certify.evidence.parameters.profile import CapabilityProfileParameters
from certify.evidence.parameters.scan import CorpusScanParameters
from certify.evidence.parameters.spending import ConcisionParameters, CostParameters

__all__ = [
    "PARAMETER_TYPES",
    "TASK_PREFIX",
    "AnswerKind",
    "CapabilityProfileParameters",
    "ConcisionParameters",
    "CorpusScanParameters",
    "CostParameters",
    "FreshReasoningParameters",
    "LogicPuzzlesParameters",
    "LongChainParameters",
    "MultiTurnParameters",
    "OptionOrderParameters",
    "OrderExchangeabilityParameters",
    "PrivateSetParameters",
    "StaticBenchmarkParameters",
    "StaticFreshGapParameters",
    "UnseenToolsParameters",
    "tokens_for",
]

PARAMETER_TYPES: dict[str, type[StrictValue]] = {
    "static-benchmark": StaticBenchmarkParameters,
    "fresh-reasoning": FreshReasoningParameters,
    "static-fresh-gap": StaticFreshGapParameters,
    "corpus-scan": CorpusScanParameters,
    "multi-turn": MultiTurnParameters,
    "unseen-tools": UnseenToolsParameters,
    "private-set": PrivateSetParameters,
    "concision": ConcisionParameters,
    "cost": CostParameters,
    "logic-puzzles": LogicPuzzlesParameters,
    "long-chain": LongChainParameters,
    "capability-profile": CapabilityProfileParameters,
    "order-exchangeability": OrderExchangeabilityParameters,
    "option-order": OptionOrderParameters,
}
"""Check id to the type of its parameters."""
