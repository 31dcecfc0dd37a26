"""Recall of planted copies and false alarms of the corpus scan, on real text.

    python -m tests.bench --only scan-accuracy [--seed N] [--suites text,gsm8k,aime] [--plants N] [--megabytes N]
        [--items N] [--threads N] [--misses N]

A copy counts as found when a finding of the right item overlaps it. A clean document counts as flagged when any
finding, full, partial or reordered, has a span in it. Intervals are Clopper-Pearson's, 95 %.
"""

from __future__ import annotations

import inspect
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from certify.scan.benchmark import Benchmark
from certify.scan.report import ScanReport, Span
from certify.scan.scanner import scan
from certify.statistics import clopper_pearson
from tests.bench.scan.clean import LOW_REUSE, difference
from tests.bench.scan.corpus import describe, load
from tests.bench.scan.plants import Round, document_of, rounds, write_round
from tests.bench.scan.rewrites import CLASSES, GOALS
from tests.bench.scan.suites import TRAIN, Suite, suites

_NO_COPY = {"twin", "common passage"}


class Flag(NamedTuple):
    """A clean document that was called contaminated."""

    document: int
    item: str
    coverage: str


class Measured(NamedTuple):
    """What one suite came to."""

    planted: Counter[str]
    found: Counter[str]
    kinds: Counter[tuple[str, str]]
    """By class and what the report called it."""
    clean: set[int]
    """Documents that were scanned without a plant at least once."""
    flags: set[Flag]
    cut_off: list[int]
    """Spans that a report counted and did not list."""
    scanned: list[tuple[float, float]]
    """Megabytes and seconds."""
    missed: list[tuple[str, str, str]]
    """Class, item and text of each copy that was not found."""


def scan_many(data: Sequence[Path], benchmarks: Sequence[Benchmark], *, seed: int, threads: int) -> list[ScanReport]:
    """One report a benchmark, whichever form of ``scan`` is installed."""
    call: Any = scan
    takes = inspect.signature(scan).parameters
    given: dict[str, Any] = {"seed": seed.to_bytes(32, "big"), "selftest_spikes": 0}
    if "benchmarks" not in takes:
        return [call(data, benchmark, **given) for benchmark in benchmarks]
    if "threads" in takes:
        given["threads"] = threads
    return list(call(data, benchmarks, **given))


def measure(suite: Suite, *, seed: int, plants: int, per_item: int = 1, threads: int = 1) -> Measured:
    """Plants, scans and counts."""
    result = Measured(Counter(), Counter(), Counter(), set(), set(), [], [], [])
    for part in rounds(suite.documents, suite.hosts, suite.items, plants=plants, seed=seed, per_item=per_item):
        with tempfile.TemporaryDirectory(prefix="certify-bench-") as folder:
            paths = write_round(part, Path(folder))
            started = time.perf_counter()
            (report,) = scan_many(paths, [suite.benchmark], seed=seed, threads=threads)
            taken = time.perf_counter() - started
            result.scanned.append((sum(path.stat().st_size for path in paths) / 1e6, taken))
        _count(report, part, result)
        result.cut_off.append(sum(finding.occurrences - len(finding.spans) for finding in report.findings))
    return result


def _count(report: ScanReport, part: Round, into: Measured) -> None:
    named: dict[tuple[int, str], list[tuple[Span, str]]] = defaultdict(list)
    for title, found in (("", report.findings), ("twin", report.twins), ("common passage", report.common_passages)):
        for finding in found:
            for span in finding.spans:
                named[document_of(span.shard, span.document), finding.item].append((span, title or span.coverage))
    for plant in part.plants:
        there = [t for s, t in named[plant.document, plant.item] if s.start < plant.end and s.end > plant.start]
        copies = [title for title in there if title not in _NO_COPY]
        into.planted[plant.kind] += 1
        into.found[plant.kind] += bool(copies)
        if not copies:
            copy = part.documents[plant.document].encode()[plant.start : plant.end].decode()
            into.missed.append((plant.kind, plant.item, copy))
        into.kinds[plant.kind, (copies or there or ["nothing"])[0]] += 1
    hosts = {plant.document for plant in part.plants}
    into.clean.update(number for place, number in enumerate(part.numbers) if place not in hosts)
    for (document, item), spans in named.items():
        titles = [title for _, title in spans if title not in _NO_COPY]
        if document not in hosts and titles:
            into.flags.add(Flag(part.numbers[document], item, min(titles)))


