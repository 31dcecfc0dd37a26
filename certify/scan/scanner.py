"""Scans a corpus for the problems of a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from certify.errors import HostileInput
from certify.scan.benchmark import Benchmark
from certify.scan.collect import Collector
from certify.scan.index import build_index
from certify.scan.matcher import Matcher, PlainMatcher
from certify.scan.normalise import words
from certify.scan.readers import read_shard
from certify.scan.report import ScanReport, ShardSummary
from certify.scan.sample import Sample
from certify.scan.selftest import run_selftest
from certify.scan.shards import Shard, find_shards, shard_digest

_REPORT_EVERY = 500
Progress = Callable[[int, int], None]


def scan(
    data: Sequence[Path],
    benchmark: Benchmark,
    *,
    seed: bytes,
    selftest_spikes: int,
    progress: Progress | None = None,
    text_field: str | None = None,
) -> ScanReport:
    """Every copy of every problem in the data, and a measured recall.

    The corpus is read twice: once to learn how telling each word is, once to search.

    Args:
        data: files and folders; folders are searched through.
        benchmark: the problems.
        seed: 32 bytes that fix the planted copies of the self-test.
        selftest_spikes: planted copies of each kind; 299 found of 299 show a recall of .99.
        progress: called with (documents searched, documents in all).
        text_field: a dotted column name; None takes all text of every row.

    Raises:
        EvidenceMissing: CERT-E033, no data.
        HostileInput: CERT-E030, CERT-E032, CERT-E034 or CERT-E038, data that cannot be read or is no plain file.
        UsageError: CERT-E031 or CERT-E035, a kind of file that cannot be read.
    """
    shards, skipped = find_shards(data)
    sample, summaries = _learn(shards, text_field)
    texts = sample.texts()
    matcher = PlainMatcher(build_index(benchmark.items, (words(text) for text in texts), sample.seen))
    collector = Collector(benchmark)
    _search(shards, matcher, collector, text_field, lambda done: progress and progress(done, sample.seen))
    _refuse_changed(shards, summaries)
    findings = collector.findings()
    return ScanReport(
        benchmark=benchmark.name,
        benchmark_digest=benchmark.digest,
        items=len(benchmark.items),
        contaminated=len(findings),
        findings=findings,
        too_short=tuple(item.id for item in benchmark.items if item.too_short),
        lookalikes=collector.lookalikes(),
        thirteen_gram=collector.thirteen_gram(),
        shards=tuple(summaries),
        skipped=tuple(skipped),
        documents=sample.seen,
        bytes=sum(summary.bytes for summary in summaries),
        selftest=run_selftest(
            matcher, benchmark, texts, seed=seed, spikes=selftest_spikes, familiar=collector.familiar()
        ),
    )


def _learn(shards: list[Shard], text_field: str | None) -> tuple[Sample, list[ShardSummary]]:
    sample = Sample()
    summaries = []
    for shard in shards:
        digest, before = shard_digest(shard), sample.seen
        for document in read_shard(shard, text_field):
            sample.offer(document.text)
        size = shard.path.stat().st_size
        summaries.append(ShardSummary(name=shard.name, sha256=digest, bytes=size, documents=sample.seen - before))
    return sample, summaries


def _search(
    shards: list[Shard],
    matcher: Matcher,
    collector: Collector,
    text_field: str | None,
    progress: Callable[[int], object],
) -> None:
    done = 0
    for shard in shards:
        for document in read_shard(shard, text_field):
            matches = matcher.find(words(document.text))
            collector.add(shard.name, document.row, document.text, matches)
            done += 1
            if done % _REPORT_EVERY == 0:
                progress(done)
    progress(done)


def _refuse_changed(shards: list[Shard], summaries: list[ShardSummary]) -> None:
    for shard, summary in zip(shards, summaries, strict=True):
        if shard_digest(shard) != summary.sha256:
            why = "The findings would belong to no file that anybody can point to."
            raise HostileInput("CERT-E032", f"{shard.name} changed while it was scanned", why, "Scan a copy at rest.")
