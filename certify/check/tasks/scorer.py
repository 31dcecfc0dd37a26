"""The process that scores: ``python -m certify.check.tasks.scorer FILE PARENT``, a task's file and the parent's id.

It takes one JSON line for each answer on standard input and gives one back. It holds no key and reaches no network. An
answer that takes its task's code too long ends the process; whoever asked starts another.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.check.tasks.file import TaskFile, parse_task
from certify.check.tasks.finding import code_fault, find_task, tasks_root
from certify.check.tasks.scoring import limited, quiet, score, scoring_task, settings_of
from certify.engines.processes import die_with
from certify.engines.sandbox import limit_memory, refuse_network

SECONDS = 5.0
"""Processor time that scoring one answer may take: a busy machine must not change a score."""
BACKSTOP = 30
"""Seconds that it may take by the clock."""


def main(arguments: Sequence[str]) -> int:
    """Scores until standard input ends. The first line it gives says whether the task could be loaded."""
    die_with(int(arguments[1]))
    limit_memory(int(arguments[2]))
    refuse_network()
    asked = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(quiet(), "wb")
    with tempfile.TemporaryDirectory(prefix="certify-score-") as home:
        try:
            file = parse_task(Path(arguments[0]).read_bytes())
            task = _loaded(file, Path(home))
        except Exception as error:
            _reply(replies, {"fault": f"{type(error).__name__}: {error}"[:300]})
            return 1
        _reply(replies, {"ready": True})
        documents = {row.id: row.doc for row in file.rows}
        measure = file.head.task.metric, file.head.task.filter
        while line := asked.readline():
            wanted = json.loads(line)
            limited(SECONDS, BACKSTOP)
            found = score(task, documents[wanted["item"]], wanted["text"], *measure)
            limited(0, 0)
            _reply(replies, found._asdict())
    return 0


def _loaded(file: TaskFile, home: Path) -> Any:
    fault = code_fault(file.head)
    if fault is not None:
        raise ValueError(fault)
    root = tasks_root(None)
    if file.head.files is not None:
        root = home
        for path, text in file.head.files.items():
            place = (home / path).resolve()
            if home.resolve() not in place.parents:
                raise ValueError(f"{path} lies outside the task")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        find_task(file.head.task.name, home)
    return scoring_task(settings_of(root / file.head.yaml), [row.doc for row in file.rows])


def _reply(replies: Any, document: dict[str, Any]) -> None:
    replies.write(json.dumps(document).encode() + b"\n")
    replies.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
