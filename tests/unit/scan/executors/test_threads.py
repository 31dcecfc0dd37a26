"""The report is the same whoever scans which shard when, and whatever was noted before."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certify.errors import HostileInput, InternalError, UsageError
from certify.scan import work
from certify.scan.executors.threads import ThreadExecutor
from certify.scan.scanner import scan
from certify.scan.shards import find_shards

SLOWLY = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


class Shuffled:
    """Scans in an order of its own, one shard after the other."""

    def __init__(self, seed):
        self.draw, self.scanned = random.Random(seed), []

    def map_unordered(self, work, shards, advance=None):
        order = list(range(len(shards)))
        self.draw.shuffle(order)
        for number in order:
            self.scanned.append(shards[number].name)
            yield number, work(shards[number])


@SLOWLY
@given(kept=st.sets(st.integers(0, 11)), threads=st.integers(1, 5), seed=st.none() | st.integers())
def test_threads_order_and_ledger_change_nothing(corpus, report, expected, tmp_path_factory, kept, threads, seed):
    ledger = tmp_path_factory.mktemp("ledger", numbered=True)
    assert report(corpus, ledger=ledger, threads=threads) == expected
    entries = sorted(ledger.iterdir())
    assert len(entries) == 12
    for number, entry in enumerate(entries):
        if number not in kept:
            entry.unlink()
    executor = None if seed is None else Shuffled(seed)
    assert report(corpus, ledger=ledger, threads=threads, executor=executor) == expected
    if executor:
        assert len(executor.scanned) == 12 - len(kept)
    assert sorted(ledger.iterdir()) == entries


def test_many_threads_on_one_large_file(corpus, report, tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    rows = b"".join(path.read_bytes() for path in sorted(corpus.iterdir()))
    (whole / "all.jsonl").write_bytes(rows * (1 + (20 << 20) // len(rows)))
    assert report(whole, threads=2) == report(whole, threads=1)


def test_progress_grows_to_all_stored_bytes(corpus, report):
    seen = []
    report(corpus, threads=3, progress=lambda done, of: seen.append((done, of)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {of for _, of in seen} == {sum(path.stat().st_size for path in corpus.iterdir())}
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize("error", [UsageError("CERT-E035", "no package"), InternalError("CERT-E039", "odd")])
def test_what_is_no_property_of_a_shard_ends_the_scan_and_its_threads(corpus, report, monkeypatch, error):
    before = threading.active_count()

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(work, "scan_shard", refuse)
    with pytest.raises(type(error)):
        report(corpus, threads=3)
    assert threading.active_count() == before


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), HostileInput("CERT-E030", "it is odd")])
def test_a_shard_that_fails_is_tried_again_and_then_named(corpus, report, expected, tmp_path, monkeypatch, error):
    tries, scan_shard = {}, work.scan_shard

    def fail(searcher, shard, **options):
        tries[shard.name] = tries.get(shard.name, 0) + 1
        if shard.name == "03.jsonl" or (shard.name == "04.jsonl" and tries[shard.name] < 3):
            raise error
        return scan_shard(searcher, shard, **options)

    monkeypatch.setattr(work, "scan_shard", fail)
    found = report(corpus, threads=2, ledger=tmp_path / "noted")
    reason = "it is odd" if isinstance(error, HostileInput) else "Input/output error"
    assert f'"reason":"cannot be read: {reason}","row":null,"shard":"03.jsonl"'.encode() in found
    assert (tries["03.jsonl"], tries["04.jsonl"], tries["05.jsonl"]) == (3, 3, 1)
    monkeypatch.undo()
    assert report(corpus, ledger=tmp_path / "noted") == expected, "what failed is not noted"


def test_nobody_waits_for_a_shard_when_another_failed(corpus):
    begun, ended = threading.Event(), []

    def endless(shard, *, ordered, advance):
        if shard.name != "00.jsonl":
            begun.wait(20)
            raise InternalError("CERT-E039", "odd")
        begun.set()
        try:
            while True:
                advance(1)
                time.sleep(0.001)
        finally:
            ended.append(shard.name)

    shards = [shard._replace(size=1) for shard in find_shards([corpus])[0]][:2]
    with pytest.raises(InternalError):
        list(ThreadExecutor(2).map_unordered(endless, shards))
    assert ended == ["00.jsonl"]


def test_a_stream_is_read_once_beside_files_that_the_ledger_has(corpus, benchmark, tmp_path):
    table = pa.table({"text": [f"Before. {benchmark.items[3].question} After.", "nothing"] * 50})

    def scanned(**options):
        stream = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=7))
        return scan([corpus, stream], [benchmark], seed=bytes(32), selftest_spikes=0, **options)

    expected = scanned(threads=1)
    assert expected[0].shards[-1].documents == 100
    assert scanned(threads=3, ledger=tmp_path / "noted") == expected
    executor = Shuffled(1)
    assert scanned(threads=2, ledger=tmp_path / "noted", executor=executor) == expected
    assert executor.scanned == [], "what a program holds does not leave it"


DRIVER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from certify.scan import load_benchmark, work
    from certify.scan.scanner import scan
    corpus, benchmark, ledger, calls, pause = sys.argv[1:]
    scan_shard = work.scan_shard
    def slowly(searcher, shard, **options):
        with open(calls, "a") as stream:
            stream.write(shard.name + "\\n")
        time.sleep(float(pause))
        return scan_shard(searcher, shard, **options)
    work.scan_shard = slowly
    found = scan([Path(corpus)], [load_benchmark(Path(benchmark), name="prose")], seed=bytes(32), selftest_spikes=2,
                 threads=2, ledger=Path(ledger))
    sys.stdout.write("".join(one.model_dump_json() for one in found))
""")


