"""A certificate over a real vLLM server: killed on both sides, resumed, issued, verified.

Needs a ``vllm`` program, on PATH or named by CERTIFY_TEST_VLLM; docs/engines.md says how to get one that needs no GPU.
Loading takes minutes on a small machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from certify.engines.journal import read_journal
from certify.engines.processes import descendants
from tests.journey.real_runs import (
    MODELS,
    QUIET,
    START_SECONDS,
    interrupted,
    journal_of,
    lines_of,
    require_certified,
    run_of,
)

for package in ("torch", "lm_eval", "weasyprint", "sqlmodel"):
    pytest.importorskip(package)

VLLM = os.environ.get("CERTIFY_TEST_VLLM") or shutil.which("vllm")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(VLLM is None, reason="no vllm on PATH, and CERTIFY_TEST_VLLM names none"),
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc"),
]
SETTINGS = ("--host", "127.0.0.1", "--enforce-eager", "--max-model-len", "256", "--gpu-memory-utilization", "0.3")


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


def test_kills_on_both_sides_lose_nothing_and_end_in_a_certificate(
    server: VllmServer, corpus: Path, tmp_path: Path
) -> None:
    server.start()
    home = tmp_path / "home"
    command = run_of(home, MODELS / "honest", corpus, "openai", "--endpoint", server.url, "--batch-size", "16")
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
    outcome = require_certified(command, home, MODELS / "honest", tmp_path)
    assert lines_of(home)[: len(more)] == more
    journal = journal_of(home)
    assert journal is not None
    assert len(read_journal(journal)) == len(lines_of(home)) - 1  # the reader refuses a request answered twice
    assert "endpoint identity not verified" in outcome["shown"]


def test_a_server_that_certify_starts_is_verified_and_gone_afterwards(corpus: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    serve = f"{VLLM} serve {{model}} --port {{port}} {' '.join(SETTINGS)}"
    command = run_of(home, MODELS / "honest", corpus, "openai", "--serve", serve, "--batch-size", "16")
    outcome = require_certified(command, home, MODELS / "honest", tmp_path)
    assert "server started by certify on these files" in outcome["shown"]
    assert descendants(os.getpid()) == []
