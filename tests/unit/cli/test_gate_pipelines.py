"""The action, the workflow and the examples of docs/gate.md: their own steps, run against a real certificate."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.chain import Chain, write_model

ROOT = Path(__file__).parents[3]
ACTION = ROOT / ".github" / "actions" / "gate" / "action.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "gate.yml"
PAGE = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")


@cache
def document(path: Path) -> dict[str, Any]:
    """A YAML file; its key ``on`` is read as true, as YAML 1.1 has it."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def example(kind: str) -> dict[str, Any]:
    """The example of the page for a tool."""
    found = re.search(rf"^```yaml {kind}\n(.*?)^```", PAGE, re.M | re.S)
    assert found is not None
    return dict(yaml.safe_load(found[1]))


@pytest.fixture
def repository(cli, handed: Path, chain: Chain) -> Path:
    """A repository with a lock file and a trust file under ``release``, and ``certify`` on the PATH."""
    (handed / "release").mkdir()
    shutil.move("certificate.json", "release/certificate.json")
    shutil.move("trust-file.json", "release/trust.json")
    shutil.copytree(chain.request.model, "model")
    asked = ("--policy", str(chain.request.policy), "--certificate", "release/certificate.json")
    trusted = ("--trust", "release/trust.json", "--write-lock", "release/certify.lock")
    assert cli("gate", "model", *asked, *trusted).code == 0
    (handed / "bin").mkdir()
    program = handed / "bin" / "certify"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m certify "$@"\n')
    program.chmod(0o755)
    return handed


def environment(repository: Path, **more: str) -> dict[str, str]:
    """What a runner gives its steps."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CERTIFY", "GITHUB"))}
    temporary = repository / "runner"
    temporary.mkdir(exist_ok=True)
    return {
        **kept,
        "PATH": os.pathsep.join([str(repository / "bin"), kept["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "registry")]),
        "RUNNER_TEMP": str(temporary),
        **{name: str(temporary / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")},
        **more,
    }


def bash(script: str, repository: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A script as GitHub's runner starts one with ``shell: bash``."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        check=False, capture_output=True, text=True, cwd=repository, env=environment(repository, **more), timeout=120,
    )  # fmt: skip


def decide(repository: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The deciding step of the action, with its inputs as the runner would fill them in."""
    action = document(ACTION)
    step = action["runs"]["steps"][1]
    given = {name: spec.get("default", "") for name, spec in action["inputs"].items()} | inputs
    filled = {
        name: given[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) }}", value)[1]] for name, value in step["env"].items()
    }  # type: ignore[index]
    return bash(step["run"], repository, **filled)


def told(repository: Path, name: str) -> str:
    return (repository / "runner" / name).read_text(encoding="utf-8")


def test_the_action_passes_for_the_certified_model_and_tells_what_it_found(repository, chain):
    done = decide(repository, model="model", lock="release/certify.lock", trust="release/trust.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("::notice title=certify gate open::")
    outputs = dict(line.split("=", 1) for line in told(repository, "github_output").splitlines())
    assert outputs["verdict"] == "open"
    assert outputs["serial"] == chain.certificate.serial
    reports = Path(outputs["reports"])
    assert sorted(path.name for path in reports.iterdir()) == ["gate.json", "gate.sarif", "gate.txt", "gate.xml"]
    assert json.loads((reports / "gate.sarif").read_text())["version"] == "2.1.0"
    summary = told(repository, "github_step_summary").splitlines()
    assert summary[0] == "### certify gate"
    assert all(line.startswith("    ") for line in summary[2:])


def test_the_action_fails_where_the_gate_is_shut_or_cannot_answer(repository):
    trusted = {"lock": "release/certify.lock", "trust": "release/trust.json"}
    write_model(repository / "model", fill=9)
    shut = decide(repository, model="model", **trusted)
    assert (shut.returncode, "verdict=closed" in told(repository, "github_output")) == (1, True)
    assert "::error title=certify gate closed::" in shut.stdout
    (repository / "runner" / "github_output").unlink()
    assert decide(repository, model="$(touch pwned)", **trusted).returncode == 2
    assert not (repository / "pwned").exists()
    assert "verdict=" not in told(repository, "github_output")


def test_no_input_is_written_into_a_script():
    for path, steps in (
        (ACTION, document(ACTION)["runs"]["steps"]),
        (WORKFLOW, document(WORKFLOW)["jobs"]["gate"]["steps"]),
    ):
        for step in steps:
            assert "${{" not in step.get("run", ""), path
    declared = set(document(ACTION)["inputs"])
    assert set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text())) == declared


def test_the_workflow_hands_over_inputs_that_both_know():
    workflow, action = document(WORKFLOW), document(ACTION)
    called = workflow[True]["workflow_call"]
    step = workflow["jobs"]["gate"]["steps"][-1]
    assert set(step["with"]) <= set(action["inputs"])
    assert set(re.findall(r"inputs\.([a-z-]+)", WORKFLOW.read_text())) == set(called["inputs"])
    assert set(called["outputs"]) <= set(action["outputs"])
    assert workflow["permissions"] == {}


def test_the_install_step_is_a_script(repository):
    script = document(ACTION)["runs"]["steps"][0]["run"]
    assert subprocess.run(["bash", "-n", "-c", script], check=False).returncode == 0


def test_the_gitlab_job(repository):
    job = example("gitlab")["certify-gate"]
    install, *script = job["script"]
    assert install == 'pip install --quiet "$CERTIFY_WHEEL"'
    done = bash("\n".join(script), repository, CERTIFY_TRUST_FILE="release/trust.json")
    assert done.returncode == 0, done.stderr
    assert (repository / job["artifacts"]["reports"]["junit"]).read_text().startswith("<?xml")
    assert all((repository / path).is_file() for path in job["artifacts"]["paths"])


def test_the_pre_commit_hook(repository):
    hook = example("pre-commit")["repos"][0]["hooks"][0]
    assert re.search(hook["files"], "release/certify.lock")
    assert bash(hook["entry"], repository).returncode == 0