class Driver:
    """A scan in a process of its own, which notes every shard it begins."""

    def __init__(self, corpus, benchmark, folder):
        self.calls, self.ledger = folder / "calls", folder / "ledger"
        problems = folder / "problems.jsonl"
        items = ({"id": item.id, "question": item.question, "answer": item.answer} for item in benchmark.items)
        problems.write_text("".join(f"{json.dumps(item)}\n" for item in items))
        self.command = [sys.executable, "-c", DRIVER, str(corpus), str(problems), str(self.ledger), str(self.calls)]

    def start(self, pause):
        self.calls.write_text("")
        return subprocess.Popen([*self.command, str(pause)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self):
        process = self.start(0)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
        return out

    def begun(self):
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def interrupted(self, process, after, how):
        while len(self.begun()) < after and process.poll() is None:
            time.sleep(0.01)
        time.sleep(random.random() * 0.1)
        process.send_signal(how)
        return process.communicate(timeout=120)


@pytest.fixture
def driver(corpus, benchmark, tmp_path):
    return Driver(corpus, benchmark, tmp_path)


@pytest.mark.slow
def test_a_killed_scan_goes_on_where_it_was(driver):
    expected = driver.finish()
    assert sorted(driver.begun()) == [f"{number:02}.jsonl" for number in range(12)]
    for after in random.sample(range(1, 12), 4):
        shutil.rmtree(driver.ledger)
        driver.interrupted(driver.start(0.1), after, signal.SIGKILL)
        kept, begun = entries(driver.ledger), driver.begun()
        assert len(begun) - len(kept) <= 2 + 1, "running, or finished and about to be noted"
        assert driver.finish() == expected
        assert len(driver.begun()) == 12 - len(kept)
        assert len(entries(driver.ledger)) == len(list(driver.ledger.iterdir())) == 12, "no file is left half written"


@pytest.mark.slow
def test_ctrl_c_ends_the_scan_and_keeps_what_was_finished(driver):
    process = driver.start(0.1)
    out, err = driver.interrupted(process, 7, signal.SIGINT)
    assert out == b""
    assert b"KeyboardInterrupt" in err
    kept = entries(driver.ledger)
    assert len(driver.begun()) - len(kept) <= 3
    driver.finish()
    assert len(driver.begun()) == 12 - len(kept)


def entries(folder: Path):
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.exists() else []


def test_threads_default_to_the_cores_this_process_may_use(corpus, report, monkeypatch):
    asked = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    monkeypatch.setattr("certify.scan.scanner.ThreadExecutor", lambda n: asked.append(n) or ThreadExecutor(n))
    report(corpus)
    assert asked == [3]
