"""A command line in this process, certificates to read with it, and a home of one's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.cli.app import run
from tests.fakes.chain import Chain, development_house, finish, level_one, request_for


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> str:
        """The error code on stderr, or nothing."""
        return self.err.split("error[", 1)[1].split("]", 1)[0] if "error[" in self.err else ""


Cli = Callable[..., Said]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder and a user without configuration, on a terminal of 80 columns."""
    for name in ("CERTIFY_HOME", "CERTIFY_TRUST", "CERTIFY_PASSPHRASE", "CERTIFY_PASSPHRASE_FILE", "CERTIFY_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("FORCE_COLOR", "NO_COLOR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "CERTIFY_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command line here; whatever happens, nobody sees a traceback."""

    def call(*arguments: str | Path) -> Said:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "\x1b[" not in out + err
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def chain() -> Chain:
    """A certificate of four parties and two seed witnesses."""
    return level_one()


@pytest.fixture(scope="session")
def development(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A certificate as a first run makes it, in a workspace with all of its keys."""
    house = development_house(tmp_path_factory.mktemp("development"))
    return finish(house, request_for(house))


@pytest.fixture
def handed(chain: Chain, home: Path) -> Path:
    """What a stranger was handed: certificate.pdf, certificate.json and a trust file beside them."""
    (home / "certificate.pdf").write_bytes(chain.pdf)
    (home / "certificate.json").write_bytes(chain.bundle)
    (home / "trust-file.json").write_bytes(chain.trust.to_bytes())
    return home


@pytest.fixture
def workspace(development: Chain, tmp_path: Path) -> Path:
    """A copy of the development workspace that issued a certificate."""
    copy = tmp_path / "workspace"
    shutil.copytree(development.house.workspace.home, copy)
    return copy
