"""``certify registry site``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.cli.app import run
from certify.pipeline.workspace import Configuration
from tests.unit.registry.pages.conftest import Site


@pytest.fixture(scope="session")
def home(site: Site) -> Path:
    """A workspace around the registry."""
    configuration = Configuration(applicant="Institute", environment="production", created_at="2026-11-23T16:00:00Z")
    (site.world.root / "workspace.json").write_bytes(configuration.to_bytes())
    return site.world.root


def test_it_writes_the_pages_once_and_says_where(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / "pages"
    assert run(["--home", str(home), "registry", "site", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"{folder}: " in said
    assert f"next: open {folder / 'index.html'}" in said
    assert (folder / "index.html").is_file()
    assert run(["--home", str(home), "registry", "site", str(folder)]) == 2
    assert "CERT-E682" in capsys.readouterr().err
    assert run(["--home", str(home), "registry", "site", str(tmp_path / "other"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == sum(path.is_file() for path in (tmp_path / "other").rglob("*"))
