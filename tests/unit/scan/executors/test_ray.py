"""The same reports from a Ray cluster, also when its workers die."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from certify.errors import RegistryError, UsageError
from certify.scan.executors import ray as executor
from certify.scan.executors.aside import printing_aside
from certify.scan.executors.ray import RayExecutor
from certify.scan.work import Work


@pytest.mark.parametrize("address", ["head", "head:port", "ray://head:1", "http://head:80", "", ":1"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(UsageError, match="CERT-E471"):
        RayExecutor(address)


def test_a_cluster_elsewhere_needs_a_token(monkeypatch):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH", raising=False)
    with pytest.raises(UsageError, match="CERT-E470") as caught:
        RayExecutor("head.example:6379")
    assert "RAY_AUTH_MODE=token" in caught.value.hint
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", "/a/file")
    RayExecutor("head.example:6379")


def test_nothing_to_scan_starts_nothing(monkeypatch):
    monkeypatch.setattr(executor, "_session", lambda *_: pytest.fail("it started Ray"))
    assert list(RayExecutor("local").map_unordered(None, [])) == []


def test_only_the_threads_of_ray_print_to_standard_error(capsys):
    out = sys.stdout
    with printing_aside("ray_"):
        for name in ("ray_listen_error_messages", "other"):
            speaker = threading.Thread(target=lambda: print(threading.current_thread().name, flush=True), name=name)
            speaker.start()
            speaker.join()
        assert sys.stdout.encoding == out.encoding
    assert sys.stdout is out
    assert capsys.readouterr() == ("other\n", "ray_listen_error_messages\n")


@pytest.fixture(scope="module")
def ray():
    # Ray reads the mode once, when it is first asked for anything.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        found = pytest.importorskip("ray", reason="Ray is not installed")
        assert not found.is_initialized()
        yield found
        found.shutdown()


@pytest.fixture
def cluster(ray, monkeypatch):
    """A session that somebody else started."""
    monkeypatch.setenv("RAY_AUTH_TOKEN", executor._own_token())
    ray.init("local", include_dashboard=False, num_cpus=2, log_to_driver=False, logging_level="ERROR")
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield ray
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
    ray.shutdown()


def ray_variables():
    return {name: value for name, value in os.environ.items() if name.startswith("RAY_")}


def children():
    """Processes that this one started, and those that they started."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,comm"], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent, *_ in map(str.split, listed.splitlines()[1:])}
    names = {int(pid): name for pid, _, name, *_ in map(str.split, listed.splitlines()[1:])}
    found, fresh = set(), {os.getpid()}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh and names[pid] != "ps"} - found
        found |= fresh
    return found


@pytest.mark.slow
def test_a_cluster_of_our_own_finds_the_same_and_leaves_nothing(ray, corpus, report, expected, tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    before, variables = children(), ray_variables()
    for _ in range(2):
        assert report(corpus, executor=RayExecutor("local", 2), ledger=tmp_path / "noted") == expected
        assert not ray.is_initialized()
        assert ray_variables() == variables
        for entry in list((tmp_path / "noted").iterdir())[:5]:
            entry.unlink()
    deadline = time.monotonic() + 30
    while children() - before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert children() <= before


@pytest.mark.slow
def test_what_the_workers_write_is_for_nobody_else(ray, corpus, report, expected, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    connect, seen = executor._connect, []

    def looked_at(ray, address, threads, folder):
        connect(ray, address, threads, folder)
        closed = os.stat(os.path.dirname(folder)).st_mode & 0o77 == 0
        seen.append((folder, closed, ray._private.worker._global_node.get_session_dir_path()))

    monkeypatch.setattr(executor, "_connect", looked_at)
    assert report(corpus, executor=RayExecutor("local", 2)) == expected
    [(folder, closed, session)] = seen
    assert closed
    assert session.startswith(folder)


@pytest.mark.slow
def test_programs_that_lie_beside_the_data_are_not_run(ray, corpus, report, expected, tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    folder = tmp_path / "here"
    folder.mkdir()
    for name in ("numpy", "certify", "pydantic", "pyarrow"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.chdir(folder)
    assert report(corpus, executor=RayExecutor("local", 2)) == expected
    assert not (tmp_path / "ran").exists()


class Poisoned(Work):
    """Dies on one shard, as code does that runs out of memory or jumps to nowhere."""

    def scan(self, shard, ordered, advance):
        if shard.name == "05.jsonl":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().scan(shard, ordered, advance)


class Slow(Work):
    """Tells which process works, and takes its time."""

    def scan(self, shard, ordered, advance):
        folder = shard.path.parent.parent / "pids"
        (folder / f"{shard.name}-{os.getpid()}").touch()
        time.sleep(0.3)
        return super().scan(shard, ordered, advance)


@pytest.mark.slow
def test_a_shard_that_kills_its_workers_is_named_and_the_rest_goes_on(
    cluster, corpus, report, expected, monkeypatch, tmp_path
):
    monkeypatch.setattr("certify.scan.scanner.Work", Poisoned)
    found = report(corpus, executor=RayExecutor("local"), ledger=tmp_path / "noted")
    assert b'"reason":"its worker died 3 times","row":null,"shard":"05.jsonl"' in found
    assert len(list((tmp_path / "noted").iterdir())) == 11
    assert cluster.is_initialized(), "a session of somebody else goes on"
    monkeypatch.undo()
    assert report(corpus, ledger=tmp_path / "noted") == expected


@pytest.mark.slow
def test_what_ray_says_of_dead_workers_is_not_on_standard_output(ray, corpus, report, monkeypatch, capsys):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.setattr("certify.scan.scanner.Work", Poisoned)
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    try:
        found = report(corpus, executor=RayExecutor("local", 2))
    finally:
        ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
    assert b"its worker died 3 times" in found
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_a_worker_killed_at_work_changes_nothing(cluster, corpus, report, expected, monkeypatch):
    pids = corpus.parent / "pids"
    pids.mkdir()
    killed = []

    def kill():
        while not (working := list(pids.iterdir())):
            time.sleep(0.02)
        killed.append(int(working[0].name.rpartition("-")[2]))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    monkeypatch.setattr("certify.scan.scanner.Work", Slow)
    assert report(corpus, executor=RayExecutor("local")) == expected
    killer.join(20)
    shards = [path.name.partition("-")[0] for path in pids.iterdir()]
    assert killed
    assert len(shards) == 13, "one shard was begun twice"


@pytest.mark.slow
def test_another_version_on_a_worker_and_errors_of_the_work_end_the_scan(cluster, corpus, report, monkeypatch):
    monkeypatch.setattr(executor, "code_digest", lambda: "another")
    with pytest.raises(UsageError, match="CERT-E473"):
        report(corpus, executor=RayExecutor("local"))
    monkeypatch.undo()
    monkeypatch.setattr("certify.scan.scanner.Work", Refusing)
    with pytest.raises(UsageError, match="CERT-E035: no package"):
        report(corpus, executor=RayExecutor("local"))


class Refusing(Work):
    def scan(self, shard, ordered, advance):
        raise UsageError("CERT-E035", "no package")


@pytest.mark.slow
def test_a_cluster_that_does_not_answer(ray, corpus, report, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", executor._own_token())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listened at
        with pytest.raises(RegistryError, match="CERT-E472"):
            report(corpus, executor=RayExecutor(f"127.0.0.1:{nobody.getsockname()[1]}"))
    assert not ray.is_initialized()
