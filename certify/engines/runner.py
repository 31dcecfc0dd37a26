"""Runs a worker and listens to it; the process that calls this holds the keys and imports no engine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from certify.engines.installed import require_engine
from certify.engines.journal import read_journal, require_complete, unanswered
from certify.engines.order import Described, DescribeOrder, Progress, ServerOrder, Telemetry, WorkOrder, read_requests
from certify.engines.process import MAX_LINE, Message, raised, read_message, stopped, tail, worker_process
from certify.engines.sandbox import scrubbed_environment, with_threads
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.model import Sampling

LAST_WORDS = ("done", "described")
RESUME = "give the same command again: it asks only what is missing"

Listener = Callable[[Progress], None]


def answer(
    order: WorkOrder,
    *,
    progress: Listener | None = None,
    max_seconds: float | None = None,
    key: str | None = None,
) -> Telemetry:
    """Has every request of an order answered into its journal, and gives the run in numbers.

    What the journal already holds is not asked again, so a second call after any interruption goes on where
    the first stopped.

    Args:
        order: what to ask whom.
        progress: told after each committed batch.
        max_seconds: the worker is stopped after this time; the journal stays valid.
        key: what a server wants to see; told to the worker, stored nowhere.

    Raises:
        UsageError: CERT-E010, the engine is not installed; CERT-E062, the journal is of another run.
        HostileInput: CERT-E061, the journal was altered.
        EvidenceMissing: CERT-E060, the engine stopped before the end.
    """
    require_engine(order.configuration.engine)
    requests, journal = read_requests(Path(order.requests)), Path(order.journal)
    held = read_journal(journal, order.header)
    reasoning = order.configuration.reasoning
    if unanswered(requests, held, journal, reasoning) == 0:
        return _nothing_to_do(len(held))
    final: Message | None = None
    order = order.model_copy(update={"server": _keyed(order.server, key)})
    with closing(_messages(order, max_seconds, key)) as messages:
        for message in messages:
            if message["event"] == "progress" and progress is not None:
                progress(Progress(*(message[name] for name in Progress._fields)))
            elif message["event"] == "done":
                final = message
    require_complete(requests, read_journal(journal, order.header), journal, reasoning)
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
    server: ServerOrder | None = None,
    key: str | None = None,
    tensor_parallel: int = 1,
    batch_invariant: bool = False,
    context_length: int | None = None,
) -> Described:
    """The configuration in which a model would be tested here; made before the plan, without loading weights.

    Args:
        model: staged folder of the model's runtime files.
        engine: hf, vllm, openai, llamacpp or replay.
        device: auto, cpu or cuda.
        dtype: auto takes float32 on a CPU, bfloat16 on a GPU.
        prompt_style: auto takes the chat template where there is one, completion otherwise.
        system_prompt: text before every question.
        sampling: decoding; when absent as the model's own files ask, greedy where they ask for none.
        memory_limit: most address space of the worker, bytes.
        server: who answers, for the engines openai and llamacpp.
        key: what the server wants to see; told to the worker, stored nowhere.
        tensor_parallel: for vllm, GPUs that share each layer's weights.
        batch_invariant: for vllm, whether answers must not depend on what runs beside them.
        context_length: longest prompt and answer together, tokens; what the model reads when absent.

    Raises:
        UsageError: CERT-E010, the engine is not installed, or has no such device, number format, context length or
            mode on this machine.
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
        sampling=sampling,
        memory_limit=memory_limit,
        server=_keyed(server, key),
        tensor_parallel=tensor_parallel,
        batch_invariant=batch_invariant,
        context_length=context_length,
    )
    with closing(_messages(order, key=key)) as messages:
        for message in messages:
            if message["event"] == "described":
                return _invariant(Described.from_document(message["described"]))
    raise EvidenceMissing("CERT-E060", f"the {engine} engine could not describe {model}", "", "certify doctor")


def _invariant(described: Described) -> Described:
    """What was described, where it can be so: vLLM 0.32 starts in this mode on a processor and fails at its work."""
    configuration = described.configuration
    if configuration.batch_invariant and configuration.device == "cpu":
        raise UsageError(
            "CERT-E010",
            "on a processor vLLM has no answers that are independent of what runs beside them",
            "the mode is one of its kernels for GPUs",
            "leave --batch-invariant out, or test on a GPU",
        )
    return described


def _keyed(server: ServerOrder | None, key: str | None) -> ServerOrder | None:
    return None if server is None else server.model_copy(update={"keyed": key is not None})


def _messages(
    order: WorkOrder | DescribeOrder, max_seconds: float | None = None, key: str | None = None
) -> Generator[Message, None, None]:
    """What the worker says, until it ends; its errors are raised here."""
    with tempfile.TemporaryDirectory(prefix="certify-worker-") as home, (Path(home) / "stderr").open("w+b") as talk:
        order_file = Path(home) / "order.json"
        order_file.write_bytes(_with_absolute_paths(order).to_bytes())
        environment = with_threads(scrubbed_environment(home, _device(order)), order.threads)
        with worker_process(order_file, environment, talk, max_seconds) as process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            if key is not None and process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.write(key.encode() + b"\n")
                    process.stdin.flush()
            while line := process.stdout.readline(MAX_LINE):
                message = read_message(line)
                if message["event"] == "error":
                    raise raised(message, _kept_talk(order, talk), RESUME, talk)
                yield message
                if message["event"] in LAST_WORDS:
                    return  # whatever the engine still holds is ended with the worker
            status = process.wait()
        if status:
            raise stopped(status, talk, _kept_talk(order, talk), RESUME)


def _nothing_to_do(resumed: int) -> Telemetry:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Telemetry(started_at=now, finished_at=now, resumed=resumed)


def _device(order: WorkOrder | DescribeOrder) -> str:
    return order.configuration.device if isinstance(order, WorkOrder) else order.device


def _with_absolute_paths(order: WorkOrder | DescribeOrder) -> WorkOrder | DescribeOrder:
    """The worker runs in a folder of its own."""
    named = {name: getattr(order, name, None) for name in ("model", "requests", "journal", "recording")}
    return order.model_copy(update={name: str(Path(path).absolute()) for name, path in named.items() if path})


def _kept_talk(order: WorkOrder | DescribeOrder, talk: IO[bytes]) -> str:
    """Saves what the engine said beside the journal and says where."""
    if isinstance(order, DescribeOrder) or not order.keep_log:
        return ""
    log = Path(order.journal).with_suffix(".log")
    log.write_text(tail(talk, MAX_LINE), encoding="utf-8")
    return f"the answers so far are safe; what the engine said is in {log}"
