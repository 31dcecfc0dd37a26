"""PostgreSQL stopped as if its processes were killed, again and again, under servers that append."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from certify.errors import CertifyError, RegistryError
from certify_registry import connect, found
from certify_registry.inbox import InboxAppender
from certify_registry.log import tree
from certify_registry.log.log import check_head
from tests.fakes import logged_statements as made
from tests.fakes.faults.writer import LOG_KEY, SIGNER
from tests.fakes.postgres import Cluster, postgres_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of its own: the others would not like it to be stopped."""
    with postgres_cluster() as made_cluster:
        yield made_cluster


def stopped_under_load(cluster: Cluster, home: Path, times: int, seed: int) -> None:
    address, random = cluster.create_database(), Random(seed)
    registry = found(address, "localhost/stopped", LOG_KEY, objects=home / "objects")
    registry.enroll(SIGNER.public_pem, "A", "evaluator")
    appenders = [InboxAppender(registry, lambda: made.NOW), InboxAppender(registry, lambda: made.NOW)]
    acknowledged: dict[int, int] = {}
    codes: set[str] = set()
    stop, numbers, lock = threading.Event(), iter(range(10**6)), threading.Lock()

    def client(appender: InboxAppender) -> None:
        while not stop.is_set():
            with lock:
                number = next(numbers)
            try:
                answer = appender.submit(made.note(number, SIGNER)).result(timeout=60)
            except CertifyError as error:
                codes.add(error.code)
                time.sleep(0.01)
            else:
                acknowledged[number] = answer.index

    threads = [threading.Thread(target=client, args=(appenders[place % 2],)) for place in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(times):
        known, deadline = len(acknowledged), time.monotonic() + 60
        while len(acknowledged) < known + 5:
            assert time.monotonic() < deadline, f"nothing is acknowledged any more: {codes}"
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        cluster.stop("immediate")
        cluster.start()
    stop.set()
    for thread in threads:
        thread.join()
    for appender in appenders:
        appender.close()
    registry.close()
    assert codes <= {"CERT-E600"}, "whoever waits is told that the server is away"
    with connect(address, LOG_KEY, objects=home / "objects") as again:
        for number, index in acknowledged.items():
            (row,) = again.entries(index, index + 1)
            assert row.payload_sha256 == made.payload_of(made.note(number, SIGNER))
        assert [row.log_index for row in again.entries(0, again.size)] == list(range(again.size))
        assert again.fsck(made.NOW) == ()


def test_a_server_stopped_at_once_loses_nothing_it_acknowledged(cluster: Cluster, home: Path) -> None:
    stopped_under_load(cluster, home, times=2, seed=1)


@pytest.mark.slow  # the server starts forty times
def test_a_server_stopped_forty_times_loses_nothing_it_acknowledged(cluster: Cluster, home: Path) -> None:
    stopped_under_load(cluster, home, times=40, seed=2)


def test_a_server_that_is_away_is_told_plainly(cluster: Cluster, home: Path) -> None:
    address = cluster.create_database()
    with found(address, "localhost/away", LOG_KEY, objects=home / "objects") as registry:
        cluster.stop("fast")
        try:
            for ask in (registry.checkpoint, lambda: connect(address, LOG_KEY, objects=home / "objects")):
                with pytest.raises(RegistryError) as caught:
                    ask()
                assert caught.value.code == "CERT-E600"
        finally:
            cluster.start()
        with registry.database.read() as connection:
            check_head(tree.read_head(connection), registry._log.key)
