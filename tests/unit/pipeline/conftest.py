from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")
pytest.importorskip("lm_eval")

from certify.pipeline import clock as clock_module
from certify.pipeline.clock import later
from tests.fakes.chain import House, development_house, production_house, scripted
from tests.fakes.scripted_engine import ScriptedEngine


class Clock:
    """The time as every module of the pipeline sees it; it stands still until it is moved."""

    def __init__(self) -> None:
        self.time = clock_module.now()

    def now(self) -> str:
        return self.time

    def forward(self, **span: float) -> None:
        self.time = later(self.time, **span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for name, module in list(sys.modules.items()):
        if name.startswith("certify.pipeline.") and hasattr(module, "now"):
            monkeypatch.setattr(module, "now", clock.now)
    return clock


@pytest.fixture(scope="session")
def institute(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A production house to copy."""
    return production_house(tmp_path_factory.mktemp("institute"))


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A development house to copy."""
    return development_house(tmp_path_factory.mktemp("bench"))


@pytest.fixture
def house(bench: House, tmp_path: Path) -> House:
    return bench.copied(tmp_path)


@pytest.fixture
def production(institute: House, tmp_path: Path) -> House:
    return institute.copied(tmp_path)


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    """The engine of every run in a test; pages are not drawn."""
    engine = ScriptedEngine()
    with scripted(engine, drawn=False):
        yield engine


@pytest.fixture(scope="session")
def committee(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A production house that asks two of three approvers, to copy."""
    return production_house(tmp_path_factory.mktemp("committee"), threshold=2)


@pytest.fixture
def asked(committee: House, tmp_path: Path) -> House:
    return committee.copied(tmp_path)
