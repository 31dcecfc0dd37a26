"""One piece of work in two ways: by certify, journalled under lm-eval, and by a bare loop over the same engine."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from certify.engines.journal import read_journal
from certify.engines.order import JournalHeader, ServerOrder, WorkOrder, write_requests
from certify.engines.prompts import completion_prompt, stop_strings
from certify.engines.runner import answer, describe
from certify.evidence.answers import Completion, Request
from certify.evidence.model import Sampling, TestedConfiguration
from tests.bench.overhead.summary import Taken

ROOT = Path(__file__).resolve().parents[3]
THREADS = 1


class Work(NamedTuple):
    """The same requests for both sides."""

    model: Path
    requests: list[Request]
    configuration: TestedConfiguration
    batch_size: int
    server: ServerOrder | None = None


Side = Callable[[Work, Path], Taken]


def questions(count: int, max_tokens: int) -> list[Request]:
    """Sums, drawn once and for all."""
    drawn = random.Random(20261126)
    return [
        Request(
            check="fresh-reasoning",
            item=f"item-{n:05d}",
            repeat=0,
            seed=drawn.getrandbits(31),
            text=f"What is {drawn.randint(1, 999)} + {drawn.randint(1, 999)}?",
            max_tokens=max_tokens,
        )
        for n in range(count)
    ]


def work_on(
    model: Path, engine: str, requests: list[Request], batch_size: int, temperature: float, server: ServerOrder | None
) -> Work:
    """Work for an engine, with the configuration that it has here."""
    found = describe(model, engine, sampling=Sampling(temperature=temperature), server=server)
    return Work(model, requests, found.configuration, batch_size, server)


def order_of(work: Work, folder: Path) -> WorkOrder:
    """The order that has the work done by certify in a folder; its requests are written there."""
    write_requests(folder / "requests.jsonl", work.requests)
    return WorkOrder(
        model=str(work.model),
        configuration=work.configuration,
        requests=str(folder / "requests.jsonl"),
        journal=str(folder / "journal.jsonl"),
        header=JournalHeader.of("11" * 32, "22" * 32, work.configuration),
        batch_size=work.batch_size,
        threads=THREADS,
        server=work.server,
    )


def certify_side(work: Work, folder: Path) -> Taken:
    """The whole of what a run does with its questions: worker, harness, journal synced, read back and checked."""
    order = order_of(work, folder)
    started = time.perf_counter()
    telemetry = answer(order)
    whole = time.perf_counter() - started
    held = read_journal(Path(order.journal))
    return Taken(telemetry.seconds, whole, telemetry.tokens, [_said(held[one.key]) for one in work.requests])


def bare_generate(work: Work, folder: Path) -> Taken:
    """``transformers``' own loop on the same batches."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(work.model)
    prompts = {one.key: completion_prompt(one.text, None) for one in work.requests}
    order = sorted(prompts, key=lambda key: (-len(tokenizer.encode(prompts[key])), key))
    texts, size = [prompts[key] for key in order], work.batch_size
    job = {
        "model": str(work.model),
        "batches": [texts[start : start + size] for start in range(0, len(texts), size)],
        "max_tokens": work.requests[0].max_tokens,
        "temperature": work.configuration.sampling.temperature,
        "threads": THREADS,
        "seed": 1,
    }
    told, whole = _peer("bare_hf", job, folder)
    by_key = dict(zip(order, told["answers"], strict=True))
    answers = [by_key[one.key] for one in work.requests]
    return Taken(told["seconds"], whole, sum(map(len, answers)), answers)


def bare_vllm(work: Work, folder: Path) -> Taken:
    """vLLM's own ``generate`` on all requests at once, with the same seeds."""
    configuration = work.configuration
    job = {
        "model": str(work.model),
        "prompts": [completion_prompt(one.text, None) for one in work.requests],
        "seeds": [one.seed for one in work.requests],
        "max_tokens": work.requests[0].max_tokens,
        "temperature": configuration.sampling.temperature,
        "stop": list(stop_strings(configuration.prompt_style)),
        "batch_size": work.batch_size,
        "context_length": configuration.context_length,
        "dtype": configuration.dtype,
    }
    told, whole = _peer("bare_vllm", job, folder)
    return Taken(told["seconds"], whole, sum(map(len, told["answers"])), told["answers"])


def bare_client(work: Work, folder: Path) -> Taken:
    """Threads that post the same requests to the same server."""
    serving, sampling = work.configuration.serving, work.configuration.sampling
    assert serving is not None
    assert serving.endpoint is not None
    host, _, port = serving.endpoint.split("/")[2].partition(":")
    bodies = [
        {
            "model": serving.model,
            "prompt": completion_prompt(one.text, None),
            "max_tokens": one.max_tokens,
            "temperature": sampling.temperature,
            "top_p": 1.0,
            "seed": one.seed,
            "stop": list(stop_strings(work.configuration.prompt_style)),
        }
        for one in work.requests
    ]
    job = {"host": host, "port": int(port), "at_once": work.batch_size, "bodies": bodies}
    told, whole = _peer("bare_client", job, folder)
    return Taken(told["seconds"], whole, len(told["answers"]), told["answers"])


def _peer(name: str, job: dict[str, Any], folder: Path) -> tuple[dict[str, Any], float]:
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    threads = {"OMP_NUM_THREADS": str(THREADS), "MKL_NUM_THREADS": str(THREADS), "HF_HUB_OFFLINE": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.overhead.{name}", str(folder / "job.json")],
        check=True, capture_output=True, text=True, cwd=ROOT, env=os.environ | threads,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1]), time.perf_counter() - started


def _said(completion: Completion) -> Any:
    return list(completion.token_ids) if completion.reported is None else completion.text
