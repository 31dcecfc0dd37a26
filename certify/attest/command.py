"""The command of a step: run without a time limit, within reach of the signals that reach us."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from certify.errors import UsageError

STDERR = 2
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OPENS_KEYS = ("CERTIFY_PASSPHRASE", "CERTIFY_PIN")
_SIGNALLED = 128
"""A shell tells the exit status of a program that a signal ended as this and the signal's number."""


def run_command(command: Sequence[str], folder: Path, *, stdout: int | None = STDERR) -> int:
    """Run a command in ``folder`` and give its exit code, 128 and more where a signal ended it.

    It shares our terminal; interrupts and requests to stop reach it, and how it ends is up to it. Signing keys, their
    passphrases and the PINs of tokens are kept out of its environment.

    Args:
        stdout: descriptor of its standard output; ours when None, our standard error otherwise.

    Raises:
        UsageError: CERT-E057, it cannot be started.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        with _passing_on(started) as early:
            started.append(subprocess.Popen(list(command), cwd=folder, env=command_environment(), stdout=stdout))
            for number in early:
                started[0].send_signal(number)
            code = started[0].wait()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("CERT-E057", f"{command[0]} cannot be run: {reason}", hint="check the command") from error
    return _SIGNALLED - code if code < 0 else code


def command_environment() -> dict[str, str]:
    """Our environment without signing keys and what opens them."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OPENS_KEYS) and "PRIVATE KEY-----" not in value
    }


@contextmanager
def _passing_on(started: Sequence[subprocess.Popen[bytes]]) -> Iterator[list[int]]:
    """Signals to us go to the command; gives those that came before there was one."""
    early: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield early  # only the main thread may say what a signal does
        return

    def forward(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and _shares_terminal():
            return  # the terminal interrupts the command itself; twice would mean "at once" to many programs
        if not started:
            early.append(number)
        for process in started:
            process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in _PASSED_ON}
    try:
        yield early
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _shares_terminal() -> bool:
    """Whether Ctrl-C on the terminal reaches every process of our group."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
