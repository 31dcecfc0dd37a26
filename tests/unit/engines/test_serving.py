"""Servers that certify starts itself: on the staged files, on this machine alone, and gone when they should be."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

from certify.engines.journal import read_journal
from certify.engines.order import ServerOrder, WorkOrder
from certify.engines.processes import descendants, listeners
from certify.engines.runner import answer, describe
from certify.engines.serving import Command
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.model import Sampling, ServedIdentity
from tests.fakes import openai_server
from tests.fakes.openai_server import World, answering

from .conftest import make_order, make_requests
from .test_worker import kill_worker, lines

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
SAMPLED = Sampling(temperature=1.0)
FAKE = f"{sys.executable} {openai_server.__file__} --model {{model}} --port {{port}}"


def server(more: str = "") -> ServerOrder:
    return ServerOrder(command=f"{FAKE} {more}".strip())


def order_for(folder: Path, tiny: Path, asked: ServerOrder, items: int = 8, repeats: int = 1, **more) -> WorkOrder:
    configuration = describe(tiny, "openai", sampling=SAMPLED, server=asked).configuration
    return make_order(folder, tiny, configuration, make_requests(items, repeats), server=asked, threads=1, **more)


def running() -> list[str]:
    """Command lines of the fake servers that are alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if openai_server.__file__ in command and f"{os.getpid()}" not in folder.name:
            found.append(command)
    return found


def gone(marker: str, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while any(marker in one for one in running()):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_a_server_that_certify_starts_is_verified_and_ends_with_the_run(tiny: Path, tmp_path: Path) -> None:
    asked = server("--child --owner verified-test")
    order = order_for(tmp_path, tiny, asked)
    serving = order.configuration.serving
    assert serving is not None
    assert (serving.identity, serving.endpoint) == (ServedIdentity.VERIFIED, None)
    assert (serving.model, serving.answers_as, serving.command) == ("{model}", "{model}", asked.command)
    assert gone("verified-test")
    telemetry = answer(order)
    assert (telemetry.answered, telemetry.tokens) == (
        8,
        sum(c.tokens for c in read_journal(Path(order.journal)).values()),
    )
    assert telemetry.peak_memory > 0
    assert gone("verified-test")  # the child that left its session, too


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("--die 3", "status 3"),
        pytest.param("--host 0.0.0.0", "other machines", marks=pytest.mark.slow),
        pytest.param("--no-such-option", "status 2", marks=pytest.mark.slow),
    ],
)
def test_a_server_that_cannot_be_vouched_for_is_refused(tiny: Path, more: str, said: str) -> None:
    with pytest.raises(EvidenceMissing, match="CERT-E544") as caught:
        describe(tiny, "openai", server=server(more))
    assert said in caught.value.what
    assert gone(str(tiny))


