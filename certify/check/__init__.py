"""The checks: what a model is asked, how its answers are judged, and what follows from them."""

from certify.check.base import Answers, Check, Sources
from certify.check.benchmarks import Benchmark, BenchmarkItem, read_benchmark
from certify.check.corpus_scan import Scanned, scan_corpus
from certify.check.judge import judge
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
