"""Starts the process that judges answers, and believes only what it could have said truthfully."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from certify.check.told import retold
from certify.check.worker import JudgeOrder, read_records, write_lines
from certify.engines.sandbox import scrubbed_environment
from certify.errors import CertifyError, EvidenceMissing
from certify.evidence.answers import Completion, ItemRecord, Question
from certify.evidence.model import ReasoningTags

SECONDS = 600.0
"""Time a judging may take by default, besides a second for each answer."""


def judge_in_worker(
    questions: Sequence[Question],
    completions: Iterable[Completion],
    reasoning: ReasoningTags | None,
    *,
    samples: Mapping[str, int],
    prompt_style: str = "completion",
    tasks: Mapping[str, Path] | None = None,
    seconds: float | None = None,
    memory_limit: int | None = None,
) -> tuple[ItemRecord, ...]:
    """As :func:`certify.check.judgements.judge`, in a process without keys, secrets or network.

    Raises:
        EvidenceMissing: CERT-E064, the answers are not the planned ones; CERT-E103, the process failed,
            took too long, or changed an answer.
    """
    given = list(completions)
    with tempfile.TemporaryDirectory(prefix="certify-judge-") as home:
        folder = Path(home)
        order = JudgeOrder(
            questions=str(folder / "questions.jsonl"),
            completions=str(folder / "completions.jsonl"),
            records=str(folder / "records.jsonl"),
            samples=dict(samples),
            prompt_style=prompt_style,
            reasoning=reasoning,
            tasks={name: str(file.resolve()) for name, file in (tasks or {}).items()},
            memory_limit=memory_limit,
        )
        write_lines(Path(order.questions), questions)
        write_lines(Path(order.completions), given)
        (folder / "order.json").write_bytes(order.to_bytes())
        run_worker(folder / "order.json", seconds=_allowed(len(given), tasks) if seconds is None else seconds)
        records = read_records(Path(order.records))
    if [turn for record in records for turn in record.turns] != sorted(given, key=lambda completion: completion.key):
        raise _failed("its records are not about the answers it was given")
    return records


def _allowed(answers: int, tasks: Mapping[str, Path] | None) -> float:
    """Most time, seconds: loading a task of lm-eval, and waiting for a scorer that hangs, takes some of it."""
    return SECONDS + answers + 1800.0 * len(tasks or {})


def run_worker(order: Path, *, seconds: float = SECONDS) -> None:
    """Carries out a judging order in a process of its own.

    Raises:
        CertifyError: what the worker said; EvidenceMissing: CERT-E103, it failed or took too long.
    """
    command = [sys.executable, "-P", "-s", "-m", "certify.check.worker", str(order)]
    try:
        done = subprocess.run(
            command,
            env=scrubbed_environment(str(order.parent)),
            cwd=order.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"it took longer than {seconds:.0f} seconds") from None
    if done.returncode:
        raise _told(done.stdout, done.stderr, done.returncode)


def _told(said: bytes, talk: bytes, status: int) -> CertifyError:
    error = retold(said)
    if error is not None:
        return error
    lines = talk.decode("utf-8", "replace").strip().splitlines() or [f"it ended with status {status}"]
    return _failed(lines[-1][:300])


def _failed(why: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E103",
        "the answers could not be judged",
        why=why,
        hint="run the same command again: every answer is kept in the journal",
    )
