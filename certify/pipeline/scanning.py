"""The corpus scan alone, for whoever wants nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from certify.check.benchmarks import catalogue, read_benchmark
from certify.errors import UsageError
from certify.evidence.canonical import sha256_hex
from certify.pipeline.reporter import Reporter
from certify.scan import Benchmark, ScanReport, load_benchmark, scan

SELF_TEST_SEED = bytes.fromhex(sha256_hex(b"certify/scan/self-test/v1"))
"""Outside a run nothing hangs on which copies are planted, so they are always the same."""


def scan_data(
    data: Sequence[Path], benchmarks: Sequence[str], *, spikes: int, text_field: str | None, reporter: Reporter
) -> list[ScanReport]:
    """A report for each benchmark, in the order named.

    Raises:
        CertifyError: data or a benchmark cannot be read.
    """
    reports = []
    for name in benchmarks:
        benchmark = find_benchmark(name)
        reporter.stage(f"Looking for {benchmark.name}")
        reports.append(
            scan(
                list(data),
                benchmark,
                seed=SELF_TEST_SEED,
                selftest_spikes=spikes,
                progress=lambda done, of: reporter.advance(done, of, "documents"),
                text_field=text_field,
            )
        )
    return reports


def find_benchmark(name: str) -> Benchmark:
    """A benchmark that ships with certify, by id and held against its digest, or one in a file.

    Raises:
        UsageError: CERT-E100, there is neither.
    """
    if name not in catalogue():
        if not Path(name).exists():
            raise UsageError(
                "CERT-E100",
                f"there is no benchmark {name!r}",
                "it is neither the id of a shipped benchmark nor a file",
                f"name a file, or one of those shipped: {', '.join(sorted(catalogue()))}",
            )
        return load_benchmark(Path(name))
    shipped = read_benchmark(name)
    return Benchmark.from_items(shipped.id, [(item.id, item.question, item.answer) for item in shipped.items])
