"""Answers to a task of lm-eval judged: its own code says right or wrong, in a process that can be ended."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from certify.check.extraction import MAX_ANSWER, without_answer
from certify.check.tasks.faults import BETWEEN, LATE, RAISED
from certify.check.tasks.file import parse_task
from certify.check.tasks.making import MEMORY, task_environment
from certify.engines.reasoning import split_reasoning
from certify.errors import CertifyError, EvidenceMissing
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Outcome, Question
from certify.evidence.canonical import parse_json
from certify.evidence.model import ReasoningTags
from certify.evidence.parameters import TASK_PREFIX

SECONDS = 60.0
"""Time after which no reply is waited for; the scoring process has shorter limits of its own."""
LOADING = 300.0
"""Time that loading a task may take, seconds."""
_OVERTIME = (-signal.SIGPROF, -signal.SIGALRM)
PATIENCE = 20
"""Answers that may take too long before no more are tried: a scorer that hangs would keep a run for days."""

_FAULTS = {"raised": RAISED, "between": BETWEEN, "late": LATE}
_MAX_REPLY = 1 << 20


class Scorers:
    """The processes that score a run's tasks, started when the first answer comes."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """``files``: the file of each task, by its name."""
        self._files = files
        self._running: dict[str, Scorer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for scorer in self._running.values():
            scorer.close()

    def of(self, verifier: str) -> Scorer:
        """The scorer behind the comparison of a question.

        Raises:
            EvidenceMissing: CERT-E563, the task's file is not at hand.
        """
        name = verifier.removeprefix(TASK_PREFIX)
        if name not in self._files:
            raise _unscored(name, "its file is not with the run")
        if name not in self._running:
            self._running[name] = Scorer(name, self._files[name])
        return self._running[name]


class Scorer:
    """One task's scoring process, started anew whenever an answer kept it too long or ended it."""

    def __init__(self, name: str, file: Path) -> None:
        self._name, self._file = name, file
        self.until = parse_task(file.read_bytes()).head.until
        self._home = tempfile.TemporaryDirectory(prefix="certify-scorer-")
        self._process: subprocess.Popen[bytes] | None = None
        self._lost, self._rest = 0, b""

    def score(self, item: str, text: str) -> dict[str, Any]:
        """``value`` 1 or 0 with the ``answer`` that was taken, or the ``fault``; total.

        Raises:
            EvidenceMissing: CERT-E563, the task cannot be loaded here; never because of an answer.
        """
        if self._lost >= PATIENCE:
            return {"value": None, "fault": "late"}
        process = self._process or self._start()
        line = json.dumps({"item": item, "text": text}).encode() + b"\n"
        reply = self._exchanged(process, line, SECONDS)
        if reply is not None:
            return reply
        self._lost += 1
        late = self._stop() in _OVERTIME
        return {"value": None, "fault": "late" if late else "raised"}

    def close(self) -> None:
        """Ends the process."""
        self._stop()
        self._home.cleanup()

    def _start(self) -> subprocess.Popen[bytes]:
        home = self._home.name
        file = str(self._file.resolve())
        module = [sys.executable, "-P", "-s", "-m", "certify.check.tasks.scorer"]
        process = subprocess.Popen(
            [*module, file, str(os.getpid()), str(MEMORY)],
            env=task_environment(home),
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._process, self._rest = process, b""
        reply = self._exchanged(process, b"", LOADING)
        if reply is None or "ready" not in reply:
            self._stop()
            raise _unscored(self._name, str((reply or {}).get("fault", "its code could not be loaded"))[:300])
        return process

    def _stop(self) -> int | None:
        """The status that the process ended with; one that still runs is ended as late."""
        process, self._process = self._process, None
        if process is None:
            return None
        for stream in (process.stdin, process.stdout):
            _closed(stream)
        try:
            return process.wait(1.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return -signal.SIGALRM

    def _exchanged(self, process: subprocess.Popen[bytes], line: bytes, seconds: float) -> dict[str, Any] | None:
        """The reply to a line; None where none comes in time, or none that can be read."""
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        until = time.monotonic() + seconds
        try:
            process.stdin.write(line)
            process.stdin.flush()
            while b"\n" not in self._rest and len(self._rest) < _MAX_REPLY:
                ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
                more = os.read(process.stdout.fileno(), 65536) if ready else b""
                if not more:
                    return None
                self._rest += more
            reply, _, self._rest = self._rest.partition(b"\n")
            document = parse_json(reply, name="a score")
        except (OSError, CertifyError):
            return None
        return document if isinstance(document, dict) else None


def judged_task(
    question: Question, completion: Completion, reasoning: ReasoningTags | None, scorer: Scorer
) -> ItemRecord:
    """The record of one answer to a task: what follows the reasoning, up to the task's own stop, as its code sees it.

    An answer that was cut off counts as such unless it is right as it stands.
    """
    if completion.finish_reason is FinishReason.ERROR:
        return ItemRecord(completion=completion, answer=None, outcome=Outcome.ERROR)
    text, closed = split_reasoning(completion.text, reasoning)
    cut_off = completion.finish_reason is FinishReason.LENGTH
    if not closed or not text.strip():
        outcome = without_answer(text.strip(), closed, cut_off, completion.token_ids)
        return ItemRecord(completion=completion, answer=None, outcome=outcome)
    found = scorer.score(question.item, stopped(text, scorer.until))
    answer, value = found.get("answer"), found.get("value")
    kept = answer[:MAX_ANSWER] if isinstance(answer, str) else None
    if value not in (0, 1):
        mark = _FAULTS.get(str(found.get("fault")), RAISED)
        return ItemRecord(completion=completion, answer=kept, outcome=Outcome.ERROR, marks={mark: 1})
    outcome = Outcome.CORRECT if value == 1 else Outcome.WRONG
    if outcome is Outcome.WRONG and cut_off:
        outcome = without_answer(text, closed, cut_off, completion.token_ids)
    return ItemRecord(completion=completion, answer=kept, outcome=outcome)


def stopped(text: str, until: tuple[str, ...]) -> str:
    """The text up to the first of the texts that end an answer. Source: lm_eval.models.utils, handling of ``until``."""
    for end in until:
        text = text.partition(end)[0]
    return text


def _closed(stream: Any) -> None:
    """Closes a pipe, whatever its other end left in it."""
    with suppress(OSError):
        stream.close()


def _unscored(name: str, why: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E563",
        f"the answers to the task {name} cannot be scored here",
        why,
        "install the lm-eval version that the plan names, with what the task needs, and give the same command again",
    )
