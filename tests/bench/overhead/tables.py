"""``python -m tests.bench --only overhead``: what certify adds to the engine that it drives.

Both sides answer the same requests in turn, and the ratio of each pair is taken, so that other work on the machine
falls on both. Every second pair is asked in the other order.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from certify.engines.order import ServerOrder
from tests.bench.overhead.pairs import (
    Side,
    Work,
    bare_client,
    bare_generate,
    bare_vllm,
    certify_side,
    questions,
    work_on,
)
from tests.bench.overhead.summary import Pair, row_of, summary_of
from tests.fakes import openai_server

DEMO = Path(__file__).resolve().parents[3] / "certify" / "demo" / "models" / "honest"
GOAL = 1.03


def print_overhead(
    rounds: int, answers: int, endpoint: str | None = None, engines: Sequence[str] = ("hf", "openai")
) -> None:
    """Prints the table.

    Args:
        rounds: pairs of each row.
        answers: requests of each round.
        endpoint: a server that serves the demo's honest model, for a row with a real one.
        engines: whose rows; a real server's is printed wherever one is named.
    """
    print(f"\noverhead: {', '.join(f'{name} {version(name)}' for name in ('torch', 'transformers', 'lm_eval'))}")
    print(f"{answers} requests a round, goal {GOAL:.2f}\n")
    print(
        "| the same requests | median of pairs | quartiles | added an answer | with start-up | the same answers |\n"
        "|---|---|---|---|---|---|"
    )
    asked = questions(answers, 96)
    for temperature, name in ((0.0, "hf, greedy ÷ generate()"), (1.0, "hf, temperature 1 ÷ generate(), a token")):
        if "hf" in engines:
            work = work_on(DEMO, "hf", asked, 32, temperature, None)
            _print_row(name, work, bare_generate, rounds)
    if "vllm" in engines:
        _print_row("vllm ÷ LLM.generate()", work_on(DEMO, "vllm", asked, 64, 1.0, None), bare_vllm, rounds)
    for milliseconds in (0, 50, 500) if "openai" in engines else ():
        count = answers if milliseconds < 500 else max(32, answers // 4)
        with fake_server(milliseconds / 1000) as url:
            work = work_on(DEMO, "openai", asked[:count], 16, 1.0, ServerOrder(endpoint=url))
            _print_row(f"openai, a server that takes {milliseconds} ms ÷ bare client", work, bare_client, rounds)
    if endpoint is not None:
        work = work_on(DEMO, "openai", asked, 16, 1.0, ServerOrder(endpoint=endpoint))
        serving = work.configuration.serving
        _print_row(f"openai, {serving.software if serving else ''} ÷ bare client", work, bare_client, rounds)


def _print_row(name: str, work: Work, peer: Side, rounds: int) -> None:
    pairs = [_pair(work, peer, turn % 2 == 1) for turn in range(rounds + 1)][1:]
    by_token = peer is bare_generate and work.configuration.sampling.temperature > 0  # each side draws for itself
    print(row_of(name, summary_of(pairs, by_token=by_token)), flush=True)


def _pair(work: Work, peer: Side, peer_first: bool) -> Pair:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        if peer_first:
            bare = peer(work, Path(other))
            return certify_side(work, Path(one)), bare
        return certify_side(work, Path(one)), peer(work, Path(other))


@contextmanager
def fake_server(delay: float) -> Iterator[str]:
    """A server in a process of its own that takes so many seconds for each answer; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, openai_server.__file__, "--port", str(port), "--delay", str(delay)]
    process, url = subprocess.Popen(command), f"http://127.0.0.1:{port}/v1"
    try:
        for _ in range(600):
            with suppress(OSError), urllib.request.urlopen(f"{url}/models"):
                break
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()
