"""One service for each file of tests, over a registry in memory where there is any."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from tests.fakes.registry_service import Served, served

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@pytest.fixture(scope="session")
def many() -> dict[str, float]:
    """Limits that no test meets by being quick."""
    return {"reads_per_second": 1e6, "read_burst": 10**6, "writes_per_second": 1e6, "write_burst": 10**6}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def world(place: Path, many: dict[str, float]) -> Iterator[Served]:
    with served(place, limits=many) as made:
        yield made


@pytest.fixture
def alone() -> Iterator[Path]:
    """A folder for a service of a test's own."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    yield folder
    shutil.rmtree(folder)
