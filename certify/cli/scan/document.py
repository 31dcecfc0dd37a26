"""The scan as one JSON document; its keys are a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certify.pipeline.rewordings import Rewordings
    from certify.pipeline.scan_results import Group, SplitResults
    from certify.pipeline.scan_verdict import ScanOutcome
    from certify.scan import Finding, ScanReport, Span
    from certify.scan.report import Resemblance


def document(
    outcome: ScanOutcome,
    reports: Sequence[ScanReport],
    results: Mapping[str, SplitResults],
    remarks: Sequence[str],
    rewordings: Rewordings | None,
) -> dict[str, Any]:
    """What ``certify scan --json`` prints below its schema."""
    said = {
        "verdict": outcome.verdict,
        "incomplete": list(outcome.reasons),
        "benchmarks": [_benchmark(report, results.get(report.benchmark)) for report in reports],
        "coverage": _coverage(reports[0]),
        "selftest": {report.benchmark: {k: v.model_dump() for k, v in report.selftest.items()} for report in reports},
        "remarks": list(remarks),
    }
    return said if rewordings is None else {**said, "semantic": rewordings.document()}


def _benchmark(report: ScanReport, results: SplitResults | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": report.benchmark,
        "digest": report.benchmark_digest,
        "items": report.items,
        "contaminated": report.contaminated,
        "findings": [_finding(one) for one in report.findings],
        "answerOnly": [_finding(one) for one in report.answer_only],
        "twins": [_resemblance(one) for one in report.twins],
        "commonPassages": [_resemblance(one) for one in report.common_passages],
        "lookalikes": [{"item": one.item, "documents": one.documents} for one in report.lookalikes],
        "tooShort": list(report.too_short),
        "rules": {
            rule: {"judged": judged, "flagged": flagged} for rule, (judged, flagged) in rule_counts(report).items()
        },
    }
    if results is not None:
        said["results"] = _results(results)
    return said


def rule_counts(report: ScanReport) -> dict[str, tuple[int, int]]:
    """For each published rule the items it can judge and those it flags."""
    if report.rules:
        return {one.rule: (one.judged, one.flagged) for one in report.rules}
    return {"gpt3-13gram": (report.thirteen_gram.judged, report.thirteen_gram.shared)}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "item": one.item,
        "coverage": one.coverage,
        "share": one.coverage_share,
        "answerFound": one.answer_found,
        "occurrences": one.occurrences,
        "spans": [_span(span) for span in one.spans],
    }


def _resemblance(one: Resemblance) -> dict[str, Any]:
    return {"item": one.item, "documents": one.documents, "spans": [_span(span) for span in one.spans]}


def _span(span: Span) -> dict[str, Any]:
    return span.model_dump(exclude_none=True)


def _coverage(report: ScanReport) -> dict[str, Any]:
    return {
        "share": report.coverage,
        "shards": len(report.shards),
        "documents": report.documents,
        "bytes": report.bytes,
        "unscanned": [one.model_dump() for one in report.unscanned],
        "skipped": list(report.skipped),
    }


def _results(split: SplitResults) -> dict[str, Any]:
    delta = split.delta
    return {
        "clean": _group(split.clean),
        "questionFound": _group(split.question),
        "questionAndAnswerFound": _group(split.question_and_answer),
        "answerFound": _group(split.answer),
        "notJudged": _group(split.not_judged),
        "missing": split.missing,
        "filter": split.answer_filter,
        "score": delta and delta.score,
        "cleanScore": delta and delta.clean,
        "difference": delta and delta.difference,
        "interval": [delta.lower, delta.upper] if delta and delta.lower is not None else None,
        "level": 0.95,
    }


def _group(group: Group) -> dict[str, Any]:
    return {"items": group.items, "score": None if group.score is None else round(float(group.score), 4)}
