"""The checks: what a model is asked, how its answers are judged, and what follows from them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certify.check.base import Answers, Check, Sources
    from certify.check.benchmarks import Benchmark, BenchmarkItem, read_benchmark
    from certify.check.corpus_scan import Scanned, scan_corpus
    from certify.check.judgements import judge
    from certify.check.judging import judge_in_worker
    from certify.check.looks import asked_in_round, asked_questions, looks_taken
    from certify.check.public.questions import is_public, public_fault, require_drawable
    from certify.check.rounds import (
        CHECKS,
        Scored,
        all_questions,
        all_requests,
        pilot_requests,
        planned_checks,
        planned_parameters,
        planned_sources,
        samples_of,
        score_all,
    )
    from certify.check.tasks.kept import keep_tasks, kept_tasks, packed_tasks, scoring_faults
    from certify.check.unscanned import unreadable

__all__ = [
    "CHECKS",
    "Answers",
    "Benchmark",
    "BenchmarkItem",
    "Check",
    "Scanned",
    "Scored",
    "Sources",
    "all_questions",
    "all_requests",
    "asked_in_round",
    "asked_questions",
    "is_public",
    "judge",
    "judge_in_worker",
    "keep_tasks",
    "kept_tasks",
    "looks_taken",
    "packed_tasks",
    "pilot_requests",
    "planned_checks",
    "planned_parameters",
    "planned_sources",
    "public_fault",
    "read_benchmark",
    "require_drawable",
    "samples_of",
    "scan_corpus",
    "score_all",
    "scoring_faults",
    "unreadable",
]

_PLACES = {
    "Answers": "base",
    "Benchmark": "benchmarks",
    "BenchmarkItem": "benchmarks",
    "CHECKS": "rounds",
    "Check": "base",
    "Scanned": "corpus_scan",
    "Scored": "rounds",
    "Sources": "base",
    "all_questions": "rounds",
    "all_requests": "rounds",
    "asked_in_round": "looks",
    "asked_questions": "looks",
    "is_public": "public.questions",
    "judge": "judgements",
    "judge_in_worker": "judging",
    "keep_tasks": "tasks.kept",
    "kept_tasks": "tasks.kept",
    "looks_taken": "looks",
    "packed_tasks": "tasks.kept",
    "pilot_requests": "rounds",
    "planned_checks": "rounds",
    "planned_parameters": "rounds",
    "planned_sources": "rounds",
    "public_fault": "public.questions",
    "read_benchmark": "benchmarks",
    "require_drawable": "public.questions",
    "samples_of": "rounds",
    "scan_corpus": "corpus_scan",
    "score_all": "rounds",
    "scoring_faults": "tasks.kept",
    "unreadable": "unscanned",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: whoever needs the benchmarks alone should not wait for every check. No name here may be
    # that of a file beside this one: once that was loaded, the file would be found instead.
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
