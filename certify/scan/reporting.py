"""From what the corpus holds to one report for each benchmark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from certify.scan.benchmark import Benchmark
from certify.scan.corpus import COVERAGE, Corpus, Held, Placed
from certify.scan.index import Index
from certify.scan.kernel.features import EIGHT, TEN
from certify.scan.kernel.lookup import THIRTEEN
from certify.scan.passages import Part
from certify.scan.report import (
    Finding,
    Lookalike,
    PlantedResult,
    Resemblance,
    RuleCount,
    ScanReport,
    ShardSummary,
    ThirteenGram,
)
from certify.scan.shard_result import ShardResult

_MILLIONTH = 1_000_000


@dataclass(frozen=True)
class Scanned:
    """The finished scan, before it is divided by benchmark."""

    index: Index
    corpus: Corpus
    results: Sequence[ShardResult]
    skipped: Sequence[str]
    learned: int


def passages_by_item(index: Index, benchmark: int, part: Part) -> dict[int, int]:
    """Position of each item of a benchmark to the number of its passage."""
    return {
        owner.item: number
        for number, owners in enumerate(index.passages.owners)
        for owner in owners
        if (owner.benchmark, owner.part) == (benchmark, part)
    }


def report_of(scanned: Scanned, number: int, benchmark: Benchmark, selftest: dict[str, PlantedResult]) -> ScanReport:
    """The report for one benchmark, by its position among those looked for."""
    corpus, results = scanned.corpus, scanned.results
    questions = passages_by_item(scanned.index, number, "question")
    answers = passages_by_item(scanned.index, number, "answer")
    held = {item: corpus.held(passage) for item, passage in questions.items()}
    worked = {item: corpus.held(passage) for item, passage in answers.items()}
    names = [item.id for item in benchmark.items]
    found = {item for item, one in held.items() if one.copies}
    parts = [part for result in results for part in result.unscanned]
    findings = tuple(_finding(names[item], held[item], bool(worked.get(item, _NONE).copies)) for item in sorted(found))
    return ScanReport(
        benchmark=benchmark.name,
        benchmark_digest=benchmark.digest,
        items=len(benchmark.items),
        contaminated=len(findings),
        findings=findings,
        too_short=tuple(item.id for item in benchmark.items if item.too_short),
        lookalikes=tuple(
            Lookalike(item=names[item], documents=corpus.resembled[passage])
            for item, passage in sorted(questions.items())
            if item not in found and corpus.resembled[passage]
        ),
        thirteen_gram=ThirteenGram(
            judged=sum(len(item.words) >= THIRTEEN for item in benchmark.items),
            shared=sum(passage in corpus.thirteen for passage in questions.values()),
        ),
        shards=tuple(
            ShardSummary(name=one.name, sha256=one.sha256, bytes=one.bytes, documents=one.documents) for one in results
        ),
        skipped=tuple(scanned.skipped),
        documents=sum(one.documents for one in results),
        bytes=sum(one.bytes for one in results),
        selftest=selftest,
        answer_only=tuple(
            _finding(names[item], one, True) for item, one in sorted(worked.items()) if one.copies and item not in found
        ),
        twins=tuple(
            _resemblance(names[item], one.twins, one.twin_count) for item, one in sorted(held.items()) if one.twins
        ),
        common_passages=tuple(
            _resemblance(names[item], one.common, one.common_documents)
            for item, one in sorted(held.items())
            if one.common and item not in found
        ),
        rules=_rules(scanned, benchmark, questions),
        unscanned=tuple(parts),
        coverage=_coverage(results),
        learned=scanned.learned,
    )


_NONE = Held((), 0, (), 0, (), 0)


def _finding(item: str, held: Held, answer_found: bool) -> Finding:
    best = held.copies[0]
    return Finding(
        item=item,
        coverage=COVERAGE[best.copy.judgement],
        coverage_share=max(one.copy.share for one in held.copies),
        answer_found=answer_found or any(one.copy.answered for one in held.copies),
        occurrences=held.occurrences,
        spans=tuple(one.span() for one in held.copies),
    )


def _resemblance(item: str, places: Sequence[Placed], documents: int) -> Resemblance:
    return Resemblance(item=item, documents=documents, spans=tuple(one.span() for one in places))


def _rules(scanned: Scanned, benchmark: Benchmark, questions: dict[int, int]) -> tuple[RuleCount, ...]:
    corpus = scanned.corpus

    def count(least: int, flagged: frozenset[int]) -> dict[str, int]:
        judged = [number for number, item in enumerate(benchmark.items) if len(item.words) >= least]
        return {"judged": len(judged), "flagged": sum(questions.get(number) in flagged for number in judged)}

    return (
        RuleCount(rule="gpt3-13gram", **count(THIRTEEN, corpus.thirteen)),
        RuleCount(rule="llama2-dirty", **count(TEN + 1, corpus.tens)),
        RuleCount(rule="tulu3-8gram", **count(EIGHT, corpus.eights)),
    )


def _coverage(results: Sequence[ShardResult]) -> float:
    """Share of the stored bytes that was searched, rounded down; less than 1 wherever anything was not."""
    whole = sum(one.bytes for one in results)
    parts = [part for one in results for part in one.unscanned]
    if not parts:
        return 1.0
    lost = min(whole, sum(part.bytes for part in parts))
    share = math.floor((whole - lost) * _MILLIONTH / whole) if whole else 0
    return min(share, _MILLIONTH - 1) / _MILLIONTH
