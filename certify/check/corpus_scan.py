"""Check ``corpus-scan``: are the published problems in the training data?"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import Question
from certify.evidence.canonical import canonical_bytes, sha256_hex
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import CorpusScanParameters
from certify.evidence.results import CorpusScanResult, ScannedBenchmark, SelfTestRow
from certify.statistics import recall_lower_bound

if TYPE_CHECKING:
    from certify.identify import Manifest
    from certify.scan import ScanReport

VERBATIM = "verbatim"


class Scanned(NamedTuple):
    """What a scan established."""

    result: CorpusScanResult
    report: bytes
    """Canonical JSON list of one full report for each benchmark, every span included."""


class CorpusScan:
    """Asks the model nothing: it reads the data that trained it."""

    id: ClassVar[str] = "corpus-scan"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Published problems looked for in the training data"

    def size(self, parameters: CorpusScanParameters, sources: Sources) -> Size:
        """No questions."""
        return Size(0, 0, 0)

    def questions(self, parameters: CorpusScanParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """None."""
        return ()

    def score(self, parameters: CorpusScanParameters, answers: Answers, sources: Sources) -> NotRun:
        """Answers say nothing about data: see :func:`scan_corpus`."""
        return NotRun(check=self.id, reason="no training data was given")


def scan_corpus(
    parameters: CorpusScanParameters,
    sources: Sources,
    data: Sequence[Path],
    seed: bytes,
    *,
    manifest: Manifest | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scanned:
    """Looks for every benchmark in the data, and measures on planted copies what it would find.

    Args:
        parameters: which benchmarks, how many planted copies.
        sources: the benchmarks.
        data: files and folders, as :func:`certify.identify.read_dataset` was given them.
        seed: 32 bytes; the planted copies follow from it.
        manifest: the shards the data was identified by; a shard that is not among them is refused.
        progress: called with documents searched and documents in all, over all benchmarks.

    Raises:
        HostileInput: CERT-E026, the data is not what was identified; others as ``certify.scan.scan``.
    """
    from certify.scan import Benchmark, scan

    if manifest is not None:
        require_readable(manifest)
    reports = []
    for number, name in enumerate(parameters.benchmarks):
        benchmark = sources.benchmarks[name]
        rows = [(item.id, item.question, item.answer) for item in benchmark.items]
        report = scan(
            data,
            Benchmark.from_items(benchmark.id, rows),
            seed=hashlib.sha256(b"certify/check/corpus-scan/v1\x00" + seed + benchmark.id.encode()).digest(),
            selftest_spikes=parameters.spikes,
            progress=_part_of(number, len(parameters.benchmarks), progress),
        )
        _refuse_other_data(report, manifest)
        reports.append((name, report))
    written = canonical_bytes([report.model_dump(mode="json") for _, report in reports])
    return Scanned(_result(reports, sources, sha256_hex(written)), written)


def _part_of(number: int, parts: int, progress: Callable[[int, int], None] | None) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(number * total + done, parts * total)


def require_readable(manifest: Manifest) -> None:
    """Returns if the scan can read every shard: one that it cannot would be certified without having been looked at.

    Raises:
        UsageError: CERT-E031, a shard is of a kind the scan cannot read.
    """
    from certify.scan import is_readable

    unread = [entry.path for entry in manifest.files if not is_readable(entry.path)]
    if unread:
        more = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
        raise UsageError(
            "CERT-E031",
            f"the scan cannot read {unread[0]}{more}",
            "data that nobody looked at must not pass as examined",
            "convert it to JSON Lines, text or Parquet, or hand over only the folder that holds the shards",
        )


def _refuse_other_data(report: ScanReport, manifest: Manifest | None) -> None:
    if manifest is None:
        return
    known = {(entry.sha256, entry.size) for entry in manifest.files}
    read = {(shard.sha256, shard.bytes) for shard in report.shards}
    if read != known:
        other = next((shard.name for shard in report.shards if (shard.sha256, shard.bytes) not in known), "a shard")
        raise HostileInput(
            "CERT-E026",
            f"{other} is not as it was when the data was identified, or was not read",
            why="the findings would belong to other data than the certificate names",
            hint="stop whatever writes to the data, then start again",
        )


def _result(reports: list[tuple[str, ScanReport]], sources: Sources, report_sha256: str) -> CorpusScanResult:
    scanned = tuple(_scanned(report, sources.benchmarks[name].sha256) for name, report in reports)
    items, contaminated = sum(one.items for one in scanned), sum(one.contaminated for one in scanned)
    first = reports[0][1]
    verbatim = [report.selftest.get(VERBATIM) for _, report in reports]
    return CorpusScanResult(
        benchmarks=scanned,
        items=items,
        contaminated=contaminated,
        contaminated_share=round(contaminated / items, 4) if items else 0.0,
        shards=len(first.shards),
        documents=first.documents,
        bytes=first.bytes,
        self_test=tuple(_self_test([report for _, report in reports])),
        verbatim_recall_lower=min(row.recall_lower if row else 0.0 for row in verbatim),
        report_sha256=report_sha256,
    )


def _scanned(report: ScanReport, benchmark_sha256: str) -> ScannedBenchmark:
    kinds = Counter(finding.coverage for finding in report.findings)
    return ScannedBenchmark(
        benchmark=report.benchmark,
        benchmark_sha256=benchmark_sha256,
        items=report.items,
        too_short=len(report.too_short),
        contaminated=report.contaminated,
        full=kinds["full"],
        partial=kinds["partial"],
    )


def _self_test(reports: list[ScanReport]) -> Iterator[SelfTestRow]:
    kinds = dict.fromkeys(kind for report in reports for kind in report.selftest)
    for kind in kinds:
        rows = [report.selftest[kind] for report in reports if kind in report.selftest]
        planted, found = sum(row.planted for row in rows), sum(row.found for row in rows)
        yield SelfTestRow(kind=kind, planted=planted, found=found, recall_lower=recall_lower_bound(found, planted))
