"""Runs a worker and listens to it; the process that calls this holds the keys and imports no engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from certify import errors
from certify.engines.installed import require_engine
from certify.engines.journal import read_journal, require_complete, unanswered
from certify.engines.order import Described, DescribeOrder, Progress, Telemetry, WorkOrder, read_requests
from certify.engines.sandbox import scrubbed_environment, with_threads
from certify.errors import CertifyError, EvidenceMissing, HostileInput
from certify.evidence.canonical import parse_json
from certify.evidence.model import Sampling

MAX_LINE = 1 << 20
GRACE_SECONDS = 5.0
LAST_WORDS = ("done", "described")
RESUME = "give the same command again: it asks only what is missing"

Listener = Callable[[Progress], None]
Message = dict[str, Any]


def answer(order: WorkOrder, *, progress: Listener | None = None, max_seconds: float | None = None) -> Telemetry:
    """Has every request of an order answered into its journal, and gives the run in numbers.

    What the journal already holds is not asked again, so a second call after any interruption goes on where
    the first stopped.

    Args:
        order: what to ask whom.
        progress: told after each committed batch.
        max_seconds: the worker is stopped after this time; the journal stays valid.

    Raises:
        UsageError: CERT-E010, the engine is not installed; CERT-E062, the journal is of another run.
        HostileInput: CERT-E061, the journal was altered.
        EvidenceMissing: CERT-E060, the engine stopped before the end.
    """
    require_engine(order.configuration.engine)
    requests, journal = read_requests(Path(order.requests)), Path(order.journal)
    held = read_journal(journal, order.header)
    if unanswered(requests, held, journal) == 0:
        return _nothing_to_do(len(held))
    final: Message | None = None
    with closing(_messages(order, max_seconds)) as messages:
        for message in messages:
            if message["event"] == "progress" and progress is not None:
                progress(Progress(*(message[name] for name in Progress._fields)))
            elif message["event"] == "done":
                final = message
    require_complete(requests, read_journal(journal, order.header), journal)
    if final is None:
        raise EvidenceMissing("CERT-E060", "the engine ended without a report", "", RESUME)
    return Telemetry.from_document(final["telemetry"])


def describe(
    model: Path,
    engine: str,
    *,
    device: str = "auto",
    dtype: str = "auto",
    prompt_style: str = "auto",
    system_prompt: str | None = None,
    sampling: Sampling | None = None,
    memory_limit: int | None = None,
) -> Described:
    """The configuration in which a model would be tested here; made before the plan, without loading weights.

    Args:
        model: staged folder of the model's runtime files.
        engine: hf, vllm or replay.
        device: auto, cpu or cuda.
        dtype: auto takes float32 on a CPU, bfloat16 on a GPU.
        prompt_style: auto takes the chat template where there is one, completion otherwise.
        system_prompt: text before every question.
        sampling: decoding; greedy when absent.
        memory_limit: most address space of the worker, bytes.

    Raises:
        UsageError: CERT-E010, the engine is not installed or has no such device or number format.
        EvidenceMissing: CERT-E060, the engine cannot read the model.
    """
    require_engine(engine)
    order = DescribeOrder(
        model=str(model),
        engine=engine,
        device=device,
        dtype=dtype,
        prompt_style=prompt_style,
        system_prompt=system_prompt,
        sampling=sampling or Sampling(temperature=0),
        memory_limit=memory_limit,
    )
    with closing(_messages(order)) as messages:
        for message in messages:
            if message["event"] == "described":
                return Described.from_document(message["described"])
    raise EvidenceMissing("CERT-E060", f"the {engine} engine could not describe {model}", "", "certify doctor")


def _messages(order: WorkOrder | DescribeOrder, max_seconds: float | None = None) -> Generator[Message, None, None]:
    """What the worker says, until it ends; its errors are raised here."""
    with tempfile.TemporaryDirectory(prefix="certify-worker-") as home, (Path(home) / "stderr").open("w+b") as talk:
        order_file = Path(home) / "order.json"
        order_file.write_bytes(_with_absolute_paths(order).to_bytes())
        environment = with_threads(scrubbed_environment(home, _device(order)), order.threads)
        with _worker(order_file, environment, talk, max_seconds) as process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            while line := process.stdout.readline(MAX_LINE):
                message = _message(line)
                if message["event"] == "error":
                    raise _raised(message, _kept_talk(order, talk))
                yield message
                if message["event"] in LAST_WORDS:
                    return  # whatever the engine still holds is ended with the worker
            status = process.wait()
        if status:
            raise _stopped(status, talk, _kept_talk(order, talk))


def _nothing_to_do(resumed: int) -> Telemetry:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Telemetry(started_at=now, finished_at=now, resumed=resumed)


def _device(order: WorkOrder | DescribeOrder) -> str:
    return order.configuration.device if isinstance(order, WorkOrder) else order.device


def _with_absolute_paths(order: WorkOrder | DescribeOrder) -> WorkOrder | DescribeOrder:
    """The worker runs in a folder of its own."""
    named = {name: getattr(order, name, None) for name in ("model", "requests", "journal", "recording")}
    return order.model_copy(update={name: str(Path(path).absolute()) for name, path in named.items() if path})


@contextmanager
def _worker(
    order_file: Path, environment: dict[str, str], talk: IO[bytes], max_seconds: float | None
) -> Iterator[subprocess.Popen[bytes]]:
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


def _message(line: bytes) -> Message:
    message = parse_json(line, name="a message of the worker", max_bytes=MAX_LINE)
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        raise HostileInput("CERT-E060", "the worker said something that is no message", "", "please report it")
    return message


def _raised(message: Message, kept: str) -> CertifyError:
    kind = getattr(errors, str(message.get("kind")), EvidenceMissing)
    known = kind if isinstance(kind, type) and issubclass(kind, CertifyError) else EvidenceMissing
    told = [str(message.get(name, "")) for name in ("code", "what", "why", "hint")]
    if told[0] == "CERT-E060" and not told[3]:
        told[2:] = [told[2] or kept, RESUME]
    return known(*told)


def _stopped(status: int, talk: IO[bytes], kept: str) -> EvidenceMissing:
    said = [line for line in _tail(talk, 2000).splitlines() if line.strip()]
    how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    last = said[-1][:300] if said else "it left no message; memory may have run out"
    return EvidenceMissing("CERT-E060", f"the engine stopped {how}: {last}", kept, RESUME)


def _kept_talk(order: WorkOrder | DescribeOrder, talk: IO[bytes]) -> str:
    """Saves what the engine said beside the journal and says where."""
    if isinstance(order, DescribeOrder) or not order.keep_log:
        return ""
    log = Path(order.journal).with_suffix(".log")
    log.write_text(_tail(talk, MAX_LINE), encoding="utf-8")
    return f"the answers so far are safe; what the engine said is in {log}"


def _tail(talk: IO[bytes], size: int) -> str:
    talk.seek(0, os.SEEK_END)
    talk.seek(max(0, talk.tell() - size))
    return talk.read().decode("utf-8", "replace")
