"""Full reports of a scan boiled down to what a certificate states and a policy can ask about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from certify.evidence.canonical import sha256_hex
from certify.evidence.results import CorpusScanResult, PublishedRule, ScannedBenchmark, SelfTestRow
from certify.statistics import recall_lower_bound

if TYPE_CHECKING:
    from certify.identify import Manifest
    from certify.scan import ScanReport

VERBATIM = "verbatim"
Reports = Sequence[tuple[str, "ScanReport"]]


def scan_result(reports: Reports, manifest: Manifest, written: bytes) -> CorpusScanResult:
    """What the reports come to.

    Args:
        reports: SHA-256 of the benchmark's file and the report on it, for each benchmark; all of one corpus.
        manifest: the shards the data was identified by.
        written: the bytes in which the reports are kept.
    """
    scanned = tuple(_scanned(report, sha256) for sha256, report in reports)
    items, contaminated = sum(one.items for one in scanned), sum(one.contaminated for one in scanned)
    only = [report for _, report in reports]
    verbatim = [report.selftest.get(VERBATIM) for report in only]
    return CorpusScanResult(
        benchmarks=scanned,
        items=items,
        contaminated=contaminated,
        contaminated_share=round(contaminated / items, 4) if items else 0.0,
        shards=len(manifest.files),
        documents=only[0].documents,
        bytes=manifest.total_bytes,
        self_test=tuple(_self_test(only)),
        verbatim_recall_lower=min(row.recall_lower if row else 0.0 for row in verbatim),
        report_sha256=sha256_hex(written),
        rule=only[0].rule,
        coverage=min(report.coverage for report in only),
        unscanned=max(len(report.unscanned) for report in only),
        unscanned_bytes=max(sum(part.bytes for part in report.unscanned) for report in only),
    )


def _scanned(report: ScanReport, benchmark_sha256: str) -> ScannedBenchmark:
    kinds = Counter(finding.coverage for finding in report.findings)
    answered = sum(finding.answer_found for finding in report.findings)
    published = _published(report)
    return ScannedBenchmark(
        benchmark=report.benchmark,
        benchmark_sha256=benchmark_sha256,
        items=report.items,
        too_short=len(report.too_short),
        contaminated=report.contaminated,
        full=kinds["full"],
        partial=kinds["partial"],
        reordered=kinds["reordered"],
        question_only=len(report.findings) - answered,
        question_and_answer=answered,
        answer_only=len(report.answer_only),
        template_twins=len(report.twins),
        common_passages=len(report.common_passages),
        gpt3_thirteen_gram=published.get("gpt3-13gram"),
        llama2_dirty=published.get("llama2-dirty"),
        tulu3_eight_gram=published.get("tulu3-8gram"),
    )


def _published(report: ScanReport) -> dict[str, PublishedRule]:
    thirteen = PublishedRule(judged=report.thirteen_gram.judged, flagged=report.thirteen_gram.shared)
    told = {str(one.rule): PublishedRule(judged=one.judged, flagged=one.flagged) for one in report.rules}
    return {"gpt3-13gram": thirteen} | told


def _self_test(reports: Sequence[ScanReport]) -> Iterator[SelfTestRow]:
    kinds = dict.fromkeys(kind for report in reports for kind in report.selftest)
    for kind in kinds:
        rows = [report.selftest[kind] for report in reports if kind in report.selftest]
        planted, found = sum(row.planted for row in rows), sum(row.found for row in rows)
        yield SelfTestRow(kind=kind, planted=planted, found=found, recall_lower=recall_lower_bound(found, planted))
