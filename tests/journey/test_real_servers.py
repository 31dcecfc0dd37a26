"""A certificate over a real vLLM server: killed on both sides, resumed, issued, verified.

Needs a ``vllm`` program, on PATH or named by CERTIFY_TEST_VLLM; docs/engines.md says how to get one that needs no GPU.
Loading takes minutes on a small machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from certify.engines.journal import read_journal
from certify.engines.processes import descendants

for package in ("torch", "lm_eval", "weasyprint", "sqlmodel"):
    pytest.importorskip(package)

VLLM = os.environ.get("CERTIFY_TEST_VLLM") or shutil.which("vllm")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(VLLM is None, reason="no vllm on PATH, and CERTIFY_TEST_VLLM names none"),
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc"),
]
ROOT = Path(__file__).parents[2]
MODELS = ROOT / "certify" / "demo" / "models"
QUIET = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
SETTINGS = ("--host", "127.0.0.1", "--enforce-eager", "--max-model-len", "256", "--gpu-memory-utilization", "0.3")
START_SECONDS = 900.0


class VllmServer:
    """A server that somebody else than certify runs."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [str(VLLM), "serve", str(MODELS / "honest"), *SETTINGS, "--port", str(self.port)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | QUIET)
        until = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/models", timeout=10):
                return
            assert self.process.poll() is None, self._log.read_text(encoding="utf-8", errors="replace")[-3000:]
            assert time.monotonic() < until, "it took too long to start"
            time.sleep(0.5)

    def kill(self) -> None:
        """Kills it with all it started."""
        if self.process is not None:
            for process in [*descendants(self.process.pid), self.process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[VllmServer]:
    found = VllmServer(tmp_path / "server.log")
    yield found
    found.kill()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from certify.demo.corpus import write_honest_corpus

    folder = tmp_path_factory.mktemp("corpus")
    write_honest_corpus(folder)
    return folder


def certify(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "certify", *map(str, arguments)]


def run_of(home: Path, corpus: Path, *more: str) -> list[str]:
    return certify(
        "--home", home, "run", MODELS / "honest", "--policy", "starter", "--engine", "openai",
        "--data", corpus, "--data-complete", "--declaration", MODELS / "declaration.yaml", *more,
    )  # fmt: skip


def ended(command: list[str]) -> subprocess.CompletedProcess[str]:
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
    found = sorted(home.glob("runs/*/journal.jsonl"))
    assert len(found) < 2, "a resumed run is no second run"
    return found[0] if found else None


def lines_of(home: Path) -> list[bytes]:
    """The whole lines of the journal."""
    journal = journal_of(home)
    return [] if journal is None else journal.read_bytes().rpartition(b"\n")[0].splitlines()


def require_certified(command: list[str], home: Path, tmp_path: Path) -> dict:
    done = ended([*command, "--json"])
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["verdict"] == "certified"
    pdf = home / outcome["pdf"]
    assert pdf.read_bytes().startswith(b"%PDF")
    shutil.copy(home / "trust.json", tmp_path / "trust.json")
    checked = ended(certify("verify", pdf, "--trust", tmp_path / "trust.json", "--model", MODELS / "honest"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    return outcome | {"shown": ended(certify("--home", home, "show", outcome["serial"])).stdout}


def test_kills_on_both_sides_lose_nothing_and_end_in_a_certificate(
    server: VllmServer, corpus: Path, tmp_path: Path
) -> None:
    server.start()
    home = tmp_path / "home"
    command = run_of(home, corpus, "--endpoint", server.url, "--batch-size", "16")
    status, _ = interrupted(command, home, 60, lambda pid: os.kill(pid, signal.SIGKILL))
    assert status == -signal.SIGKILL
    kept = lines_of(home)
    status, said = interrupted(command, home, len(kept) + 100, lambda pid: server.kill())
    assert status == 3, said
    assert "CERT-E541" in said
    assert "Connection refused" in said or "broke" in said
    assert "give the same command again" in said
    more = lines_of(home)
    assert more[: len(kept)] == kept
    server.start()
    outcome = require_certified(command, home, tmp_path)
    assert lines_of(home)[: len(more)] == more
    journal = journal_of(home)
    assert journal is not None
    assert len(read_journal(journal)) == len(lines_of(home)) - 1  # the reader refuses a request answered twice
    assert "endpoint identity not verified" in outcome["shown"]


def test_a_server_that_certify_starts_is_verified_and_gone_afterwards(corpus: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    serve = f"{VLLM} serve {{model}} --port {{port}} {' '.join(SETTINGS)}"
    outcome = require_certified(run_of(home, corpus, "--serve", serve, "--batch-size", "16"), home, tmp_path)
    assert "server started by certify on these files" in outcome["shown"]
    assert descendants(os.getpid()) == []
