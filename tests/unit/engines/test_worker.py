"""The worker as a process: what it inherits, how it ends, and that a run can be killed anywhere."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from certify.engines.backend import open_backend
from certify.engines.journal import Journal, read_journal
from certify.engines.order import Progress, WorkOrder
from certify.engines.pilot import PilotResult, pilot, require_token_cap
from certify.engines.replay import replay_configuration
from certify.engines.runner import answer, describe
from certify.engines.sandbox import scrubbed_environment
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.evidence.answers import Request
from certify.evidence.model import Sampling

from .conftest import make_completion, make_order, make_requests

pytest.importorskip("lm_eval", reason="lm-eval is not installed")
from certify.engines.harness import run

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
SAMPLED = Sampling(temperature=1.0)


def children() -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and b"certify.engines.worker" in command:
            found.append(int(folder.name))
    return found


def kill_worker() -> None:
    for pid in children():
        os.kill(pid, signal.SIGKILL)


def lines(order: WorkOrder) -> list[bytes]:
    return sorted(one.to_bytes() for one in read_journal(Path(order.journal), order.header).values())


@pytest.fixture(scope="session")
def whole(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[WorkOrder, list[Request]]:
    """An uninterrupted run of the tiny model."""
    pytest.importorskip("torch", reason="the hf engine is not installed")
    requests = make_requests(24, repeats=2, max_tokens=30)
    configuration = describe(tiny, "hf", sampling=SAMPLED).configuration
    order = make_order(tmp_path_factory.mktemp("whole"), tiny, configuration, requests, batch_size=4, threads=1)
    telemetry = answer(order)
    assert (telemetry.answered, telemetry.resumed) == (48, 0)
    assert telemetry.tokens == sum(len(c.token_ids) for c in read_journal(Path(order.journal)).values())
    assert telemetry.tokens_per_second > 0
    assert telemetry.peak_memory > 10**8
    return order, requests


def killed_run(order: WorkOrder, moments: list[tuple[int, float]]) -> int:
    """Runs an order, killing the worker again and again; gives the number of answers made in the last run."""
    journal = Path(order.journal)
    for batches, delay in moments:
        kept = journal.read_bytes() if journal.exists() else b""
        before = read_journal(journal)
        told: list[Progress] = []

        def listen(progress: Progress, told=told, batches=batches, delay=delay) -> None:
            told.append(progress)
            if len(told) == batches:
                threading.Timer(delay, kill_worker).start()

        with pytest.raises(EvidenceMissing, match="CERT-E060") as caught:
            answer(order, progress=listen)
        assert "same command again" in caught.value.hint
        assert told[0].done - len(before) <= order.batch_size  # what was answered is not asked again
        whole_lines = kept[: kept.rfind(b"\n") + 1]
        committed = read_journal(journal)
        assert committed.items() >= before.items()
        assert journal.read_bytes()[: len(whole_lines)] == whole_lines
    return answer(order).answered


@pytest.mark.slow  # starts the engine twice; the kills of test_kill_points need no start
def test_a_killed_worker_repeats_nothing_and_changes_nothing(whole, tiny: Path, tmp_path: Path) -> None:
    reference, requests = whole
    order = make_order(tmp_path, tiny, reference.configuration, requests, batch_size=4, threads=1)
    made_last = killed_run(order, [(random.randint(2, 5), random.uniform(0, 0.01))])
    assert 0 < made_last < 48
    assert lines(order) == lines(reference)
    assert Path(order.journal).read_bytes() == Path(reference.journal).read_bytes()


@pytest.mark.slow
def test_many_kills_at_random_moments(whole, tiny: Path, tmp_path: Path) -> None:
    reference, requests = whole
    order = make_order(tmp_path, tiny, reference.configuration, requests, batch_size=4, threads=1)
    killed_run(order, [(1, random.uniform(0, 0.01)) for _ in range(4)])
    assert Path(order.journal).read_bytes() == Path(reference.journal).read_bytes()


def test_a_finished_run_starts_no_worker(whole, monkeypatch: pytest.MonkeyPatch) -> None:
    order, _ = whole
    monkeypatch.setattr(subprocess, "Popen", None)
    telemetry = answer(order)
    assert (telemetry.answered, telemetry.resumed) == (0, 48)


def test_repeats_are_distinct_answers(whole) -> None:
    order, _ = whole
    by_item: dict[str, set] = {}
    for completion in read_journal(Path(order.journal)).values():
        by_item.setdefault(completion.item, set()).add(completion.token_ids)
    assert sum(len(answers) == 2 for answers in by_item.values()) >= 23


def test_replayed_answers_are_the_recorded_ones(whole, tmp_path: Path) -> None:
    reference, requests = whole
    configuration = replay_configuration(SAMPLED)
    order = make_order(tmp_path, tmp_path, configuration, requests, recording=reference.journal)
    with Journal.open(Path(order.journal), order.header) as journal:
        run(open_backend(order), journal, requests)
    assert lines(order) == lines(reference)


def replay_order(folder: Path, requests: list[Request], recorded: list[Request], **more) -> WorkOrder:
    configuration = replay_configuration(Sampling(temperature=0))
    order = make_order(folder, folder, configuration, requests, recording=str(folder / "recorded.jsonl"), **more)
    with Journal.open(folder / "recorded.jsonl", order.header) as journal:
        journal.append([make_completion(request) for request in recorded])
    return order


def test_the_worker_inherits_no_secret_and_an_interrupt_leaves_a_valid_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CERTIFY_PASSPHRASE", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "HTTPS_PROXY", "HF_TOKEN", "LD_PRELOAD"):
        monkeypatch.setenv(name, "" if name == "LD_PRELOAD" else "planted")
    requests = make_requests(8)
    order = replay_order(tmp_path, requests, requests, batch_size=1)
    seen: list[bytes] = []

    def interrupt(progress: Progress) -> None:
        (pid,) = children()
        seen.append(Path(f"/proc/{pid}/environ").read_bytes())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(order, progress=interrupt)
    assert not children()
    assert b"planted" not in seen[0]
    names = {entry.split(b"=")[0].decode() for entry in seen[0].split(b"\0") if entry}
    assert names <= set(scrubbed_environment("x", "cpu")) | {"OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    assert b"HF_HUB_OFFLINE=1" in seen[0]
    assert b"PYTHONHASHSEED=0" in seen[0]
    Journal.open(Path(order.journal), order.header).close()
    answer(order)
    assert len(read_journal(Path(order.journal))) == 8


def test_errors_of_the_worker_arrive_whole(tmp_path: Path) -> None:
    requests = make_requests(4)
    order = replay_order(tmp_path, requests, requests[:2], batch_size=1)
    with pytest.raises(EvidenceMissing, match="no answer to fresh-reasoning/item-002/0") as caught:
        answer(order)
    assert caught.value.hint.startswith("replay it")
    assert len(read_journal(Path(order.journal))) == 2
    Path(order.journal).write_bytes(Path(order.journal).read_bytes().replace(b'"42"', b'"43"'))
    with pytest.raises(HostileInput, match="CERT-E061"):
        answer(order)


def test_a_model_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the hf engine is not installed")
    (tmp_path / "config.json").write_text('{"model_type": "abacus"}')
    with pytest.raises(EvidenceMissing, match="CERT-E060") as caught:
        describe(tmp_path, "hf")
    assert "abacus" in caught.value.what + caught.value.why


def test_another_configuration_than_planned_is_refused(tmp_path: Path) -> None:
    requests = make_requests(2)
    order = replay_order(tmp_path, requests, requests)
    planned = order.configuration.model_copy(update={"engine_version": "another build"})
    with pytest.raises(EvidenceMissing, match="CERT-E062") as caught:
        answer(order.model_copy(update={"configuration": planned}))
    assert "engine_version" in caught.value.what
    assert read_journal(Path(order.journal)) == {}


def test_a_deadline_stops_the_worker(tmp_path: Path) -> None:
    order = replay_order(tmp_path, make_requests(2), make_requests(2))
    started = time.monotonic()
    with pytest.raises(EvidenceMissing, match="SIGTERM"):
        answer(order, max_seconds=0.2)
    assert time.monotonic() - started < 8
    assert not children()


ORPHAN = """
import sys
from pathlib import Path
from certify.engines.order import WorkOrder
from certify.engines.runner import answer
answer(WorkOrder.from_bytes(Path(sys.argv[1]).read_bytes()), progress=lambda p: (print(p.done, flush=True), input()))
"""


def test_the_worker_does_not_outlive_its_parent(tmp_path: Path) -> None:
    requests = make_requests(40)
    order = replay_order(tmp_path, requests, requests, batch_size=1)
    (tmp_path / "order.json").write_bytes(order.to_bytes())
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path / "order.json")],
        env=os.environ | {"TMPDIR": str(tmp_path)},  # what a killed process leaves behind goes with the test
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"1\n"
    parent.kill()
    parent.wait()
    for _ in range(50):  # the lock is free once the worker is gone
        try:
            Journal.open(Path(order.journal), order.header).close()
            break
        except UsageError:
            time.sleep(0.1)
    else:
        pytest.fail("the worker still holds the journal five seconds after its parent was killed")


def test_the_pilot_measures_and_its_cap_is_enforced(tmp_path: Path) -> None:
    requests = make_requests(4)
    order = replay_order(tmp_path, requests, requests)
    assert order.recording is not None
    result = pilot(tmp_path, order.configuration, requests, recording=Path(order.recording))
    assert (result.answers, result.truncated_share, result.mean_tokens, result.longest) == (4, 0.0, 3.0, 3)
    require_token_cap(result, 100)


def test_a_cap_that_cuts_too_many_answers_is_refused() -> None:
    result = PilotResult(
        answers=10,
        truncated_share=0.2,
        error_share=0,
        mean_tokens=90,
        longest=100,
        tokens_per_second=5,
        load_seconds=1,
        peak_memory=1,
    )
    require_token_cap(result, 100)
    with pytest.raises(UsageError, match="CERT-E063") as caught:
        require_token_cap(result.model_copy(update={"truncated_share": 0.3}), 100)
    assert "30% of 10 pilot answers" in caught.value.what


def test_the_network_is_refused() -> None:
    script = (
        "import socket; from certify.engines.sandbox import refuse_network; refuse_network();"
        "a, b = socket.socketpair(); a.send(b'x'); socket.getaddrinfo('127.0.0.1', 80);\n"
        "for attempt in (lambda: socket.create_connection(('192.0.2.1', 80), 1),"
        " lambda: socket.getaddrinfo('example.org', 80)):\n"
        "    try:\n        attempt()\n    except PermissionError:\n        continue\n"
        "    raise SystemExit('connected')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_unwanted_package_is_not_loaded_with_transformers() -> None:
    pytest.importorskip("transformers", reason="transformers is not installed")
    script = (
        "import sys; from certify.engines.sandbox import do_without; do_without('sklearn');"
        "from transformers import AutoModelForCausalLM;"
        "raise SystemExit(any(name.startswith('sklearn.') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_memory_can_be_bounded(tmp_path: Path) -> None:
    order = replay_order(tmp_path, make_requests(1), make_requests(1), memory_limit=2**28)
    with pytest.raises(EvidenceMissing, match="CERT-E060"):
        answer(order)
