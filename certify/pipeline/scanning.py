"""The corpus scan alone, for whoever wants nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from certify.evidence.canonical import sha256_hex
from certify.files import user_cache_folder
from certify.pipeline.reporter import Reporter
from certify.scan import Benchmark, ScanReport

if TYPE_CHECKING:
    from certify.scan.executors import Executor

SELF_TEST_SEED = bytes.fromhex(sha256_hex(b"certify/scan/self-test/v1"))
"""Outside a run nothing hangs on which copies are planted, so they are always the same."""


@dataclass(frozen=True)
class ScanRequest:
    """What to scan, and how."""

    data: tuple[str, ...]
    """Files, folders, patterns and addresses."""
    spikes: int = 300
    """Copies of each kind planted as a self-test."""
    threads: int | None = None
    """How many; None takes all cores this process may use."""
    text_field: str | None = None
    """Dotted name of the column with the text; None takes all text."""
    excerpts: bool = False
    """Whether the report repeats the text that was found."""
    ledger: Path | None = None
    """Where finished shards are noted, so that a scan cut off goes on; None takes the user's cache."""
    ray: str | None = None
    """Address of a Ray cluster, or ``local``; None scans with threads."""

    @property
    def resumes_from(self) -> Path:
        """The folder of the ledger."""
        return self.ledger or user_cache_folder() / "scans"


def scan_data(request: ScanRequest, benchmarks: Sequence[Benchmark], reporter: Reporter) -> list[ScanReport]:
    """A report for each benchmark, in the order given.

    Raises:
        CertifyError: the data cannot be read.
        RegistryError: CERT-E472, the Ray cluster does not answer.
        UsageError: CERT-E470, CERT-E471 or CERT-E473, a Ray cluster that is not used.
    """
    names = benchmarks[0].name if len(benchmarks) == 1 else f"{len(benchmarks)} benchmarks"
    reporter.stage(f"Looking for {names}")
    return _scan(request, benchmarks, reporter, _executor(request))


def _scan(
    request: ScanRequest, benchmarks: Sequence[Benchmark], reporter: Reporter, executor: Executor | None
) -> list[ScanReport]:
    """The one place that knows how the search is called."""
    from certify.scan.scanner import scan

    return scan(
        request.data,
        benchmarks,
        seed=SELF_TEST_SEED,
        selftest_spikes=request.spikes,
        progress=lambda done, of: reporter.advance(done, of, "bytes"),
        text_field=request.text_field,
        excerpts=request.excerpts,
        threads=request.threads,
        ledger=request.resumes_from,
        executor=executor,
        note=reporter.note,
    )


def _executor(request: ScanRequest) -> Executor | None:
    if request.ray is None:
        return None
    from certify.scan.executors.ray import RayExecutor

    return RayExecutor(request.ray, request.threads)
