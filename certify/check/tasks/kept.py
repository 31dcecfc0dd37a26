"""The files of a run's tasks, kept beside its answers, so that whoever scores again needs neither task nor data set."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from certify.check.base import Sources
from certify.check.tasks.file import ENDING, TaskBenchmark, parse_task
from certify.check.tasks.finding import code_fault
from certify.errors import EvidenceMissing
from certify.evidence.instances import kind_of
from certify.evidence.parameters import TASK_PREFIX
from certify.evidence.plan import PlannedCheck
from certify.files import write_whole

TRUSTED = "CERTIFY_TASK_CODE"
"""Environment variable: digests of operators' task code that may be run here, separated by commas."""


def kept_tasks(checks: Sequence[PlannedCheck], folder: Path) -> dict[str, Path]:
    """The task files that a run has kept, by the name the plan uses for the source."""
    return {name: file for name, file in _planned(checks, folder).items() if file.is_file()}


def packed_tasks(checks: Sequence[PlannedCheck], folder: Path) -> dict[str, Path]:
    """The same from an evidence pack, where none may be missing: a reader does not have somebody's task read anew.

    Raises:
        EvidenceMissing: CERT-E064, one is.
    """
    files = _planned(checks, folder)
    absent = [file for file in files.values() if not file.is_file()]
    if absent:
        raise EvidenceMissing(
            "CERT-E064", f"{absent[0]} is not there", "the evidence pack is incomplete", "ask the issuer for all of it"
        )
    return files


def keep_tasks(sources: Sources, folder: Path) -> dict[str, Path]:
    """Writes the file of each task among the sources where it is not there; gives all of them by task name."""
    files = dict[str, Path]()
    for benchmark in sources.benchmarks.values():
        if isinstance(benchmark, TaskBenchmark):
            file = _place(folder, benchmark.sha256)
            if not file.is_file():
                write_whole(file, benchmark.data)
            files[benchmark.task.name] = file
    return files


def scoring_faults(files: Mapping[str, Path]) -> dict[str, str]:
    """Tasks whose answers a reader had better not, or cannot, score again, and why; by task name.

    An operator's own code came with the evidence: whoever checks that evidence has no reason yet to run it.

    Args:
        files: the file of each task, by its name.
    """
    faults = dict[str, str]()
    for name, file in files.items():
        head = parse_task(file.read_bytes()).head
        fault = code_fault(head)
        if fault is None and head.files is not None and head.task.code not in _trusted():
            fault = (
                f"it is scored by the operator's own code, which came with the evidence; read it in {file.name}, then "
                f"name its digest {head.task.code} in {TRUSTED} to run it"
            )
        if fault is not None:
            faults[name] = fault
    return faults


def _planned(checks: Sequence[PlannedCheck], folder: Path) -> dict[str, Path]:
    given = [check.parameters for check in checks if kind_of(check.id) == "static-benchmark"]
    tasks = {str(one["task"]): str(one.get("sha256", "")) for one in given if one.get("task")}
    return {f"{TASK_PREFIX}{name}": _place(folder, digest) for name, digest in tasks.items()}


def _trusted() -> set[str]:
    return {one.strip() for one in os.environ.get(TRUSTED, "").split(",")}


def _place(folder: Path, digest: str) -> Path:
    return folder / f"{digest[:16]}{ENDING}"