def table(suite: Suite, measured: Measured) -> Iterator[str]:
    """Markdown of one suite."""
    kinds = ("full", "partial", "reordered", "twin", "common passage", "nothing")
    yield f"\n| {suite.name}: {len(suite.items):,} items | planted | recall (95 %) | goal | {' | '.join(kinds)} |"
    yield "|---" * (4 + len(kinds)) + "|"
    for kind in CLASSES:
        planted, found = measured.planted[kind], measured.found[kind]
        if planted:
            low, high = clopper_pearson(found, planted)
            goal = f"{GOALS[kind]:.2f}" if kind in GOALS else "–"
            named = " | ".join(f"{measured.kinds[kind, title] / planted:.3f}" for title in kinds)
            yield f"| {kind} | {planted:,} | {found / planted:.3f} ({low:.3f}–{high:.3f}) | {goal} | {named} |"
    yield ""
    yield from _clean_lines(suite, measured)
    size, seconds = (sum(column) for column in zip(*measured.scanned, strict=True))
    parts = f"{len(measured.scanned)} scans of {size / len(measured.scanned):.0f} MB"
    yield f"- {parts} at {size / seconds:.1f} MB/s; {sum(measured.cut_off)} spans counted but not listed."


def _clean_lines(suite: Suite, measured: Measured) -> Iterator[str]:
    share = dict(zip((item.id for item in suite.items), suite.within.share, strict=True))
    clean = len(measured.clean)
    low = [flag for flag in measured.flags if share[flag.item] <= LOW_REUSE]
    high = sum(value > LOW_REUSE for value in share.values())
    yield f"- {suite.note}; {high:,} items share more than {LOW_REUSE:.0%} of their 8-grams with one clean document."
    for title, flags in (("all items", measured.flags), (f"items with at most {LOW_REUSE:.0%}", low)):
        documents = len({flag.document for flag in flags})
        lower, upper = clopper_pearson(documents, clean)
        yield (
            f"- clean documents flagged, {title}: {documents:,} of {clean:,}, "
            f"{documents / clean:.3%} ({lower:.3%}–{upper:.3%})"
        )
    trained = {flag.document for flag in measured.flags if suite.origins[flag.document].startswith(TRAIN)}
    yield f"- of them rows of GSM8K's training half: {len(trained)}"


def print_accuracy(
    names: Sequence[str], *, seed: int, plants: int, items: int, megabytes: float | None, threads: int, misses: int = 0
) -> None:
    """Prints the tables of the suites named, and GSM8K's pairs one by one."""
    print(f"\n{describe(load())}\n\nseed {seed}, {plants:,} copies of each class")
    for suite in suites(names, seed=seed, megabytes=megabytes, items=items):
        measured = measure(suite, seed=seed, plants=plants, threads=threads)
        print("\n".join(table(suite, measured)), flush=True)
        print("\n".join(_misses(measured, misses)), flush=True)
        if suite.name.startswith("GSM8K"):
            print("\n".join(explained(suite, measured)), flush=True)


def _misses(measured: Measured, count: int) -> Iterator[str]:
    """Some copies of each class with a goal that were not found."""
    for kind in GOALS:
        for _, item, copy in [miss for miss in measured.missed if miss[0] == kind][:count]:
            yield f"- missed, {kind}, {item}: {copy.strip()!r}"


def explained(suite: Suite, measured: Measured) -> Iterator[str]:
    """Markdown: every clean document that was flagged, and every one the oracle holds against an item, item by item."""
    pairs = {(flag.document, flag.item): flag.coverage for flag in measured.flags}
    for item, share, where in zip(suite.items, suite.within.share, suite.within.where, strict=True):
        if share >= 0.25:
            pairs.setdefault((where, item.id), "not flagged")
    question = {item.id: item.question for item in suite.items}
    shares = dict(zip((item.id for item in suite.items), suite.within.share, strict=True))
    yield "\n| document | item | called | its 8-grams there, at most | words in order | longest run | item → document |"
    yield "|---|---|---|---|---|---|---|"
    for (document, item), called in sorted(pairs.items(), key=lambda pair: (suite.origins[pair[0][0]], pair[0][1])):
        same, run, changes = difference(question[item], suite.documents[document])
        origin = "/".join(suite.origins[document].split("/")[-2:])
        cells = (origin, item, called, f"{shares[item]:.2f}", f"{same:.2f}", str(run), changes[:400].replace("|", "¦"))
        yield f"| {' | '.join(cells)} |"
