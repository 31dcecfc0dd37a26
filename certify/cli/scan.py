"""``certify scan``: looks for benchmark items in training data, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.scan import ScanReport

app = typer.Typer(add_completion=False)


@app.command()
def scan(
    data: Annotated[list[Path], typer.Option(help="Files or folders of training data; repeat for several.")],
    benchmark: Annotated[list[str], typer.Option(help="Shipped id, or path of a benchmark file; repeat for several.")],
    spikes: Annotated[int, typer.Option(min=0, max=5000, help="Copies of each kind planted as a self-test.")] = 300,
    text_field: Annotated[str | None, typer.Option(help="Column with the text; found when absent.")] = None,
    json: Json = False,
) -> int:
    """Look for benchmark items in training data, nothing else."""
    from certify.pipeline.scanning import scan_data

    reporter = TerminalReporter()
    try:
        reports = scan_data(data, benchmark, spikes=spikes, text_field=text_field, reporter=reporter)
    finally:
        reporter.close()
    if json:
        emit_json("scan", _document(reports))
    else:
        for report in reports:
            _print(report)
        next_step("certify run MODEL --policy starter --data " + str(data[0]))
    return int(ExitCode.NEGATIVE if any(report.contaminated for report in reports) else ExitCode.POSITIVE)


def _document(reports: list[ScanReport]) -> dict[str, object]:
    first = reports[0]
    return {
        "benchmarks": [
            {
                "id": report.benchmark,
                "items": report.items,
                "contaminated": report.contaminated,
                "tooShort": list(report.too_short),
                "findings": [
                    {"item": one.item, "coverage": one.coverage, "spans": [span.model_dump() for span in one.spans]}
                    for one in report.findings
                ],
            }
            for report in reports
        ],
        "coverage": {"shards": len(first.shards), "documents": first.documents, "bytes": first.bytes,
                     "skipped": list(first.skipped)},
        "selftest": {report.benchmark: {k: v.model_dump() for k, v in report.selftest.items()} for report in reports},
    }  # fmt: skip


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _print(report: ScanReport) -> None:
    found = report.contaminated
    emit(
        f"{report.benchmark}: {found} of {report.items} items found in the data"
        if found
        else f"{report.benchmark}: none of {report.items} items found in the data",
        "fail" if found else "pass",
    )
    read = f"{_counted(len(report.shards), 'file')}, {_counted(report.documents, 'document')}"
    rows = [("data", f"{read}, {report.bytes / 1e6:.1f} MB")]
    rows += [
        (f"self-test, {kind}", f"{row.found} of {row.planted} planted copies found; recall at least {row.recall_lower}")
        for kind, row in report.selftest.items()
    ]
    if report.too_short:
        rows.append(("not judged", f"{_counted(len(report.too_short), 'item')} too short to tell a copy from chance"))
    if report.skipped:
        rows.append(("not read", ", ".join(report.skipped[:5])))
    fields(rows)
    for finding in report.findings[:5]:
        place = finding.spans[0]
        paragraph(
            f"- item {finding.item}: {finding.coverage} copy in {place.shard}, document {place.document}, "
            f"bytes {place.start} to {place.end}; {finding.occurrences} in all",
            indent=2,
        )
    if found > 5:
        emit(f"    and {found - 5} more; --json lists every place")
    emit()
