"""Decon (allenai) with its own settings, questions alone, one thread."""

import json
import tempfile
from pathlib import Path

import decon
from common import items, run


def work(folder: Path, benchmark: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as place:
        evals, reports = Path(place) / "evals", Path(place) / "reports"
        evals.mkdir()
        with (evals / "bench.jsonl").open("w", encoding="utf-8") as out:
            for number, (_, question) in enumerate(items(benchmark)):
                row = {"eval_key": "bench", "eval_instance_index": number, "split": "test", "question": question,
                       "doc_id": number + 1, "fingerprint": f"{number:016x}"}  # fmt: skip
                out.write(json.dumps(row) + "\n")
        given = {"training_dir": str(folder), "evals_dir": str(evals), "report_output_dir": str(reports)}
        decon.detect(decon.Config(**given, worker_threads=1))
        found = [json.loads(line) for path in reports.rglob("*.jsonl") for line in path.read_text().splitlines()]
    names = {}
    for path in folder.glob("part-*.jsonl"):
        with path.open(encoding="utf-8") as lines:
            names[path.name] = [json.loads(line)["id"] for line in lines]
    return [names[row["training_file"]][row["training_line"]] for row in found]


run(work)
