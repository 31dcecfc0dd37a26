"""Whole runs over servers that are real: started, struck, resumed, issued and verified as a user would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "certify" / "demo" / "models"
QUIET = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
START_SECONDS = 900.0


def certify(*arguments: str | Path) -> list[str]:
    """A command line of certify."""
    return [sys.executable, "-m", "certify", *map(str, arguments)]


def run_of(home: Path, model: Path, corpus: Path, engine: str, *more: str) -> list[str]:
    """A run of a demo model under the starter policy."""
    return certify(
        "--home", home, "run", model, "--policy", "starter", "--engine", engine,
        "--data", corpus, "--data-complete", "--declaration", MODELS / "declaration.yaml", *more,
    )  # fmt: skip


def ended(command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command that ended, and what it said."""
    environment = os.environ | QUIET | {"TERM": "dumb", "COLUMNS": "100"}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=3000)


def interrupted(command: list[str], home: Path, answers: int, strike: Callable[[int], None]) -> tuple[int, str]:
    """Starts a run, strikes once its journal holds so many answers, and gives its exit status and what it said."""
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | QUIET)
    until = time.monotonic() + START_SECONDS
    while len(lines_of(home)) < answers:
        assert running.poll() is None, running.communicate()[0].decode()
        assert time.monotonic() < until
        time.sleep(0.05)
    strike(running.pid)
    said = running.communicate(timeout=600)[0].decode()
    return running.returncode, said


def journal_of(home: Path) -> Path | None:
    """The journal of the one run in a workspace."""
    found = sorted(home.glob("runs/*/journal.jsonl"))
    assert len(found) < 2, "a resumed run is no second run"
    return found[0] if found else None


def lines_of(home: Path) -> list[bytes]:
    """The whole lines of the journal."""
    journal = journal_of(home)
    return [] if journal is None else journal.read_bytes().rpartition(b"\n")[0].splitlines()


def require_certified(command: list[str], home: Path, model: Path, elsewhere: Path) -> dict[str, Any]:
    """Ends a run, which has to certify, and has the PDF verified by a stranger; gives the outcome and what is shown."""
    done = ended([*command, "--json"])
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["verdict"] == "certified"
    pdf = home / outcome["pdf"]
    assert pdf.read_bytes().startswith(b"%PDF")
    shutil.copy(home / "trust.json", elsewhere / "trust.json")
    checked = ended(certify("verify", pdf, "--trust", elsewhere / "trust.json", "--model", model))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    shown = ended(certify("--home", home, "show", outcome["serial"])).stdout
    return outcome | {"shown": " ".join(shown.split())}  # lines break where the terminal ends
