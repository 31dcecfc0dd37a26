"""The disk fails at any of its writes, or a power cut takes the end of the log: nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certify.errors import RegistryError
from certify_registry import Registry, found
from tests.fakes import logged_statements as made
from tests.fakes.faults.writer import LOG_KEY, SIGNER

ROOT = Path(__file__).resolve().parents[4]
SOURCE = ROOT / "tests" / "fakes" / "faults" / "disk.c"
WAL_HEADER, FRAME_HEADER = 32, 24
"""Bytes. Source: SQLite's file format, the write-ahead log."""


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """The process whose disk fails."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler to build the failing disk with")
    library = tmp_path_factory.mktemp("disk") / "disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'registry'}", "LD_PRELOAD": str(library)}
    command = [sys.executable, "-m", "tests.fakes.faults.disk"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=60)


def make(folder: Path, count: int) -> None:
    with found(folder, "localhost/disk", LOG_KEY) as registry:
        registry.enroll(SIGNER.public_pem, "A", "evaluator")
        registry.append_many([made.note(number, SIGNER) for number in range(count)], now=made.NOW)


def fail_everywhere(process: subprocess.Popen[str], home: Path, step: int, entries: int) -> int:
    """Let every ``step``-th write of two appends fail; returns how many did."""
    make(home / "template", entries)
    failed = 0
    assert process.stdin is not None
    assert process.stdout is not None
    for error, codes in (("ENOSPC", {"CERT-E073", "CERT-E079"}), ("EIO", {"CERT-E079"})):
        at = 1
        while True:
            request = {"template": str(home / "template"), "folder": str(home / "r"), "at": at, "error": error}
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert answer["problem"] == "", (at, error, answer)
            if answer["seen"] < at:
                assert answer["refused"] == []
                break
            assert answer["refused"], (at, error, answer)
            assert set(answer["refused"]) <= codes, (at, error, answer)
            failed += 1
            at += step
    return failed


def test_a_disk_that_fails_loses_nothing(failing: subprocess.Popen[str], home: Path) -> None:
    assert fail_everywhere(failing, home, step=29, entries=3) > 4


@pytest.mark.slow  # some hundred registries
def test_a_disk_that_fails_at_any_write_loses_nothing(failing: subprocess.Popen[str], home: Path) -> None:
    assert fail_everywhere(failing, home, step=1, entries=250) > 100


def cut_short(home: Path, every: int, batches: tuple[int, ...]) -> int:
    """Cut SQLite's write-ahead log at frame boundaries, as a power cut may; returns at how many."""
    make(home / "r", 3)
    sizes = [3]
    with Registry.open(home / "r", LOG_KEY) as registry:
        wal = home / "r" / "registry.db-wal"
        for count in batches:
            bundles = [made.note(sizes[-1] + place, SIGNER) for place in range(count)]
            registry.append_many(bundles, now=made.NOW)
            sizes.append(registry.size)
        shutil.copytree(home / "r", home / "whole")
        data = wal.read_bytes()
    page = int.from_bytes(data[8:12], "big")
    boundaries = range(WAL_HEADER, len(data) + 1, FRAME_HEADER + page)
    assert len(boundaries) > 20
    tried = 0
    for boundary in [*boundaries[::every], boundaries[-1]]:
        tried += 1
        for torn in (0, 100):  # at the boundary, and within the next frame
            _cut(home, data[: boundary + torn], sizes, whole=boundary == boundaries[-1])
    return tried


def _cut(home: Path, data: bytes, sizes: list[int], *, whole: bool) -> None:
    folder = home / "cut"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(home / "whole", folder)
    (folder / "registry.db-wal").write_bytes(data)
    (folder / "registry.db-shm").unlink(missing_ok=True)
    try:
        with Registry.open(folder, LOG_KEY) as registry:
            assert whole, "the lock tells that something acknowledged is missing"
            assert registry.size == sizes[-1]
    except RegistryError as error:
        assert (error.code, whole) == ("CERT-E072", False)  # noqa: PT017 -- which of the two comes is what is tested
    for name in ("lock", "checkpoint"):  # as if the cut had come before either was written
        (folder / name).unlink()
    shutil.rmtree(folder / "tile")
    with Registry.open(folder, LOG_KEY) as registry:
        assert registry.size in sizes, "a batch is there whole or not at all"
        assert registry.fsck(made.NOW) == ()
        assert registry.append(made.note(10**6, SIGNER), now=made.NOW).index == registry.size - 1


def test_a_log_cut_short_is_a_log_of_whole_batches(home: Path) -> None:
    assert cut_short(home, every=12, batches=(1, 20, 1)) >= 3


@pytest.mark.slow  # a registry is examined twice at each of some hundred boundaries
def test_a_log_cut_short_at_any_frame_is_a_log_of_whole_batches(home: Path) -> None:
    assert cut_short(home, every=1, batches=(1, 4, 300, 1)) > 20
