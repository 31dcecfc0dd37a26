"""Writers killed at any moment: nothing acknowledged is lost, nothing is missing, and no history forks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from certify_registry import Registry, connect, found
from certify_registry.log import tree
from tests.fakes import logged_statements as made
from tests.fakes.faults.writer import LOG_KEY, SIGNER, told
from tests.fakes.postgres import Cluster, postgres

__all__ = ["postgres"]
ROOT = Path(__file__).resolve().parents[4]


class Writers:
    """Starts writers and kills them."""

    def __init__(self, place: dict[str, Any], home: Path) -> None:
        self._place, self.told = place, home / "told"
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'registry'}"}
        command = [sys.executable, "-m", "tests.fakes.faults.writer"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT
        )
        self._started = 0

    def start(self) -> int:
        """A new writer, which is at work when it has been told something."""
        self._started += 1
        known = len(told(self.told))
        pid = int(self._ask(place=self._place, start=self._started * 10**6, clients=8, told=str(self.told)))
        deadline = time.monotonic() + 60
        while len(told(self.told)) == known:
            assert time.monotonic() < deadline, "the writer does not come to work"
            time.sleep(0.005)
        return pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self._ask(reap=pid)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _ask(self, **request: Any) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@pytest.fixture
def embedded(home: Path) -> dict[str, Any]:
    return {"address": str(home / "r")}


@pytest.fixture
def served(home: Path, postgres: Cluster) -> dict[str, Any]:
    return {"address": postgres.create_database(), "objects": str(home / "objects")}


@pytest.fixture
def writers(home: Path, request: pytest.FixtureRequest) -> Iterator[Writers]:
    place = request.getfixturevalue(request.param)
    with found(place["address"], "localhost/killed", LOG_KEY, objects=place.get("objects")) as registry:
        registry.enroll(SIGNER.public_pem, "A", "evaluator")
    made_writers = Writers(place, home)
    yield made_writers
    made_writers.close()


def opened(writers: Writers) -> Registry:
    return connect(writers._place["address"], LOG_KEY, objects=writers._place.get("objects"))


def check(writers: Writers, since: int = 0) -> int:
    """Everything that was acknowledged is there; returns how much that is."""
    acknowledged = told(writers.told)
    with opened(writers) as registry:
        for number, index, size, _ in acknowledged[since:]:
            (row,) = registry.entries(index, index + 1)
            assert row.payload_sha256 == made.payload_of(made.note(number, SIGNER)), "an acknowledged entry is lost"
            assert index < size <= registry.size
    return len(acknowledged)


def check_whole(writers: Writers) -> None:
    """No gap, no fork: every checkpoint that anybody was given is a prefix of the log as it is now."""
    heads = {(size, root) for _, _, size, root in told(writers.told)}
    with opened(writers) as registry:
        assert [row.log_index for row in registry.entries(0, registry.size)] == list(range(registry.size))
        with registry.database.read() as connection:
            for size, root in sorted(heads):
                assert tree.root_at(connection, size) == root, f"two histories of {size} entries were signed"
        assert registry.fsck(made.NOW) == ()


def killed(writers: Writers, times: int, seed: int, together: int = 1) -> None:
    random, checked = Random(seed), 0
    running = [writers.start() for _ in range(together)]
    for _ in range(times):
        time.sleep(random.expovariate(1 / 0.03))
        victim = running.pop(random.randrange(len(running)))
        writers.kill(victim)
        if together == 1:
            checked = check(writers, checked)
        running.append(writers.start())
    for pid in running:
        writers.kill(pid)
    check(writers)
    check_whole(writers)


@pytest.mark.parametrize("writers", ["embedded", "served"], indirect=True)
def test_writers_killed_lose_nothing_they_acknowledged(writers: Writers) -> None:
    killed(writers, times=5, seed=1)


@pytest.mark.slow  # 1,000 kills take some minutes
@pytest.mark.parametrize("writers", ["embedded"], indirect=True)
def test_five_hundred_kills_of_an_embedded_writer(writers: Writers) -> None:
    killed(writers, times=500, seed=2)


@pytest.mark.slow  # 1,000 kills take some minutes
@pytest.mark.parametrize("writers", ["served"], indirect=True)
def test_five_hundred_kills_among_two_servers_one_of_which_leads(writers: Writers) -> None:
    killed(writers, times=500, seed=3, together=2)


def test_what_writers_were_told_is_read_up_to_the_last_whole_line() -> None:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(f"1 0 1 {'00' * 32}\n2 1 2 {'00' * 31}")
        file.flush()
        assert told(Path(file.name)) == [(1, 0, 1, bytes(32))]
