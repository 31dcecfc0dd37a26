"""The scan in words and tables: verdict, counts, self-test, places, what was not checked, what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from certify.cli.render import emit, next_step, paragraph, table, width
from certify.cli.scan.document import rule_counts
from certify.cli.scan.results import show_results
from certify.counting import counted

if TYPE_CHECKING:
    from certify.pipeline.rewordings import Rewordings
    from certify.pipeline.scan_results import SplitResults
    from certify.pipeline.scan_verdict import ScanOutcome
    from certify.pipeline.scanning import ScanRequest
    from certify.scan import Finding, ScanReport

COUNTS = ("benchmark", "items", "full", "partial", "reordered", "answer\nonly", "template\ntwins", "common\npassages")
RULES = {"gpt3-13gram": "GPT-3\n13 words", "llama2-dirty": "Llama 2\ndirty", "tulu3-8gram": "Tülu 3\n8 words"}
_PLACES, _NAMES, _PARTS = 5, 5, 10


def show(
    outcome: ScanOutcome,
    reports: Sequence[ScanReport],
    results: Mapping[str, SplitResults],
    remarks: Sequence[str],
    rewordings: Rewordings | None,
    *,
    request: ScanRequest,
    page: Path | None,
) -> None:
    """Prints everything a person needs to decide what to do next."""
    emit(outcome.sentence, {"contaminated": "fail", "incomplete": "warn", "nothing_found": "pass"}[outcome.verdict])
    for reason in outcome.reasons:
        paragraph(f"- {reason}", indent=2)
    _counts(reports)
    _rules(reports)
    _selftest(reports)
    for report in reports:
        _places(report)
        if report.benchmark in results:
            show_results(report.benchmark, results[report.benchmark])
    _list("Worth knowing", [*_resembled(reports), *remarks])
    if rewordings is not None:
        _rewordings(rewordings)
    _list("Not checked", list(_unchecked(reports)))
    _next(outcome, request, page)


def _counts(reports: Sequence[ScanReport]) -> None:
    emit()
    emit(_read(reports[0]))
    table(COUNTS, [_count(report) for report in reports])


def _read(report: ScanReport) -> str:
    files, documents = counted(len(report.shards), "file"), counted(report.documents, "document")
    return f"Items found in {files}, {documents}, {report.bytes / 1e6:,.1f} MB"


def _count(report: ScanReport) -> list[str]:
    kinds = [one.coverage for one in report.findings]
    numbers = [report.items, *(kinds.count(kind) for kind in ("full", "partial", "reordered"))]
    numbers += [len(report.answer_only), len(report.twins), len(report.common_passages)]
    return [report.benchmark, *(f"{number:,}" for number in numbers)]


def _rules(reports: Sequence[ScanReport]) -> None:
    counts = {report.benchmark: rule_counts(report) for report in reports}
    rules = [rule for rule in RULES if any(rule in count for count in counts.values())]
    emit()
    emit("What published rules say of the same data: items flagged of items they can judge")
    table(
        ["benchmark", *(RULES[rule] for rule in rules)],
        [[name, *(_flagged(count.get(rule)) for rule in rules)] for name, count in counts.items()],
    )


def _flagged(count: tuple[int, int] | None) -> str:
    return "–" if count is None else f"{count[1]:,} of {count[0]:,}"


def _selftest(reports: Sequence[ScanReport]) -> None:
    tested = [report for report in reports if report.selftest]
    if not tested:
        return
    emit()
    emit("Self-test: planted copies found, and the share found at least (95 %)")
    kinds = list(dict.fromkeys(kind for report in tested for kind in report.selftest))
    for some in _fitting(tested, max(map(len, kinds))):
        table(["kind", *(report.benchmark for report in some)], [[k, *(_recall(r, k) for r in some)] for k in kinds])


def _fitting(reports: Sequence[ScanReport], first: int) -> Iterator[list[ScanReport]]:
    """The reports in groups that stand beside each other on one line."""
    group: list[ScanReport] = []
    used = start = first + 2
    for report in reports:
        size = 2 + max(len(report.benchmark), *(len(_recall(report, kind)) for kind in report.selftest))
        if group and used + size > width():
            yield group
            group, used = [], start
        group.append(report)
        used += size
    yield group


def _recall(report: ScanReport, kind: str) -> str:
    row = report.selftest.get(kind)
    return "–" if row is None else f"{row.found:,} of {row.planted:,} ({row.recall_lower:.4f})"


def _places(report: ScanReport) -> None:
    for title, findings in (("Found", report.findings), ("Answer alone found", report.answer_only)):
        if findings:
            emit()
            emit(f"{title}: {report.benchmark}")
        for finding in findings[:_PLACES]:
            paragraph(f"- {_place(finding)}", indent=2)
        if len(findings) > _PLACES:
            emit(f"  and {len(findings) - _PLACES:,} more; --json lists every place, --html shows them")


def _place(finding: Finding) -> str:
    span = finding.spans[0]
    more = finding.occurrences - 1
    others = f"; {more:,} more {'copy' if more == 1 else 'copies'}" if more else ""
    answer = ", answer too" if finding.answer_found else ""
    return (
        f"item {finding.item}: {finding.coverage}{answer}, in {span.shard}, document {span.document:,}, "
        f"bytes {span.start:,} to {span.end:,}{others}"
    )


def _rewordings(rewordings: Rewordings) -> None:
    for head, *lines in rewordings.lines():
        emit()
        paragraph(head)
        for line in lines:
            paragraph(line, indent=2)


def _list(title: str, lines: Sequence[str]) -> None:
    if lines:
        emit()
        emit(title)
        for line in lines:
            paragraph(f"- {line}", indent=2)


def _resembled(reports: Sequence[ScanReport]) -> Iterator[str]:
    for report in reports:
        if report.common_passages:
            items = counted(len(report.common_passages), "item")
            yield (
                f"{report.benchmark}: of {items} only a passage was found that many documents share: boilerplate, "
                f"or one leak repeated in shortened form: {_named([one.item for one in report.common_passages])}"
            )
        if report.lookalikes:
            items = counted(len(report.lookalikes), "item")
            yield f"{report.benchmark}: {items} resembled in half of the words, but not in those that tell items apart"


def _unchecked(reports: Sequence[ScanReport]) -> Iterator[str]:
    first = reports[0]
    for part in first.unscanned[:_PARTS]:
        where = part.shard if part.row is None else f"{part.shard}, document {part.row:,}"
        size = f" ({part.bytes:,} bytes)" if part.bytes else ""
        yield f"{where}{size}: {part.reason}"
    if len(first.unscanned) > _PARTS:
        yield f"{len(first.unscanned) - _PARTS:,} more parts that could not be read; --json names each"
    if first.skipped:
        yield f"{counted(len(first.skipped), 'file')} of a kind without text: {_named(first.skipped)}"
    for report in reports:
        if report.too_short:
            short = counted(len(report.too_short), "item")
            yield f"{report.benchmark}: {short} too short to tell a copy from chance: {_named(report.too_short)}"
    yield "data that was not named, rewordings and translations"


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _next(outcome: ScanOutcome, request: ScanRequest, page: Path | None) -> None:
    # An address may hold what grants access.
    data = " ".join(f"--data {'DATA' if '://' in one else shlex.quote(one)}" for one in request.data)
    if outcome.verdict == "nothing_found":
        next_step(f"certify run MODEL --policy starter {data}")
    elif outcome.verdict == "contaminated" and page is None:
        next_step("the same command with --html FILE", "shows each item beside its copy")
    elif outcome.verdict == "contaminated":
        next_step(f"look at {page}, remove what it shows from the data, and scan again")
    else:
        next_step("mend what is listed above and scan again")
