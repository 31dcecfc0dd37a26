"""The command itself: parses, scans, and prints or writes what came out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit_json, say
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.pipeline.rewordings import Rewordings
    from certify.pipeline.scan_verdict import ScanOutcome
    from certify.pipeline.scanning import ScanRequest
    from certify.scan import Benchmark, ScanReport

app = typer.Typer(add_completion=False)


@app.command()
def scan(
    data: Annotated[list[str], typer.Option(help="File, folder, pattern or s3:// address; repeat for several.")],
    benchmark: Annotated[list[str], typer.Option(help="Shipped id, file, or id=file; repeat for several.")],
    threads: Annotated[int | None, typer.Option(min=1, help="Threads to use; all cores when absent.")] = None,
    text_field: Annotated[str | None, typer.Option(help="Column with the text; all text of a row when absent.")] = None,
    spikes: Annotated[int, typer.Option(min=0, max=5000, help="Copies of each kind planted as a self-test.")] = 300,
    excerpts: Annotated[
        bool, typer.Option("--excerpts", help="Keep the text that was found in the output; off for privacy.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with findings side by side.")] = None,
    results: Annotated[
        list[str] | None, typer.Option(help="A model's results, as FILE or benchmark=FILE: its score on clean items.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Where finished files are noted; your cache when absent.")] = None,
    ray: Annotated[str | None, typer.Option(help="Scan on a Ray cluster: its address, or local.")] = None,
    semantic: Annotated[
        Path | None, typer.Option(help="Folder of an embedding model: look for rewordings too, advisory only.")
    ] = None,
    judge: Annotated[
        Path | None, typer.Option(help="With --semantic: folder of a language model asked about each passage listed.")
    ] = None,
    json: Json = False,
) -> int:
    """Look for benchmark items in training data, nothing else."""
    from certify.pipeline.scan_benchmarks import find_benchmarks, remarks
    from certify.pipeline.scan_results import split_results
    from certify.pipeline.scan_scores import read_results
    from certify.pipeline.scan_verdict import outcome_of
    from certify.pipeline.scanning import ScanRequest

    if html:
        from certify.export.scan_page import require_templates

        require_templates()
    _require_models(semantic, judge)
    request = ScanRequest(tuple(data), spikes, threads, text_field, excerpts, resume, ray)
    benchmarks = find_benchmarks(benchmark)
    scores = read_results(results or [], benchmarks)
    found = _scanned(request, benchmarks, benchmark, semantic, judge)
    if found is None:
        return int(ExitCode.INTERRUPTED)
    reports, rewordings = found
    outcome = outcome_of(reports, spikes=spikes)
    by_name = dict(zip((one.name for one in benchmarks), zip(reports, benchmarks, strict=True), strict=True))
    split = {name: split_results(*by_name[name], score) for name, score in scores.items()}
    said = remarks(benchmarks)
    if html:
        _write_page(html, request, benchmarks, reports, outcome)
    if json:
        from certify.cli.scan.document import document

        emit_json("scan", document(outcome, reports, split, said, rewordings))
    else:
        from certify.cli.scan.words import show

        show(outcome, reports, split, said, rewordings, request=request, page=html)
    return int(outcome.exit_code)


def _require_models(semantic: Path | None, judge: Path | None) -> None:
    if semantic:
        from certify.pipeline.rewordings import require_models

        require_models(semantic, judge)
    elif judge:
        raise UsageError(
            "CERT-E011", "--judge belongs to --semantic", hint="name an embedding model with --semantic DIR"
        )


def _scanned(
    request: ScanRequest, benchmarks: list[Benchmark], names: list[str], semantic: Path | None, judge: Path | None
) -> tuple[list[ScanReport], Rewordings | None] | None:
    """The reports; None when whoever waits for them gave up, who is then told how to go on."""
    from certify.pipeline.scanning import scan_data

    reporter = TerminalReporter()
    try:
        reports = scan_data(request, benchmarks, reporter)
        if not semantic:
            return reports, None
        from certify.pipeline.rewordings import find_rewordings

        return reports, find_rewordings(request, names, semantic, judge, reporter)
    except KeyboardInterrupt:
        reporter.close()
        say(f"interrupted; finished files are noted in {request.resumes_from}. Give the same command again to go on.")
        return None
    finally:
        reporter.close()


def _write_page(
    path: Path, request: ScanRequest, benchmarks: list[Benchmark], reports: list[ScanReport], outcome: ScanOutcome
) -> None:
    from certify.export.scan_page import scan_page
    from certify.files import write_whole
    from certify.pipeline.scan_excerpts import read_excerpts

    texts = read_excerpts(request, reports)
    page = scan_page(
        reports, benchmarks, texts, verdict=outcome.sentence, tone=outcome.verdict, reasons=outcome.reasons
    )
    write_whole(path, page)
