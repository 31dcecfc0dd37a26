"""The file of a task: one line that says what was asked for, and a line for each item as lm-eval words it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from certify.check.benchmarks import MAX_FILE, Benchmark, BenchmarkItem
from certify.check.rows import MAX_QUESTION
from certify.errors import UsageError
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, canonical_digest, sha256_hex
from certify.evidence.parameters import TASK_PREFIX
from certify.evidence.tasks import AskedTask

ENDING = ".task.jsonl"
MAX_CODE = 4 * 1024 * 1024
"""Bytes of all files of an operator's task together."""


class TaskHead(Value):
    """First line of a task's file."""

    task: AskedTask
    """What was asked for."""
    yaml: str
    """Path of the task's YAML among its files."""
    until: tuple[str, ...] = ()
    """Texts that end an answer and do not belong to it."""
    files: dict[str, str] | None = None
    """An operator's own task: every file that words or scores it, by path; absent for lm-eval's own."""


class TaskRow(Value):
    """One item of a task."""

    id: str = Field(min_length=1, max_length=200)
    """Its number in the task, from 0."""
    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    """The whole prompt as lm-eval words it, solved examples included."""
    target: str
    """What the task calls the target, as text."""
    doc: dict[str, Any]
    """The document that the task's code reads when it scores."""


class TaskFile(NamedTuple):
    """A task's file, read."""

    head: TaskHead
    rows: tuple[TaskRow, ...]


@dataclass(frozen=True)
class TaskBenchmark(Benchmark):
    """A benchmark that is a task of lm-eval."""

    task: AskedTask
    """What was asked for."""
    data: bytes
    """The bytes of its file."""


def code_digest(files: Mapping[str, bytes]) -> str:
    """The digest of a task's files, by path: SHA-256 (hex) of the canonical JSON of their SHA-256."""
    return canonical_digest({path: sha256_hex(data) for path, data in files.items()})


def task_bytes(head: TaskHead, rows: Iterable[TaskRow]) -> bytes:
    """The one byte string of a task's file.

    Raises:
        HostileInput: CERT-E046, a document has no canonical JSON form.
    """
    lines = [head.to_bytes(), *(canonical_bytes(row.model_dump()) for row in rows)]
    return b"".join(line + b"\n" for line in lines)


def parse_task(data: bytes) -> TaskFile:
    """A task's file from untrusted bytes.

    Raises:
        HostileInput: a line is not strict JSON or not of its kind; UsageError: CERT-E100, it cannot be a task's file.
    """
    lines = data.split(b"\n")
    if len(data) > MAX_FILE or len(lines) < 3 or lines[-1]:
        raise UsageError("CERT-E100", "this is not the whole file of a task of lm-eval")
    head = TaskHead.from_bytes(lines[0], name="the first line of a task's file")
    rows = tuple(TaskRow.from_bytes(line, name=f"line {n} of a task's file") for n, line in enumerate(lines[1:-1], 2))
    if len({row.id for row in rows}) != len(rows):
        raise UsageError("CERT-E100", f"two items of the task {head.task.name} have one id")
    if head.files is not None and code_digest({p: text.encode() for p, text in head.files.items()}) != head.task.code:
        raise UsageError("CERT-E100", f"the files of the task {head.task.name} are not those it names by digest")
    return TaskFile(head, rows)


def task_benchmark(data: bytes) -> TaskBenchmark:
    """A task's file as a benchmark.

    Raises:
        HostileInput, UsageError: as :func:`parse_task`.
    """
    head, rows = parse_task(data)
    name = head.task.name
    items = (BenchmarkItem(row.id, row.question, row.target, row.target, TASK_PREFIX + name, None) for row in rows)
    return TaskBenchmark(
        name, f"{name}, a task of lm-eval", name + ENDING, sha256_hex(data), tuple(items), head.task, data
    )


def read_task(path: Path) -> TaskBenchmark:
    """A task's file from disk.

    Raises:
        UsageError: CERT-E100, it cannot be read; and as :func:`parse_task`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError("CERT-E100", f"the task's file {path} cannot be read", why=error.strerror or "") from error
    return task_benchmark(data)
