"""What lint says of a policy that no plan could be made of on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.decide import Gravity, read_policy
from certify.pipeline.plannable import plan_findings

ROW = '{"id": "a", "question": "What is 1 + 1?", "answer": "2"}\n'


def found(folder: Path, *checks: dict[str, Any]) -> list[tuple[str, Gravity, str]]:
    """What is said of a policy with these checks."""
    rule = {
        "id": "PL-01", "title": "Once", "assert": "plan.attempt == 1", "severity": "low", "enforcement": "must",
        "message": "attempt {plan.attempt}", "remedy": "Try once.",
    }  # fmt: skip
    policy = {"id": "plannable", "version": "1.0.0", "title": "A policy", "checks": list(checks), "rules": [rule]}
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy))
    return [(one.id, one.gravity, one.message) for one in plan_findings(read_policy(folder))]


def static(benchmark: Path | str, **more: Any) -> dict[str, Any]:
    return {"id": "static-benchmark", "with": {"benchmark": str(benchmark), **more}}


def test_the_starter_policy_can_be_planned():
    assert plan_findings(read_policy("starter")) == []


def test_a_file_that_is_not_here_is_a_warning(tmp_path):
    (warned,) = found(tmp_path, static(tmp_path / "absent.jsonl"))
    assert warned[:2] == ("benchmark-not-here", Gravity.WARNING)
    assert "absent.jsonl cannot be read, and a run needs it" in warned[2]


def test_a_benchmark_of_the_catalogue_without_its_file_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.delenv("CERTIFY_BENCHMARKS", raising=False)
    scan = {"id": "corpus-scan", "with": {"benchmarks": ["gsm8k", "aime24"]}}
    assert [one[:2] for one in found(tmp_path, scan)] == [("benchmark-not-here", Gravity.WARNING)] * 2


@pytest.mark.parametrize("content", ["", '{"a": 1}\n', "{", ROW + ROW])
def test_a_file_that_holds_no_problems_is_an_error(tmp_path, content):
    file = tmp_path / "rows.jsonl"
    file.write_text(content)
    (wrong,) = found(tmp_path, static(file))
    assert wrong[:2] == ("benchmark", Gravity.ERROR)


def test_a_folder_or_an_unknown_name_is_an_error(tmp_path):
    assert [one[:2] for one in found(tmp_path, static(tmp_path))] == [("benchmark", Gravity.ERROR)]
    assert [one[:2] for one in found(tmp_path, static("gsm9k"))] == [("benchmark", Gravity.ERROR)]


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "rows.jsonl")
    for place in (tmp_path / "rows.jsonl", "/dev/zero"):
        (wrong,) = found(tmp_path, static(place))
        assert wrong[:2] == ("benchmark", Gravity.ERROR)
        assert "is no file" in wrong[2]


def test_another_file_than_agreed_is_an_error(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text(ROW)
    (wrong,) = found(tmp_path, static(file, sha256="0" * 64))
    assert wrong[:2] == ("benchmark", Gravity.ERROR)
    assert "not the file that was agreed on" in wrong[2]


def test_every_file_is_looked_at(tmp_path):
    checks = [{**static(tmp_path / f"{name}.jsonl"), "id": f"static-benchmark:{name}"} for name in ("one", "two")]
    assert [one[0] for one in found(tmp_path, *checks)] == ["benchmark-not-here"] * 2


def test_what_a_plan_would_refuse_is_an_error(tmp_path):
    families = {"families": ["addition", "sorting"], "items": 40}
    reads = {"id": "cost", "with": {"reads": ["fresh-reasoning"]}}
    fresh = {"id": "fresh-reasoning", "with": families}
    (wrong,) = found(tmp_path, fresh, static("starter-200"), reads)
    assert wrong == ("no-plan", Gravity.ERROR, wrong[2])
    assert "cost cannot be planned" in wrong[2]


def test_the_data_of_a_task_is_not_asked_for(tmp_path):
    task = {"id": "static-benchmark", "with": {"task": "no-such-task"}}
    assert found(tmp_path, task) == []