@pytest.mark.parametrize(
    "command",
    [
        "",
        "vllm serve",
        f"{sys.executable} {{model}}",
        "no-such-program {model} {port}",
        "./server {model} {port}",
        "'unclosed {model} {port}",
        "{model} {port}",
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(command: str) -> None:
    with pytest.raises(UsageError, match="CERT-E543"):
        Command.read(command)


def test_a_command_is_never_seen_by_a_shell(tmp_path: Path) -> None:
    found = Command.read(f"{sys.executable} -c 'print(1); $(touch x)' '{{model}}; rm -rf x' --port={{port}}")
    assert found.filled("/a model", 7) == ["-c", "print(1); $(touch x)", "/a model; rm -rf x", "--port=7"]


def killed_runs(whole: WorkOrder, broken: WorkOrder, kills: int, ended: Callable[[], bool]) -> None:
    """Answers one order at once and one with kills in between: the same answers, and none of them twice."""
    answer(whole)
    journal = Path(broken.journal)
    for _ in range(kills):
        before = read_journal(journal)
        kept = journal.read_bytes() if journal.exists() else b""
        wanted, told = random.randint(1, 4), list[int]()

        def listen(progress, told=told, wanted=wanted) -> None:
            told.append(progress.done)
            if len(told) == wanted:
                threading.Timer(random.uniform(0, 0.02), kill_worker).start()

        with pytest.raises(EvidenceMissing, match="CERT-E060"):
            answer(broken, progress=listen)
        assert read_journal(journal).items() >= before.items()
        assert journal.read_bytes().startswith(kept[: kept.rfind(b"\n") + 1])
        assert ended()
    telemetry = answer(broken)
    assert telemetry.resumed > 0
    assert telemetry.answered + telemetry.resumed == len(read_journal(journal))
    assert lines(broken) == lines(whole)


@pytest.mark.slow  # each kill starts engine and server anew
def test_killed_runs_behind_a_server_of_ours_repeat_nothing_and_change_nothing(tiny: Path, tmp_path: Path) -> None:
    asked = server("--delay 0.01 --owner kill-test")
    whole = order_for(tmp_path / "whole", tiny, asked, items=20, repeats=2, batch_size=4)
    more = {"server": asked, "threads": 1, "batch_size": 4}
    broken = make_order(tmp_path / "broken", tiny, whole.configuration, make_requests(20, 2), **more)
    killed_runs(whole, broken, 2, lambda: gone("kill-test"))


@pytest.mark.slow
def test_killed_runs_behind_an_endpoint_ask_nothing_again_that_was_kept(tiny: Path, tmp_path: Path) -> None:
    world = World(delay=0.02)
    with answering(world) as url:
        asked = ServerOrder(endpoint=url)
        whole = order_for(tmp_path / "whole", tiny, asked, items=30, repeats=2, batch_size=4)
        more = {"server": asked, "threads": 1, "batch_size": 4}
        broken = make_order(tmp_path / "broken", tiny, whole.configuration, make_requests(30, 2), **more)
        killed_runs(whole, broken, 4, lambda: True)
    asked_for = [one for one in world.requests if one["max_tokens"] > 1]
    assert len(asked_for) <= 2 * 60 + 4 * 4  # what was in flight at a kill, and nothing else, is asked again


PARENT = """
import sys
from pathlib import Path
from certify.engines.order import WorkOrder
from certify.engines.runner import answer
answer(WorkOrder.from_bytes(Path(sys.argv[1]).read_bytes()), progress=lambda p: (print(p.done, flush=True), input()))
"""


@pytest.mark.slow  # a command is killed while its server runs
def test_a_server_does_not_outlive_the_command(tiny: Path, tmp_path: Path) -> None:
    order = order_for(tmp_path, tiny, server("--child --owner orphan-test"), batch_size=1)
    (tmp_path / "order.json").write_bytes(order.to_bytes())
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "order.json")],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"1\n"
    assert any("orphan-test" in one for one in running())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert gone("orphan-test")


def test_the_worker_reaches_the_named_endpoint_and_learns_the_key_from_its_parent(tiny: Path, tmp_path: Path) -> None:
    world = World(key="sesame-4711")
    with answering(world) as url:
        asked = ServerOrder(endpoint=url)
        described = describe(tiny, "openai", sampling=SAMPLED, server=asked, key="sesame-4711")
        order = make_order(tmp_path, tiny, described.configuration, make_requests(4), server=asked, threads=1)
        telemetry = answer(order, key="sesame-4711")
    assert (telemetry.peak_memory, telemetry.gpu_memory, telemetry.joules) == (0, None, None)  # not the server's
    assert len(read_journal(Path(order.journal))) == 4
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"sesame" not in path.read_bytes()


def test_listeners_and_descendants_are_seen() -> None:
    with answering(World()) as url:
        port = int(url.split(":")[2].split("/")[0])
        assert [one.local for one in listeners(port)] == [True]
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.pid in descendants(os.getpid())
    child.kill()
    child.wait()


def test_only_the_admitted_address_is_reached() -> None:
    script = (
        "import socket; from certify.engines.sandbox import refuse_network;"
        "refuse_network([('192.0.2.1', 81)]); socket.getaddrinfo('192.0.2.1', 81)\n"
        "for host, port in (('192.0.2.1', 80), ('192.0.2.2', 81), ('::ffff:192.0.2.1', 81), ('localhost.org', 81)):\n"
        "    try:\n        socket.create_connection((host, port), 1)\n    except PermissionError:\n        continue\n"
        "    raise SystemExit('connected')\n"
        "try:\n    socket.create_connection(('192.0.2.1', 81), 0.2)\n"
        "except PermissionError:\n    raise SystemExit('refused')\n"
        "except OSError:\n    pass\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
