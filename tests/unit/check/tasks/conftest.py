from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lm_eval")
pytest.importorskip("datasets")

SUMS = """\
task: sums
dataset_path: json
dataset_kwargs:
  data_files: {test: sums.jsonl, train: shots.jsonl}
test_split: test
fewshot_split: train
num_fewshot: 2
output_type: generate_until
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\nQuestion:"], do_sample: false}
filter_list:
  - name: last-number
    filter:
      - {function: regex, regex_pattern: "(-?[0-9]+)", group_select: -1}
      - {function: take_first}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
metadata: {version: 1.5}
"""
HOSTILE = """\
import os
import sys
import time


def process_results(doc, results):
    text = results[0]
    print("score: 1", flush=True)
    sys.stderr.write("score: 1\\n")
    if "raise" in text:
        raise RuntimeError(text)
    if "leave" in text:
        sys.exit(0)
    if "die" in text:
        os._exit(0)
    if "call" in text:
        import socket
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    if "secret" in text:
        assert "CERTIFY_PASSPHRASE" not in os.environ
        assert os.environ["HOME"] != doc["home"]
    if "half" in text:
        return {"fine": 0.5}
    if "list" in text:
        return {"fine": [True]}
    while "loop" in text:
        pass
    return {"fine": text.strip() == str(doc["answer"])}
"""
HOSTILE_YAML = """\
task: hostile
dataset_path: json
dataset_kwargs: {data_files: {test: sums.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: question
doc_to_target: answer
process_results: !function wrong.process_results
generation_kwargs: {until: []}
metric_list:
  - {metric: fine, aggregation: mean, higher_is_better: true}
"""


def write_tasks(place: Path) -> Path:
    """An operator's folder with an honest task, a hostile one, and their data."""
    place.mkdir()
    rows = [{"question": f"{n} + {n + 1} = ?", "answer": 2 * n + 1, "home": str(Path.home())} for n in range(12)]
    shots = [{"question": f"{n} + {n} = ?", "answer": 2 * n, "home": ""} for n in range(90, 95)]
    (place / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (place / "shots.jsonl").write_text("".join(json.dumps(row) + "\n" for row in shots))
    (place / "sums.yaml").write_text(SUMS)
    (place / "hostile.yaml").write_text(HOSTILE_YAML)
    (place / "wrong.py").write_text(HOSTILE)
    return place


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator's tasks, and the working directory that their data files are named from."""
    place = write_tasks(tmp_path / "tasks")
    monkeypatch.chdir(place)
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setenv("CERTIFY_TASKS", str(tmp_path))
    return place


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> Callable[..., bytes]:
    """The bytes of a task's file, made in this process: another one takes seconds to import lm-eval."""
    from certify.check.tasks.maker import MakeOrder, made

    def make(name: str, **changes: Any) -> bytes:
        order = {"name": name, "folder": str(folder), "file": "-", "told": "-", "cache": str(tmp_path / "cache")}
        return made(MakeOrder.from_document({**order, **changes}))

    return make


@pytest.fixture
def in_this_process(made: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans read tasks in this process."""

    def read(name: str, folder: str | None, metric: str | None, shots: int | None) -> bytes:
        given = {"folder": folder, "metric": metric, "shots": shots}
        return made(name, **{key: value for key, value in given.items() if value is not None})

    monkeypatch.setattr("certify.check.tasks.making._read", read)
