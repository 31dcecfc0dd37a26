"""The witness over HTTP: methods, sizes while they stream, and what is said when its memory fails."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from certify_registry.witness.request import MAX_REQUEST, format_submission
from certify_registry.witness.server import witness_app
from tests.fakes.tlog import NAME, MemoryLog
from tests.fakes.witnesses import real_witness

LOG = MemoryLog(20)
PATH = f"/{hashlib.sha256(NAME.encode()).hexdigest()}/checkpoint"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(witness_app(real_witness(1, tmp_path, LOG.vkey)))


def test_a_checkpoint_is_cosigned_and_can_be_read(client: TestClient) -> None:
    assert client.get(PATH).status_code == 404
    answer = client.post("/add-checkpoint", content=format_submission(0, (), LOG.checkpoint(5)))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    lines = answer.content.decode().splitlines(keepends=True)
    assert len(lines) == 2
    assert all(line.startswith("— w1.example ") and line.endswith("\n") for line in lines)
    assert client.get(PATH).text == LOG.checkpoint(5) + answer.content.decode()
    conflict = client.post("/add-checkpoint", content=format_submission(0, (), LOG.checkpoint(9)))
    assert (conflict.status_code, conflict.headers["content-type"], conflict.text) == (409, "text/x.tlog.size", "5\n")


def test_other_methods_and_paths(client: TestClient) -> None:
    assert client.get("/add-checkpoint").status_code == 405
    assert client.post(PATH, content=b"").status_code == 405
    for path in ("/", "/x", "/../checkpoint", "/%00/checkpoint", f"{PATH}/x"):
        assert client.get(path).status_code == 404


def test_a_long_body_is_cut_off_while_it_streams(client: TestClient) -> None:
    sent = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal sent
        while sent < 100 * MAX_REQUEST:
            sent += 1 << 16
            yield b"x" * (1 << 16)

    assert client.post("/add-checkpoint", content=endless()).status_code == 413
    assert client.post("/add-checkpoint", content=b"x" * (MAX_REQUEST + 1)).status_code == 413
    assert client.post("/add-checkpoint", content=b"x" * MAX_REQUEST).status_code == 400


def test_nothing_is_signed_without_memory(client: TestClient, tmp_path: Path) -> None:
    for name in os.listdir(tmp_path):
        (tmp_path / name).unlink()
    (tmp_path / "w1.db").write_bytes(b"damaged" * 1000)
    answer = client.post("/add-checkpoint", content=format_submission(0, (), LOG.checkpoint(5)))
    assert answer.status_code == 503
    assert "—" not in answer.text
    assert client.get(PATH).status_code == 503
