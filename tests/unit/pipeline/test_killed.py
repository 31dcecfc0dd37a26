"""The process of ``certify run``, killed without warning, with a real model that answers on the CPU."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from certify.check import judge, samples_of
from certify.demo.story import MODELS
from certify.engines.journal import read_journal
from certify.engines.order import JournalHeader, WorkOrder
from certify.engines.runner import answer
from certify.evidence.answers import ItemRecord, Question
from certify.evidence.canonical import parse_json
from certify.evidence.evaluation import Evaluation
from certify.evidence.plan import Plan
from certify.pipeline.files import json_lines
from certify.trust.bundle import parse_bundle, statement_of
from tests.fakes.chain import write_policy

KILLS = 6
MODEL = MODELS / "honest"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed"),
    pytest.mark.skipif(not (MODEL / "model.safetensors").is_file(), reason="the demo's model is not in this checkout"),
]


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    _, policy = write_policy(tmp_path)
    document = yaml.safe_load((policy / "policy.yaml").read_text())
    for check in document["checks"]:
        if "max_tokens" in check["with"]:
            check["with"]["max_tokens"] = 200
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    base = [sys.executable, "-m", "certify", "--home", str(tmp_path / "home"), "run", str(MODEL)]
    return [*base, "--policy", str(policy), "--batch-size", "4", "--json"]


def begin(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), str(root / "registry")])
    environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    talk = (folder / "talk").open("ab")
    return subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=talk)


def lines(home: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in home.glob("runs/*/journal.jsonl"))


def kill_at_random(process: subprocess.Popen[bytes], home: Path, generator: random.Random) -> bool:
    """Kills at a random moment: some time after the start, or after some more answers; False if it ended first."""
    started, answered = time.monotonic(), lines(home)
    delay, more = generator.uniform(0.5, 20), generator.randrange(1, 14)
    while process.poll() is None:
        grown = lines(home) - answered
        waited = time.monotonic() - started > delay
        if grown >= more or (waited and grown == 0):
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.02)
    return False


def test_killed_again_and_again_it_ends_as_if_nothing_had_happened(command, tmp_path):
    generator, home, kills = random.Random(os.urandom(8)), tmp_path / "home", 0
    seen: dict[tuple[str, str, int], object] = {}
    while kills < KILLS:
        process = begin(command, tmp_path)
        if not kill_at_random(process, home, generator):
            break
        kills += 1
        for path in home.glob("runs/*/journal.jsonl"):
            held = read_journal(path)
            assert seen.items() <= held.items(), "a committed answer changed"
            seen = dict(held)
    assert kills >= 5
    process = begin(command, tmp_path)
    out, _ = process.communicate(timeout=400)
    assert process.returncode in (0, 1, 3), (tmp_path / "talk").read_text()[-2000:]
    assert parse_json(out)["verdict"] in ("certified", "refused", "inconclusive", "incomplete")
    (folder,) = [path.parent for path in home.glob("runs/*/outcome.json")]
    held = read_journal(folder / "journal.jsonl")
    assert seen.items() <= held.items()
    written = [line for line in (folder / "journal.jsonl").read_bytes().splitlines() if b'"completion"' in line]
    assert len(written) == len(held) == 120
    assert (folder / "records.jsonl").read_bytes() == undisturbed(folder, tmp_path / "undisturbed.jsonl")


def undisturbed(folder: Path, journal: Path) -> bytes:
    """The records of the same plan and seed when nothing interrupts the engine."""
    bundle = parse_bundle((folder / "plan.bundle.json").read_bytes())
    plan = Plan.from_document(statement_of(bundle).predicate)
    evaluation = Evaluation.from_document(
        statement_of(parse_bundle((folder / "evaluation.bundle.json").read_bytes())).predicate
    )
    order = WorkOrder(
        model=str(MODEL),
        configuration=plan.configuration,
        requests=str(folder / "requests.jsonl"),
        journal=str(journal),
        header=JournalHeader.of(bundle.payload_sha256, plan.model.identity, plan.configuration),
        batch_size=4,
    )
    answer(order)
    questions = [Question.from_bytes(line) for line in (folder / "questions.jsonl").read_bytes().splitlines()]
    records: tuple[ItemRecord, ...] = judge(
        questions,
        read_journal(journal).values(),
        evaluation.configuration.reasoning,
        samples=samples_of(plan.checks),
        prompt_style=plan.configuration.prompt_style,
    )
    return json_lines(records)
