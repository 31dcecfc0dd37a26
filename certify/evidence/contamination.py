"""Predicate ``contamination``: what a scan of the training data found, for readers who want that alone."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.dataset import DataExamined, DatasetIdentity
from certify.evidence.results import CorpusScanResult


class Contamination(Value):
    """Signed by the evaluator beside the evaluation, which holds the same result."""

    plan_sha256: Sha256 | None = None
    """Payload digest of the plan; absent for a scan outside a run."""
    datasets: tuple[DatasetIdentity, ...] = Field(min_length=1)
    """The data that was read."""
    data_examined: DataExamined
    """How much of the model's training data that is."""
    scan: CorpusScanResult
    """What was found, and how sensitive the scan was."""
    scanned_at: Utc
    """When the scan ended."""


def data_seen(planned: DataExamined, results: Mapping[str, Value]) -> DataExamined:
    """How much of the training data was examined: what the plan names, as far as a scan searched it.

    Args:
        planned: what the plan says, made before anything was read.
        results: check id to its typed result.
    """
    if planned not in (DataExamined.FULL, DataExamined.PARTIAL):
        return planned
    scan = results.get("corpus-scan")
    if not isinstance(scan, CorpusScanResult):
        return DataExamined.NAMED
    return DataExamined.PARTIAL if scan.unscanned else planned
