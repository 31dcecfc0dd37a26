"""``python -m tests.bench --only resume``: what is asked again when a run is killed halfway and started again.

A server in this process takes a fixed time for each answer and keeps every request it gets. A run is killed by signal 9
once half of its answers are given, and started again. Beside it the stock harness with its cache on: same questions,
repeats and temperature.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from certify.engines.journal import read_journal
from certify.engines.order import ServerOrder
from certify.engines.prompts import completion_prompt
from tests.bench.overhead.pairs import ROOT, order_of, questions, work_on
from tests.bench.overhead.tables import DEMO
from tests.fakes.openai_server import World, answering

AT_ONCE, SECONDS, REPEATS = 16, 0.05, 4
Asked = tuple[str, int]
"""Prompt and seed of a request."""


class Resumed(NamedTuple):
    """What became of one run that was killed and started again."""

    wanted: int
    """Answers of the whole run."""
    before: int
    """Requests that the server had got when the run was killed."""
    after: int
    """Requests that it got afterwards."""
    again: int | None
    """Requests of the second run for answers that were on record; None where no record tells."""
    distinct: int
    """Different answers at the end; a server that draws gives as many as are wanted."""
    seconds: float
    """Of the second run, from start to end of its process."""
    whole: float
    """Of a run that nobody interrupted."""


def print_resume(questions_asked: int) -> None:
    """Prints the table.

    Args:
        questions_asked: questions, each with four repeats.
    """
    print(f"\nresume: {REPEATS} repeats, {SECONDS * 1e3:.0f} ms an answer, {AT_ONCE} in flight, killed at half\n")
    print(
        "| run | answers | asked before the kill | asked after | asked ÷ answers | on record, asked again "
        "| different answers | second run ÷ whole run | left to ask |\n|---|---|---|---|---|---|---|---|---|"
    )
    print(row_of("certify, openai", _certify(questions_asked)), flush=True)
    if find_spec("tenacity") is None:
        print("| lm-eval local-completions: not run, `lm-eval[api]` is not installed |")
        return
    for name, decoding in (("", {}), (", `do_sample: true`", {"do_sample": True})):
        found = _stock(questions_asked, decoding)
        print(row_of(f"lm-eval {version('lm_eval')} local-completions, cache on{name}", found), flush=True)


def row_of(name: str, found: Resumed) -> str:
    """The row as Markdown."""
    left, asked = max(found.wanted - found.before, 0) / found.wanted, (found.before + found.after) / found.wanted
    again = "–" if found.again is None else str(found.again)
    return (
        f"| {name} | {found.wanted} | {found.before} | {found.after} | {asked:.2f} | {again} "
        f"| {found.distinct} | {found.seconds / found.whole:.2f} | {left:.2f} |"
    )


def asked_again(after: Sequence[Asked], on_record: Sequence[Asked]) -> int:
    """How many requests ask for what was on record already."""
    held = set(on_record)
    return sum(one in held for one in after)


def _certify(count: int) -> Resumed:
    asked = [
        one.model_copy(update={"repeat": repeat, "seed": one.seed + repeat})
        for one in questions(count, 96)
        for repeat in range(REPEATS)
    ]
    with tempfile.TemporaryDirectory() as folder, answering(world := World(delay=SECONDS)) as url:
        work = work_on(DEMO, "openai", asked, AT_ONCE, 1.0, ServerOrder(endpoint=url))

        def job(name: str) -> tuple[list[str], Path]:
            home = Path(folder) / name
            home.mkdir(exist_ok=True)
            order = order_of(work, home)
            (home / "order.json").write_bytes(order.to_bytes())
            return ["run_order", str(home / "order.json")], Path(order.journal)

        arguments, _ = job("whole")
        whole = _seconds(arguments)
        world.requests.clear()
        arguments, journal = job("killed")
        _killed(arguments, world, len(asked) // 2)
        before, kept = len(world.requests), read_journal(journal)
        seconds = _seconds(arguments)
        after = [(one["prompt"], one["seed"]) for one in world.requests[before:]]
        on_record = [(completion_prompt(one.text), one.seed) for one in asked if one.key in kept]
        said = read_journal(journal)
        distinct = len({(one.item, said[one.key].text) for one in asked})
    return Resumed(len(asked), before, len(after), asked_again(after, on_record), distinct, seconds, whole)


def _stock(count: int, decoding: dict[str, Any]) -> Resumed:
    prompts = [completion_prompt(one.text) for one in questions(count, 96)]
    wanted = count * REPEATS
    with tempfile.TemporaryDirectory() as folder, answering(world := World(delay=SECONDS)) as url:

        def job(name: str) -> list[str]:
            file = Path(folder) / f"{name}.json"
            settings = {"url": url, "model": world.model, "at_once": AT_ONCE, "repeats": REPEATS, "prompts": prompts}
            file.write_text(json.dumps(settings | {"decoding": decoding, "cache": str(Path(folder) / name)}))
            return ["stock_run", str(file)]

        whole = _seconds(job("whole"))
        world.requests.clear()
        _killed(job("killed"), world, wanted // 2)
        before = len(world.requests)
        started = time.perf_counter()
        answers = json.loads(_run(job("killed")).splitlines()[-1])
        seconds = time.perf_counter() - started
        after = len(world.requests) - before
    distinct = sum(len(set(one)) for one in answers)
    return Resumed(wanted, before, after, None, distinct, seconds, whole)


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.overhead.{arguments[0]}", *arguments[1:]]


def _run(arguments: Sequence[str]) -> str:
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(_command(arguments), capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _seconds(arguments: Sequence[str]) -> float:
    started = time.perf_counter()
    _run(arguments)
    return time.perf_counter() - started


def _killed(arguments: Sequence[str], world: World, answers: int) -> None:
    """Starts a run and kills it once the server has given so many answers; waits until nothing asks any more."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(_command(arguments), cwd=ROOT, env=os.environ | {"HF_HUB_OFFLINE": "1"}, **quiet)
    _until(lambda: len(world.requests) - world.at_once >= answers or running.poll() is not None)
    assert running.poll() is None, "it ended by itself"
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    _until(lambda: world.at_once == 0)
    time.sleep(1)  # its worker notices that it is alone


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not reached():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.01)
