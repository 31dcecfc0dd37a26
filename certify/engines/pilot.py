"""A minute of answers before a plan is made: does the model finish within the token cap, and how fast is it?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from certify.engines.journal import read_journal
from certify.engines.order import JournalHeader, ServerOrder, WorkOrder, write_requests
from certify.engines.runner import Listener, answer
from certify.errors import UsageError
from certify.evidence.answers import FinishReason, Request
from certify.evidence.base import Fraction, Value
from certify.evidence.canonical import sha256_hex
from certify.evidence.model import TestedConfiguration

MAX_TRUNCATED_SHARE = 0.2
"""A result with more answers cut off than this is inconclusive, so a plan that expects it is refused."""

PILOT = sha256_hex(b"certify/pilot/v1")
"""Stands where a plan's and a model's digests would: a pilot belongs to neither."""


class PilotResult(Value):
    """What a pilot found."""

    answers: int = Field(ge=1)
    """Answers made."""
    truncated_share: Fraction
    """Share cut off at the token limit."""
    error_share: Fraction
    """Share the engine failed on."""
    mean_tokens: float = Field(ge=0)
    """Mean length of an answer, tokens."""
    longest: int = Field(ge=0)
    """Longest answer, tokens."""
    tokens_per_second: float = Field(ge=0)
    """Generated tokens for each second of answering."""
    load_seconds: float = Field(ge=0)
    """Time to load the model."""
    peak_memory: int = Field(ge=0)
    """Largest resident memory of the worker, bytes."""


def pilot(
    model: Path,
    configuration: TestedConfiguration,
    requests: Sequence[Request],
    *,
    progress: Listener | None = None,
    max_seconds: float | None = None,
    batch_size: int = 16,
    recording: Path | None = None,
    server: ServerOrder | None = None,
    key: str | None = None,
) -> PilotResult:
    """Answers a few requests that no plan will ask, and measures.

    Args:
        model: staged folder of the model's runtime files.
        configuration: as :func:`certify.engines.runner.describe` gave it.
        requests: at least one, disjoint from every plan's.
        progress: told after each batch.
        max_seconds: the pilot is given up after this time.
        batch_size: requests answered together; as in the run, since speed depends on it.
        recording: for the replay engine.
        server: who answers, for the engines openai and llamacpp.
        key: what the server wants to see.

    Raises:
        EvidenceMissing: CERT-E060, the engine stopped.
        UsageError: CERT-E010, the engine is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="certify-pilot-") as folder:
        order = WorkOrder(
            model=str(model),
            configuration=configuration,
            requests=str(Path(folder) / "requests.jsonl"),
            journal=str(Path(folder) / "journal.jsonl"),
            header=JournalHeader.of(PILOT, PILOT, configuration),
            batch_size=batch_size,
            keep_log=False,
            recording=None if recording is None else str(recording),
            server=server,
        )
        write_requests(Path(order.requests), requests)
        telemetry = answer(order, progress=progress, max_seconds=max_seconds, key=key)
        completions = read_journal(Path(order.journal), order.header).values()
    lengths = [one.tokens for one in completions]
    errors = sum(one.finish_reason is FinishReason.ERROR for one in completions)
    return PilotResult(
        answers=len(lengths),
        truncated_share=telemetry.truncated / len(lengths),
        error_share=errors / len(lengths),
        mean_tokens=sum(lengths) / len(lengths),
        longest=max(lengths),
        tokens_per_second=telemetry.tokens_per_second,
        load_seconds=telemetry.load_seconds,
        peak_memory=telemetry.peak_memory,
    )


def require_token_cap(result: PilotResult, max_tokens: int) -> None:
    """Returns where the model finishes its answers within the cap.

    Raises:
        UsageError: CERT-E063, too many pilot answers were cut off.
    """
    if result.truncated_share > MAX_TRUNCATED_SHARE:
        raise UsageError(
            "CERT-E063",
            f"{result.truncated_share:.0%} of {result.answers} pilot answers were cut off at {max_tokens} tokens",
            "such a run could only end inconclusive, and its plan would count as an attempt",
            f"raise max_tokens in the policy, to {max_tokens * 4} for a start; nothing was logged",
        )
