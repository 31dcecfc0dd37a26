"""What every program of this folder is given and gives back; it runs in an environment of its own and knows no certify.

    python run_X.py FOLDER ITEMS OUT

FOLDER holds ``part-N.jsonl`` with ``id`` and ``text``, ITEMS is JSON Lines with ``id`` and ``question``, OUT becomes
{"seconds", "cpu", "flagged"}: reading, indexing and scanning without imports, and the ids of documents called
contaminated.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def items(path: Path) -> Iterator[tuple[str, str]]:
    """(id, question) of the benchmark."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["id"], row["question"]


def documents(folder: Path) -> Iterator[tuple[str, str]]:
    """(id, text) of the corpus."""
    for path in sorted(folder.glob("part-*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row["id"], row["text"]


def run(work: Callable[[Path, Path], list[str]]) -> None:
    """Times ``work`` and writes what it flagged."""
    folder, benchmark, out = map(Path, sys.argv[1:4])
    before, started = os.times(), time.perf_counter()
    flagged = work(folder, benchmark)
    seconds, after = time.perf_counter() - started, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    out.write_text(json.dumps({"seconds": seconds, "cpu": cpu, "flagged": sorted(set(flagged))}))
