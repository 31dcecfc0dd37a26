"""A worker as its parent sees it: started from an order, listened to a line at a time, ended with all it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from certify import errors
from certify.engines.shortage import shortage
from certify.errors import CertifyError, EvidenceMissing, HostileInput
from certify.evidence.canonical import parse_json

MAX_LINE = 1 << 20
"""Bytes of the longest message of a worker."""

TALK_READ = 1 << 18
"""Bytes of a worker's talk in which the reason of a failure is looked for."""

GRACE_SECONDS = 5.0

Message = dict[str, Any]


@contextmanager
def worker_process(
    order_file: Path, environment: dict[str, str], talk: IO[bytes], max_seconds: float | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A running worker; it and its children have ended when the block ends.

    Args:
        order_file: what it is to do; it runs in the folder of this file.
        environment: the whole of its environment.
        talk: where its standard error goes.
        max_seconds: it is stopped after this time.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", "certify.engines.worker", str(order_file)],
        env=environment,
        cwd=order_file.parent,
        stdin=subprocess.PIPE,  # closes when this process ends, and the worker with it
        stdout=subprocess.PIPE,
        stderr=talk,
        start_new_session=True,  # Ctrl-C reaches us alone; we stop the worker and its children
    )
    timer = threading.Timer(max_seconds, _stop, [process]) if max_seconds is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield process
    finally:
        if timer is not None:
            timer.cancel()
        _stop(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the worker, kindly first, and whatever it started."""
    with suppress(ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(GRACE_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_message(line: bytes) -> Message:
    """One message of a worker.

    Raises:
        HostileInput: CERT-E060, it is none.
    """
    message = parse_json(line, name="a message of the worker", max_bytes=MAX_LINE)
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        raise HostileInput("CERT-E060", "the worker said something that is no message", "", "please report it")
    return message


def raised(message: Message, why: str, hint: str, talk: IO[bytes] | None = None) -> CertifyError:
    """The error that a worker told of; one without a remedy of its own gets ``why`` and ``hint``.

    vLLM fails in a process of its own, whose reason stands in the worker's talk alone.
    """
    kind = getattr(errors, str(message.get("kind")), EvidenceMissing)
    known = kind if isinstance(kind, type) and issubclass(kind, CertifyError) else EvidenceMissing
    told = [str(message.get(name, "")) for name in ("code", "what", "why", "hint")]
    if told[0] == "CERT-E060" and not told[3]:
        short = shortage(tail(talk, TALK_READ)) if talk is not None else None
        told[2:] = [told[2] or why, hint] if short is None else [f"{short.why}; {why}".removesuffix("; "), short.hint]
    return known(*told)


def stopped(status: int, talk: IO[bytes], why: str, hint: str) -> EvidenceMissing:
    """The error for a worker that ended without a word, with the last line of its talk."""
    said = [line for line in tail(talk, 2000).splitlines() if line.strip()]
    how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    last = said[-1][:300] if said else "it left no message; memory may have run out"
    return EvidenceMissing("CERT-E060", f"the engine stopped {how}: {last}", why, hint)


def tail(talk: IO[bytes], size: int) -> str:
    """At most the last ``size`` bytes of a worker's talk."""
    talk.seek(0, os.SEEK_END)
    talk.seek(max(0, talk.tell() - size))
    return talk.read().decode("utf-8", "replace")
