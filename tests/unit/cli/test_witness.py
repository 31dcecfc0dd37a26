"""Witnesses, monitors and mirrors from the command line, with a real witness on the network."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from certify.pipeline.founding import create_development
from certify.pipeline.workspace import Workspace
from tests.fakes.tlog import MemoryLog, cosigner
from tests.fakes.witnesses import policy_text, real_witness, serving_witnesses
from tests.unit.cli.conftest import Cli

PASSPHRASE = "correct horse battery"
LOG, FORK = MemoryLog(30), MemoryLog(30, fork=9)


@pytest.fixture
def bank(home: Path) -> tuple[Path, str]:
    """A development workspace and its log's key."""
    create_development(home / "bank", "Bank")
    with Workspace.open(home / "bank").reading() as registry:
        return home / "bank", registry.vkey


def test_keys_of_a_witness_are_made_once_and_go_into_a_trust_file(
    cli: Cli, home: Path, bank: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTIFY_PASSPHRASE", PASSPHRASE)
    key = ("registry", "witness", "--key", "w.pem", "--name", "witness.authority.example/1")
    made = cli(*key, "--make")
    assert made.code == 0
    assert "witness.authority.example/1" in made.out
    assert (home / "w.pem").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in (home / "w.pem").read_bytes()
    again = cli(*key, "--json").document
    assert (home / "w.vkeys").read_text().splitlines() == list(again["vkeys"].values())
    assert cli(*key, "--make").error == "CERT-E012"
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "another passphrase")
    assert cli(*key).error == "CERT-E040"
    monkeypatch.setenv("CERTIFY_PASSPHRASE", PASSPHRASE)
    assert cli("registry", "witness", "--key", "w.pem", "--name", "a b").error == "CERT-E011"
    assert cli(*key, "--listen", "127.0.0.1:1").error == "CERT-E011"
    assert cli(*key, "--listen", "nonsense", "--store", "x", "--log", bank[1]).error == "CERT-E011"
    (home / "w.pem").write_bytes(b"nonsense")
    assert cli(*key).error == "CERT-E041"

    assert cli("keys", "make", "i.pem").code == 0
    make = ("trust", "make", "t.json", "--name", "Bank", "--log", bank[1], "--expires", "2036-01-01T00:00:00Z",
            "--key", "issuer=Bank=i.pub", "--witness", "w.vkeys", "--witness", cosigner(2).verifier.vkey)  # fmt: skip
    assert cli(*make, "--quorum", "3").error == "CERT-E011"
    assert cli(*make, "--quorum", "2").code == 0
    log = json.loads((home / "t.json").read_bytes())["log"]
    assert (len(log["witnesses"]), log["quorum"]) == (3, 2)
    shown = cli("trust", "show", "t.json").out
    assert "log witness   " in shown
    assert "w2.example, Ed25519" in shown
    assert "log witness: 2 of 2 must have cosigned" in shown
    (home / "policy").write_text("quorum none\n")
    after = cli("trust", "make", "u.json", "--from", "t.json", "--witness-policy", "policy")
    assert "witness of the log removed: w2.example" in " ".join(after.out.split())
    assert json.loads((home / "u.json").read_bytes())["log"]["witnessPolicy"] == "quorum none\n"
    assert cli(*make, "--witness-policy", "policy").error == "CERT-E011"


