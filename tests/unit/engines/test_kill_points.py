"""Killed with signal 9 at any byte of the journal, on every engine: nothing is repeated and nothing changes."""

from __future__ import annotations

import os
import random
import signal
import traceback
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.engines import journal as journal_module
from certify.engines.harness import run
from certify.engines.journal import Journal, read_journal, read_scores
from certify.engines.journal_lines import read_lines
from certify.engines.order import WorkOrder
from certify.engines.scoring import scored
from certify.evidence.answers import Request
from certify.evidence.model import ServerApi

from .conftest import make_episodes, make_given
from .test_contract import Engine, engine, fake_vllm  # noqa: F401 - fixtures
from .test_scoring import TEXTS, opened

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
SECONDS = 300
IN_ORDER = ("replay", "hf")
"""Engines whose journal is the same to the byte; others write answers as they end, or call in other batches."""


def mixed(items: int, repeats: int = 1) -> list[Request]:
    """Conversations, single questions and given texts."""
    given = [(one.context, one.text) for one in TEXTS[:items]]
    return [*make_episodes(items, repeats), *make_given(given, repeats, moments=True)]


def finish(engine: Engine, order: WorkOrder, requests: list[Request]) -> None:  # noqa: F811
    """Answers and scores what the journal lacks."""
    backend = opened(engine, order) if engine.name != "replay" else replaying(engine, order)
    with Journal.open(Path(order.journal), order.header) as journal:
        run(backend, journal, requests)
        if scores(engine):
            scored(backend, journal, TEXTS)


def replaying(engine: Engine, order: WorkOrder):  # noqa: F811
    answers, told = engine.open(order), opened(engine, order)
    told._answer = answers._answer  # type: ignore[attr-defined]
    return told


def scores(engine: Engine) -> bool:  # noqa: F811
    serving = engine.configuration.serving
    return serving is None or serving.api is not ServerApi.CHAT


def killed(engine: Engine, order: WorkOrder, requests: list[Request], cut: int) -> int:  # noqa: F811
    """Has a process of its own go on with a run, and die once it has written so many bytes; gives how it ended."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    try:
        signal.alarm(SECONDS)
        left, real = [cut], journal_module._write_all

        def write(descriptor: int, data: bytes) -> None:
            real(descriptor, data[: left[0]])
            left[0] -= len(data)
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

        journal_module._write_all = write
        finish(engine, order, requests)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)


def kept(order: WorkOrder) -> dict:
    return {**read_journal(Path(order.journal)), **read_scores(Path(order.journal))}


def evidence(order: WorkOrder) -> list[bytes]:
    return sorted(one.to_bytes() for one in kept(order).values())


def killed_at_random(engine: Engine, folder: Path, requests: list[Request], points: int, seed: int) -> None:  # noqa: F811
    whole = engine.order(requests, batch_size=3)
    finish(engine, whole, requests)
    engine.folder, draw = folder, random.Random(seed)
    order, journal = engine.order(requests, batch_size=3), Path(folder / "journal.jsonl")
    size = Path(whole.journal).stat().st_size
    for place in sorted(draw.sample(range(1, 9 * size // 10), points)):
        held, before = kept(order), committed(journal)
        assert killed(engine, order, requests, max(1, place - len(before))) == -signal.SIGKILL
        now = kept(order)
        assert now.items() >= held.items(), "a committed entry changed"
        assert journal.read_bytes().startswith(before)
    finish(engine, order, requests)
    assert evidence(order) == evidence(whole)
    assert journal.read_bytes().count(b"\n") == 1 + len(kept(order)), "something is there twice"
    if engine.name in IN_ORDER:
        assert journal.read_bytes() == Path(whole.journal).read_bytes()


def committed(journal: Path) -> bytes:
    """The whole batches at the start of a journal."""
    if not journal.exists():
        return b""
    with journal.open("rb") as file:
        return journal.read_bytes()[: read_lines(file, journal).size]


def test_killed_anywhere_nothing_is_repeated_and_nothing_changes(engine: Engine, tmp_path: Path) -> None:  # noqa: F811
    killed_at_random(engine, tmp_path / "killed", mixed(4), 3, 11)


@pytest.mark.slow  # sixty processes an engine, each killed
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_many_points(engine: Engine, tmp_path: Path, seed: int) -> None:  # noqa: F811
    killed_at_random(engine, tmp_path / "killed", mixed(12, repeats=2), 20, seed)
