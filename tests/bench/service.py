"""The service's table of ``make bench``: tiles in a second, and the time from a POST to a usable proof.

    python -m tests.bench --only service [--rounds N]

The server is a process of its own, on this machine, over an embedded registry on the disk. Tiles are held against the
same bytes from the barest application under the same server, and from Python's own file server. Statements are held
against the same append within one process, each committed by itself, so that what HTTP adds can be seen.
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from certify.pipeline.clock import now
from certify.pipeline.founding import create_development
from certify.pipeline.workspace import Workspace
from certify.trust.keys import KeySigner
from certify_registry import Registry
from certify_registry.service.api_keys import add_key
from tests.fakes.logged_statements import note

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 8
STATEMENTS = 200
"""Statements of each row in a round."""
TILES = 2000
LIMITS = '{"reads_per_second": 1e6, "read_burst": 1000000, "writes_per_second": 1e6, "write_burst": 1000000}'
BARE = """
import sys, uvicorn
data = open(sys.argv[1], "rb").read()
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(data))]})
        await send({"type": "http.response.body", "body": data})
uvicorn.run(app, port=int(sys.argv[2]), log_level="critical", lifespan="off", access_log=False, ws="none")
"""


def print_service(rounds: int) -> None:
    """Prints the tables.

    Args:
        rounds: interleaved rounds, after one that warms everything.
    """
    with tempfile.TemporaryDirectory() as folder:
        home, tile = Path(folder) / "home", "tile/0/000"
        create_development(home, "bench")
        workspace = Workspace.open(home)
        signer = workspace.signer("data-steward")
        assert isinstance(signer, KeySigner)
        with Registry.open(home / "registry", workspace.log_key()) as registry:
            for number in range(256):
                registry.append(note(number, signer), now=now())
        token = add_key(home / "api-keys.json", "bench", ("submitter",), now=now())
        with _servers(home, tile) as ports:
            _print_tiles(ports, tile, rounds)
            _print_statements(workspace, signer, ports["certify"], token, rounds)


@contextmanager
def _servers(home: Path, tile: str) -> Iterator[dict[str, int]]:
    """The service, the barest application and Python's file server, each in a process; name to port."""
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "registry")]), "CERTIFY_REGISTRY_LIMITS": LIMITS}
    ports = {name: 18470 + os.getpid() % 900 * 3 + place for place, name in enumerate(("certify", "bare", "files"))}
    serve = ["-m", "certify", "--home", str(home), "registry", "serve", "--listen", f"127.0.0.1:{ports['certify']}"]
    commands = {
        "certify": serve,
        "bare": ["-c", BARE, str(home / "registry" / tile), str(ports["bare"])],
        "files": ["-m", "http.server", "-b", "127.0.0.1", "-d", str(home / "registry"), "-p", "HTTP/1.1",
                  str(ports["files"])],
    }  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, **paths}}
    running = [subprocess.Popen([sys.executable, *one], **quiet) for one in commands.values()]  # type: ignore[call-overload]
    try:
        for port in ports.values():
            _await(port)
        yield ports
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _await(port: int) -> None:
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("a server did not start")


def _print_tiles(ports: dict[str, int], tile: str, rounds: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in ports}
    for turn in range(rounds + 1):
        for name, port in ports.items():
            spent = _tiles(port, tile)
            if turn:
                rates[name].append(TILES / spent)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    print(f"\n| a full tile, {CLIENTS} connections, requests in a second | times the service's |\n|---|---|")
    told = {
        "certify": f"certify registry serve ({medians['certify']:,.0f}/s, the clients on the same cores)",
        "bare": "the same bytes from the barest application under uvicorn",
        "files": "the same file from python -m http.server",
    }
    for name, label in told.items():
        print(f"| {label} | {medians[name] / medians['certify']:.2f} |")


def _tiles(port: int, tile: str) -> float:
    def ask(_: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(TILES // CLIENTS):
            line.request("GET", f"/{tile}")
            answer = line.getresponse()
            assert answer.status == 200
            assert len(answer.read()) == 8192
        line.close()

    return _together(ask)


def _together(work: Callable[[int], None]) -> float:
    """Seconds that as many clients as there are take for a piece of work each."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def _print_statements(workspace: Workspace, signer: KeySigner, port: int, token: str, rounds: int) -> None:
    inside: list[float] = []
    times: dict[int, list[float]] = {1: [], CLIENTS: []}
    for turn in range(rounds):
        bundles = [note(1000 + turn * 3 * STATEMENTS + number, signer) for number in range(3 * STATEMENTS)]
        with Registry.open(workspace.home / "registry", workspace.log_key()) as registry:
            inside += [_timed(lambda one=one: registry.append(one, now=now())) for one in bundles[:STATEMENTS]]  # type: ignore[misc]
        times[1] += _posts(port, token, [bundles[STATEMENTS : 2 * STATEMENTS]])
        times[CLIENTS] += _posts(port, token, [bundles[2 * STATEMENTS + place :: CLIENTS] for place in range(CLIENTS)])
    base = statistics.median(inside)
    print("\n| from a statement to a usable proof | median | 99th percentile | under 250 ms |\n|---|---|---|---|")
    rows = {"append in one process": inside, "POST, 1 client": times[1], f"POST, {CLIENTS} clients": times[CLIENTS]}
    for label, found in rows.items():
        middle, late = statistics.median(found), sorted(found)[int(len(found) * 0.99)]
        print(f"| {label} | {middle / base:.1f} | {late / base:.1f} | {'yes' if late < 0.25 else 'no'} |")


def _posts(port: int, token: str, shares: list[list[bytes]]) -> list[float]:
    """Seconds of each POST of each client's share."""
    found: list[float] = []

    def hand_in(bundles: list[bytes]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        def post(bundle: bytes) -> None:
            line.request("POST", "/api/v1/entries", bundle, headers)
            answer = line.getresponse()
            assert answer.status == 201, answer.read()
            answer.read()

        found.extend([_timed(lambda one=one: post(one)) for one in bundles])  # type: ignore[misc]
        line.close()

    threads = [threading.Thread(target=hand_in, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
