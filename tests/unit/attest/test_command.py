"""A wrapped command behaves as if it were run alone: output, signals, exit status."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from certify.attest.command import run_command
from certify.errors import UsageError

WRAPPER = "import sys; from pathlib import Path; from certify.attest.command import run_command; "
WRAP = WRAPPER + "sys.exit(run_command(sys.argv[1:], Path.cwd(), stdout=None))"
CATCHER = """
import signal, sys, time
def stop(number, frame):
    print("caught", number, flush=True)
    sys.exit(40 + number)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
print("ready", flush=True)
time.sleep(30)
"""


@pytest.mark.parametrize(
    ("program", "code"), [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)]
)
def test_the_exit_status_is_the_commands(program: str, code: int, tmp_path: Path) -> None:
    assert run_command([sys.executable, "-c", program], tmp_path) == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sent_to_the_wrapper_reaches_the_command(number: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRAP, sys.executable, "-c", CATCHER],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.stdout.readline() == f"caught {int(number)}\n"
    assert process.wait(10) == 40 + number


def test_an_interrupt_on_the_terminal_reaches_the_command_once(tmp_path: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-c", WRAP, sys.executable, "-c", CATCHER])
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            part = os.read(terminal, 1000)
        except OSError:  # how Linux tells that the other side of a terminal is gone
            break
        if not part:
            break
        seen += part
    _, status = os.waitpid(child, 0)
    assert seen.count(b"caught 2") == 1
    assert os.waitstatus_to_exitcode(status) == 42


def test_output_comes_while_the_command_runs(tmp_path: Path) -> None:
    program = (
        "import sys, time; print('first', flush=True); print('aside', file=sys.stderr, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", WRAP, sys.executable, "-c", program],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "first\n"
    assert process.stderr.readline() == "aside\n"
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(10) == 0


def test_handlers_are_as_before_and_a_missing_program_is_an_error(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with pytest.raises(UsageError, match="CERT-E057"):
        run_command(["no-such-program-here"], tmp_path)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_signal_that_comes_while_the_command_starts_is_not_lost(tmp_path: Path, monkeypatch) -> None:
    starting = subprocess.Popen

    def interrupted(*arguments, **options):
        process = starting(*arguments, **options)
        os.kill(os.getpid(), signal.SIGTERM)
        return process

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    assert run_command([sys.executable, "-c", "import time; time.sleep(30)"], tmp_path) == 128 + signal.SIGTERM
