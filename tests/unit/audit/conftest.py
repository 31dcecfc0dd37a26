from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")
pytest.importorskip("lm_eval")

from certify.audit.audit import Audit, audit_certificate
from certify.verify.result import CheckLine
from tests.fakes.chain import Chain, level_one
from tests.fakes.scripted_engine import judge_here


@pytest.fixture(scope="session")
def chain() -> Chain:
    return level_one()


@pytest.fixture
def pack(chain: Chain, tmp_path: Path) -> Path:
    """A copy of the evidence pack to tamper with."""
    return shutil.copytree(chain.folder.path, tmp_path / "pack")


@pytest.fixture
def audit(chain: Chain, pack: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Audit]:
    """Audits a document against the pack; answers are judged here, without a second process to wait for."""
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)

    def found(data: bytes | None = None, **how: Any) -> Audit:
        return audit_certificate(data or chain.pdf, **{"trust": chain.trust, "pack": pack, "at": chain.at, **how})

    return found


@pytest.fixture(scope="session")
def differing() -> Callable[[Audit], list[tuple[str, str | None]]]:
    def lines(found: Audit) -> list[CheckLine]:
        return [line for line in found.checks if line.result == "fail"]

    return lambda found: [(line.id, line.code) for line in lines(found)]
