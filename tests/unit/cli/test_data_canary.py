"""``certify data canary make``: what it writes can be planted, planned and asked."""

import json
import stat
from pathlib import Path

from certify.check import all_questions, planned_checks, planned_sources
from certify.check.canary_making import usual_count
from certify.decide.form import CheckRequest


def make(cli, folder, *more):
    return cli("data", "canary", "make", "--output", folder, *more)


def test_what_it_makes_can_be_planned(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("CERTIFY_PRIVATE_SETS", str(tmp_path))
    told = json.loads(make(cli, tmp_path, "--name", "ward", "--json").out)
    assert told["items"] == usual_count(told["guess"]) == 10
    assert stat.S_IMODE(Path(told["key"]).stat().st_mode) == 0o600
    rows = [json.loads(line) for line in Path(told["plant"]).read_text().splitlines()]
    plan = planned_checks([CheckRequest.model_validate({"id": "canary", "with": {"name": "ward"}})])
    questions = all_questions(plan, planned_sources(plan), bytes(32))
    assert plan[0].parameters["sha256"] == told["sha256"]
    assert [row["text"] for row in rows] == [f"{one.text} {one.gold}." for one in questions]


def test_dyes_and_numbers_of_them(cli, tmp_path):
    said = make(cli, tmp_path, "--kind", "dye", "--name", "d", "--count", "30")
    assert (said.code, "keep it private" in said.out) == (0, True)
    rows = [json.loads(line) for line in (tmp_path / "d.plant.jsonl").read_text().splitlines()]
    assert [sorted(row) for row in rows] == [["answer", "choices", "question"]] * 30


def test_it_overwrites_nothing_and_takes_names_alone(cli, tmp_path):
    assert make(cli, tmp_path).code == 0
    again = make(cli, tmp_path)
    assert (again.code, "CERT-E011" in again.err) == (2, True)
    assert make(cli, tmp_path, "--name", "../x").code == 2
    assert make(cli, tmp_path, "--name", "y", "--count", "0").code == 2
    assert sorted(path.name for path in tmp_path.iterdir() if "canaries" in path.name) == [
        "canaries.canaries.json",
        "canaries.plant.jsonl",
    ]
