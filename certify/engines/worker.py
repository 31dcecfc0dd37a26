"""The process that runs a model: ``python -m certify.engines.worker ORDER.json``.

It holds no key, sees no right answer and reaches no network. What it has to say goes to standard output, one
JSON object a line: ``loaded``, ``progress``, then ``done``, ``described`` or ``error``; an encoder says ``encoder``
once and ``vectors`` for every line of texts on its standard input.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pydantic import TypeAdapter

from certify.engines.backend import Backend, Order, open_backend
from certify.engines.board import BoardMeter
from certify.engines.connection import Route
from certify.engines.order import AnyOrder, Described, DescribeOrder, EmbedOrder, Telemetry, WorkOrder, read_requests
from certify.engines.processes import peak_memory
from certify.engines.sandbox import die_with_parent, do_without, limit_memory, refuse_network
from certify.engines.shortage import shortage
from certify.errors import CertifyError, EvidenceMissing
from certify.evidence.answers import Completion, FinishReason
from certify.evidence.canonical import parse_json

Say = Callable[[dict[str, Any]], None]
KEY_SECONDS = 30.0
ADDED = ("sampling_suggested", "batch_invariant")
"""What earlier plans did not say of a configuration; absent there, it claims nothing."""


def main(arguments: Sequence[str]) -> int:
    """Carries out the order named on the command line; gives the exit status."""
    say = _speaker()
    told = die_with_parent()
    try:
        order: WorkOrder | DescribeOrder | EmbedOrder = TypeAdapter(AnyOrder).validate_python(
            parse_json(Path(arguments[0]).read_bytes(), name="the work order")
        )
        limit_memory(order.memory_limit)
        route = None if isinstance(order, EmbedOrder) else _route(order, told)
        refuse_network(() if route is None else route.addresses)
        do_without("sklearn")  # transformers takes it for assisted generation, a second of each start
        if isinstance(order, EmbedOrder):
            from certify.engines.encoder import serve

            serve(order, told, say)
        elif isinstance(order, DescribeOrder):
            _describe(order, route, say)
        else:
            _answer(order, route, say)
    except CertifyError as error:
        say(_told(error))
        return 1
    except Exception as error:
        traceback.print_exc()
        say(_told(_stopped(error)))
        return 1
    return 0


def _route(order: WorkOrder | DescribeOrder, told: SimpleQueue[bytes]) -> Route | None:
    """The way to the one server that the order names; looked up while names may still be."""
    if order.server is None or order.server.endpoint is None:
        return None
    from certify.engines.openai import route_to

    key = told.get(timeout=KEY_SECONDS).decode().rstrip("\n") if order.server.keyed else None
    return route_to(order.server, key)


def _describe(order: DescribeOrder, route: Route | None, say: Say) -> None:
    with _opened(order, route) as backend:
        described = Described(configuration=backend.configuration, facts=backend.facts())
        say({"event": "described", "described": described.document()})


@contextmanager
def _opened(order: Order, route: Route | None) -> Iterator[Backend]:
    """The engine of an order; a server that it started has ended when the block ends."""
    backend = open_backend(order, route)
    try:
        yield backend
    finally:
        close = getattr(backend, "close", None)
        if close is not None:
            close()


def _answer(order: WorkOrder, route: Route | None, say: Say) -> None:
    from certify.engines.episodes import most_turns
    from certify.engines.harness import run
    from certify.engines.journal import Journal

    started_at, started = _now(), time.monotonic()
    requests = read_requests(Path(order.requests))
    with Journal.open(Path(order.journal), order.header) as journal, _opened(order, route) as backend:
        resumed = len(journal.completions())
        _require_configuration(order, backend)
        loaded = time.monotonic()
        say({"event": "loaded", "seconds": round(loaded - started, 3)})
        tally = _Tally(say, resumed, sum(map(most_turns, requests)), loaded)
        meter = None if _elsewhere(order) else BoardMeter.start(order.configuration.device)
        run(backend, journal, [one for one in requests if one.given is None], tally.committed, tally.failed)
        answering = time.monotonic() - loaded  # what is measured is answering: given texts are read after it
        memory = 0 if _elsewhere(order) else peak_memory(os.getpid())
        board = {"joules": meter.joules(), "gpu_memory": meter.memory(), "driver": meter.driver()} if meter else {}
        run(backend, journal, [one for one in requests if one.given is not None], tally.committed, tally.failed)
        telemetry = tally.telemetry(started_at, loaded - started, answering, memory)
        telemetry = telemetry.model_copy(update={"attention": backend.attention(), **board})
    say({"event": "done", "telemetry": telemetry.document()})


def _elsewhere(order: WorkOrder) -> bool:
    """Whether a server answers that was there before: memory and boards of this machine tell nothing of it."""
    return order.server is not None and order.server.endpoint is not None


class _Tally:
    """Counts what this run answers and says so."""

    def __init__(self, say: Say, resumed: int, total: int, loaded: float) -> None:
        self._say, self._resumed, self._total, self._loaded = say, resumed, total, loaded
        self._answered = self._scored = self._tokens = self._prompt_tokens = self._truncated = 0
        self._failures = Counter[str]()

    def committed(self, batch: Sequence[Completion]) -> None:
        """Takes note of a batch that is safe."""
        given = sum(one.logprobs is not None for one in batch)
        self._scored += given
        self._answered += len(batch) - given
        self._tokens += sum(one.tokens for one in batch)
        self._prompt_tokens += sum(one.read_tokens for one in batch)
        self._truncated += sum(one.finish_reason is FinishReason.LENGTH for one in batch)
        self._say(
            {
                "event": "progress",
                "done": self._resumed + self._answered + self._scored,
                "total": self._total,
                "tokens": self._tokens,
                "seconds": round(time.monotonic() - self._loaded, 3),
            }
        )

    def failed(self, trouble: str) -> None:
        """Takes note of a question without an answer."""
        self._failures[trouble] += 1

    def telemetry(self, started_at: str, load_seconds: float, answering: float, memory: int) -> Telemetry:
        """The run in numbers; ``answering`` is the time before any given text was read, ``memory`` the peak, bytes."""
        return Telemetry(
            started_at=started_at,
            finished_at=_now(),
            seconds=round(answering, 3),
            scored=self._scored,
            scoring_seconds=round(time.monotonic() - self._loaded - answering, 3) if self._scored else 0.0,
            load_seconds=round(load_seconds, 3),
            answered=self._answered,
            resumed=self._resumed,
            prompt_tokens=self._prompt_tokens,
            tokens=self._tokens,
            truncated=self._truncated,
            failures=dict(sorted(self._failures.items())),
            peak_memory=memory,
        )


def _require_configuration(order: WorkOrder, backend: Backend) -> None:
    wanted = order.configuration
    unsaid = [name for name in ADDED if getattr(wanted, name) is None]
    found = backend.configuration.model_copy(update=dict.fromkeys(unsaid))
    if wanted == found:
        return
    differing = [name for name in type(wanted).model_fields if getattr(wanted, name) != getattr(found, name)]
    raise EvidenceMissing(
        "CERT-E062",
        f"the engine does not run in the planned configuration: {', '.join(differing)} differ",
        "a certificate speaks of the planned configuration alone",
        "make a new plan on this machine, or run where the plan was made",
    )


def _stopped(error: Exception) -> EvidenceMissing:
    first = str(error).strip().splitlines() or [""]
    short = shortage(f"{type(error).__name__} {error}")
    return EvidenceMissing("CERT-E060", f"the engine stopped: {type(error).__name__}: {first[0][:500]}", *short or ())


def _speaker() -> Say:
    """Says a JSON line on the real standard output; whatever a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def say(message: dict[str, Any]) -> None:
        out.write(json.dumps(message, ensure_ascii=True) + "\n")

    return say


def _told(error: CertifyError) -> dict[str, Any]:
    return {
        "event": "error",
        "kind": type(error).__name__,
        "code": error.code,
        "what": error.what,
        "why": error.why,
        "hint": error.hint,
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(status)  # an engine that waits for its own children must not keep us; the parent ends them