def test_a_log_is_cosigned_followed_and_copied(cli: Cli, home: Path, bank: tuple[Path, str]) -> None:
    workspace, vkey = bank
    ours = ("--home", str(workspace), "registry", "cosign")
    assert cli(*ours).error == "CERT-E011"
    with serving_witnesses({n: real_witness(n, home, vkey) for n in (1, 2)}) as url:
        (home / "policy").write_text(policy_text(url, (1, 2, 3), 3))
        few = cli(*ours, "--policy", "policy")
        assert few.code == 3
        assert "Too few" in few.out
        assert "status 404" in few.out or "does not watch this log" in few.out
        (home / "policy").write_text(policy_text(url, (1, 2, 3), 2))
        said = cli(*ours, "--policy", "policy", "--json")
        assert (said.code, said.document["satisfied"], list(said.document["silent"])) == (0, True, ["w3.example"])
        follow = ("registry", "monitor", str(workspace / "registry"), "--log", vkey, "--once", "--policy", "policy")
        seen = cli(*follow, "--witness", f"{url}/1", "--feed", "feed.xml")
        assert (seen.code, (home / "feed.xml").read_bytes()[:5]) == (0, b"<?xml")
    dead = cli(*ours)
    assert (dead.code, "counts" in dead.out) == (0, True)
    assert cli("registry", "mirror", str(workspace / "registry"), "copy", "--log", vkey, "--policy", "policy").code == 0
    assert (home / "copy" / "checkpoint").read_text() == (workspace / "registry" / "checkpoint").read_text()
    assert cli(*ours, "--off").code == 0
    assert cli(*ours).error == "CERT-E011"
    (home / "policy").write_text(f"witness a {cosigner(1).verifier.vkey}\nquorum a\n")
    assert cli(*ours, "--policy", "policy").error == "CERT-E641"


def test_a_monitor_ends_with_one_and_both_checkpoints_when_a_log_forks(cli: Cli, home: Path) -> None:
    LOG.write(home / "log", 20)
    follow = ("registry", "monitor", "log", "--log", LOG.vkey, "--state", "m.db", "--once")
    first = cli(*follow, "--json").document
    assert (first["size"], first["before"], first["fault"], len(first["alerts"])) == (20, 0, None, 20)
    FORK.write(home / "log", 30)
    forked = cli(*follow)
    assert forked.code == 1
    assert forked.out.startswith("FORK: its first 20 entries are not the ones it has signed")
    assert LOG.checkpoint(20) in forked.out
    assert FORK.checkpoint(30) in forked.out
    LOG.write(home / "log", 10)
    rolled = cli(*follow, "--json")
    assert (rolled.code, rolled.document["fault"]) == (1, "rollback")
    assert cli("registry", "monitor", "nowhere", "--log", LOG.vkey, "--once").error == "CERT-E644"
    assert cli("registry", "mirror", "log", "copy", "--log", FORK.vkey.replace("one+", "two+")).code == 4


def test_webhooks_need_a_secret_and_a_public_address(cli: Cli, home: Path) -> None:
    LOG.write(home / "log", 2)
    follow = ("registry", "monitor", "log", "--log", LOG.vkey, "--once")
    assert cli(*follow, "--webhook", "http://127.0.0.1:9/").error == "CERT-E011"
    (home / "secret").write_text("short\n")
    assert cli(*follow, "--webhook", "http://127.0.0.1:9/", "--secret-file", "secret").error == "CERT-E011"
    (home / "secret").write_text("s" * 40 + "\n")
    sent = cli(*follow, "--webhook", "http://127.0.0.1:9/", "--secret-file", "secret", "--json")
    assert sent.code == 0
    assert "private network" in sent.document["webhooks"][0]["trouble"]
    assert cli(*follow, "--webhook", "gopher://x/", "--secret-file", "secret").error == "CERT-E645"


@pytest.mark.slow  # a process with a server in it, which takes seconds to start
def test_the_witness_command_answers_on_the_network_until_it_is_stopped(home: Path) -> None:
    from certify_registry.exchange import exchange
    from certify_registry.witness.request import format_submission

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key = ["--key", "w.pem", "--name", "witness.authority.example/1"]
    environment = {**os.environ, "CERTIFY_PASSPHRASE": PASSPHRASE}
    run = [sys.executable, "-m", "certify", "registry", "witness"]
    subprocess.run([*run, *key, "--make"], check=True, env=environment, capture_output=True)
    listen = ["--listen", f"127.0.0.1:{port}", "--store", "w.db", "--log", LOG.vkey]
    server = subprocess.Popen([*run, *key, *listen], env=environment, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", port), 1):
                    break
            except OSError:
                time.sleep(0.1)
        body = format_submission(0, (), LOG.checkpoint(5))
        answer = exchange("POST", f"http://127.0.0.1:{port}/add-checkpoint", body)
        assert answer.status == 200
        assert answer.body.decode().count("— witness.authority.example/1 ") == 2
        assert exchange("POST", f"http://127.0.0.1:{port}/add-checkpoint", body).status == 409
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
