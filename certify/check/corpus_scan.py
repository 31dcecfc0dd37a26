"""Check ``corpus-scan``: are the published problems in the training data?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from certify.check.base import Answers, Size, Sources
from certify.check.scan_result import scan_result
from certify.check.unscanned import refuse_other_data, searchable, with_unread_files
from certify.evidence.answers import Question
from certify.evidence.canonical import canonical_bytes
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import CorpusScanParameters
from certify.evidence.results import CorpusScanResult

if TYPE_CHECKING:
    from certify.identify import Manifest
    from certify.scan import Benchmark, ScanReport

Progress = Callable[[int, int], None]


class Scanned(NamedTuple):
    """What a scan established."""

    result: CorpusScanResult
    report: bytes
    """Canonical JSON list of one full report for each benchmark, every span included."""


class CorpusScan:
    """Asks the model nothing: it reads the data that trained it."""

    id: ClassVar[str] = "corpus-scan"
    version: ClassVar[int] = 2
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
    progress: Progress | None = None,
    ledger: Path | None = None,
    note: Callable[[str], None] | None = None,
) -> Scanned:
    """Looks for every benchmark in the data, and measures on planted copies what it would find.

    What cannot be searched is named with its bytes in report and result, never passed over.

    Args:
        parameters: which benchmarks, how many planted copies.
        sources: the benchmarks.
        data: files and folders, as :func:`certify.identify.read_dataset` was given them.
        seed: 32 bytes; the planted copies follow from it.
        manifest: the shards the data was identified by; the data is identified anew when absent.
        progress: called with stored bytes searched and stored bytes in all.
        ledger: a folder where finished shards are noted, so that a scan cut off goes on.
        note: called in words when it cannot be written.

    Raises:
        HostileInput: CERT-E026, the data is not what was identified; others as ``certify.scan.scan``.
        UsageError: CERT-E031, nothing in the data is of a kind the scan can read.
    """
    from certify.identify import read_dataset

    manifest = manifest or read_dataset(data).manifest
    found = _search(parameters, sources, searchable(data, manifest), seed, progress=progress, ledger=ledger, note=note)
    for report in found:
        refuse_other_data(report, manifest)
    reports = [with_unread_files(report, manifest) for report in found]
    written = canonical_bytes([report.model_dump(mode="json") for report in reports])
    digests = [sources.benchmarks[name].sha256 for name in parameters.benchmarks]
    return Scanned(scan_result(list(zip(digests, reports, strict=True)), manifest, written), written)


def _search(
    parameters: CorpusScanParameters,
    sources: Sources,
    data: Sequence[Path],
    seed: bytes,
    *,
    progress: Progress | None,
    ledger: Path | None,
    note: Callable[[str], None] | None,
) -> list[ScanReport]:
    """A report for each benchmark, in the order of the parameters."""
    from certify.scan.scanner import scan

    return scan(
        data,
        [_looked_for(sources, name) for name in parameters.benchmarks],
        seed=hashlib.sha256(b"certify/check/corpus-scan/v2\x00" + seed).digest(),
        selftest_spikes=parameters.spikes,
        progress=progress,
        ledger=ledger,
        note=note,
    )


def _looked_for(sources: Sources, name: str) -> Benchmark:
    from certify.scan import Benchmark

    benchmark = sources.benchmarks[name]
    return Benchmark.from_items(benchmark.id, [(item.id, item.question, item.answer) for item in benchmark.items])
