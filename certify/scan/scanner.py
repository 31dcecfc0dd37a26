"""Scans a corpus for the problems of benchmarks, all of them in one pass."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from certify.errors import UsageError
from certify.scan.benchmark import Benchmark
from certify.scan.corpus import Corpus
from certify.scan.executors import Executor
from certify.scan.executors.threads import ThreadExecutor
from certify.scan.folds import FoldTable, fold_table
from certify.scan.index import Index, build_index
from certify.scan.ledger import ShardLedger, settings_digest
from certify.scan.passages import PassageSet
from certify.scan.reading import no_column, sample_blocks
from certify.scan.report import ScanReport
from certify.scan.reporting import Scanned, passages_by_item, report_of
from certify.scan.running import Progress, run_shards
from certify.scan.sample import Sample
from certify.scan.searcher import Searcher
from certify.scan.selftest import run_selftest
from certify.scan.shard_result import ShardResult
from certify.scan.sources import Source, find_sources
from certify.scan.work import Work


def scan(
    data: Sequence[Any],
    benchmarks: Sequence[Benchmark],
    *,
    seed: bytes,
    selftest_spikes: int,
    progress: Progress | None = None,
    text_field: str | None = None,
    excerpts: bool = False,
    threads: int | None = None,
    ledger: Path | None = None,
    executor: Executor | None = None,
    note: Callable[[str], None] | None = None,
) -> list[ScanReport]:
    """Every copy of every problem in the data, and a measured recall: one report for each benchmark.

    A part of the corpus is read first to learn how telling each word is; then all of it is read, hashed and searched
    in one pass. Who searches which shard when, and what a ledger holds already, changes nothing in the reports.

    Args:
        data: files, folders, patterns and URLs, where folders are searched through; ``datasets.Dataset`` and
            ``IterableDataset``, ``pyarrow.Table``, ``RecordBatch`` and ``RecordBatchReader``, as they are or under a
            name as :class:`certify.scan.reading.HeldData`. A stream is consumed; its beginning is kept in memory while
            words are learned from it.
        benchmarks: the problems. They are looked for together: a run of words shared by many problems of any of them
            counts as their template.
        seed: 32 bytes that fix the planted copies of the self-test.
        selftest_spikes: planted copies of each kind and benchmark; 299 found of 299 show a recall of .99.
        progress: called with (stored bytes searched, stored bytes in all), one call at a time, from any thread.
        text_field: a dotted column name; None takes all text of every row.
        excerpts: whether the report repeats the text of what was found.
        threads: how many; None for as many as this process may use cores.
        ledger: a folder where finished shards are noted, so that a scan cut off goes on; emptied of this scan's shards
            at its end where it lies in the user's cache. None notes nothing.
        executor: who scans files and objects; None for threads of this process.
        note: called in words when the ledger cannot be written.

    Raises:
        EvidenceMissing: CERT-E033, no data.
        HostileInput: CERT-E032, data that is no plain file.
        UsageError: CERT-E031 or CERT-E035, a kind of file that cannot be read; CERT-E034, a column that no row has;
            CERT-E029, an object that is no data or holds no rows.
    """
    sources, skipped = find_sources(data)
    folds = fold_table()
    index, sample = learn(sources, PassageSet.of(benchmarks), text_field, folds)
    searcher, hosts = Searcher(index, folds), sample.texts()
    noted = None
    if ledger is not None:
        looked_for = [(benchmark.name, benchmark.digest) for benchmark in benchmarks]
        settings = settings_digest(looked_for, hosts, sample.seen, text_field=text_field, excerpts=excerpts)
        noted = ShardLedger(ledger, settings, note)
    here = ThreadExecutor(threads or len(os.sched_getaffinity(0)))
    work = Work(searcher, text_field, excerpts)
    results = run_shards(work, sources, executor or here, noted, progress, at_hand=here)
    if text_field is not None:
        _require_column(text_field, results)
    scanned = Scanned(index, Corpus(index, results), results, skipped, len(hosts))
    reports = []
    for number, benchmark in enumerate(benchmarks):
        planted = {
            passage: benchmark.items[item] for item, passage in passages_by_item(index, number, "question").items()
        }
        familiar = frozenset(filter(scanned.corpus.is_familiar, planted))
        selftest = run_selftest(searcher, planted, hosts, seed=seed, spikes=selftest_spikes, familiar=familiar)
        reports.append(report_of(scanned, number, benchmark, selftest))
    if noted:
        noted.prune()
        if noted.temporary:
            noted.forget()
    return reports


def learn(
    sources: Sequence[Source], passages: PassageSet, text_field: str | None, folds: FoldTable
) -> tuple[Index, Sample]:
    """The index, and the sampled documents behind it."""
    sample = Sample.of(sample_blocks(sources, text_field=text_field))
    return build_index(passages, sample.texts(), sample.seen, folds), sample


def _require_column(text_field: str, results: Sequence[ShardResult]) -> None:
    """Refuses a column that is nowhere: what was misspelt would read as data that cannot be searched."""
    lacking = no_column(text_field)
    parts = [part for result in results for part in result.unscanned]
    if not any(result.documents for result in results) and any(part.reason == lacking for part in parts):
        raise UsageError(
            "CERT-E034",
            f"no row of the data has a column '{text_field}'",
            "only that column was to be read, so nothing was searched",
            "check the name, or leave it away to read all text of every row",
        )
