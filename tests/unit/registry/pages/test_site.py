"""The pages as a folder of files."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest

from certify.cli.app import run
from certify.evidence.merkle import inclusion_path, leaf_hash, tree_root
from certify.pipeline.workspace import Configuration
from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.tlog_proof import format_tlog_proof
from certify_registry.pages.tree_path import tree_path
from tests.unit.registry.pages.conftest import Site


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src", "action")]


@pytest.fixture(scope="session")
def home(site: Site) -> Path:
    """A workspace around the registry."""
    configuration = Configuration(applicant="Institute", environment="production", created_at="2026-11-23T16:00:00Z")
    (site.world.root / "workspace.json").write_bytes(configuration.to_bytes())
    return site.world.root


@pytest.fixture(scope="session")
def folder(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, as the command writes them."""
    place = tmp_path_factory.mktemp("site") / "pages"
    with redirect_stdout(StringIO()) as said:
        assert run(["--home", str(home), "registry", "site", str(place), "--name", "A Registry", "--json"]) == 0
    told = json.loads(said.getvalue())
    assert told["schema"] == "certify/registry/v1"
    assert told["files"] == sum(path.is_file() for path in place.rglob("*"))
    return place


def test_every_link_of_every_file_leads_to_a_file(folder: Path) -> None:
    checked = 0
    for page in folder.rglob("*.html"):
        for link in Links(page.read_text()).found:
            target = link.partition("#")[0]
            if target:
                assert (page.parent / target).resolve().is_relative_to(folder), (page, link)
                assert (page.parent / target).is_file(), (page, link)
                checked += 1
    assert checked > 400


def test_the_files_hold_the_log_and_every_certificate(folder: Path, site: Site) -> None:
    assert (folder / "checkpoint").read_text() == site.registry.checkpoint()
    tiles = {
        path.relative_to(site.world.registry) for path in (site.world.registry / "tile").rglob("*") if path.is_file()
    }
    assert tiles
    for tile in tiles:
        assert (folder / tile).read_bytes() == (site.world.registry / tile).read_bytes()
    for issued in site.world.issued.values():
        assert (folder / f"c/{issued.serial}.json").read_bytes() == issued.bundle
        assert issued.serial in (folder / "index.html").read_text()
        assert issued.serial in (folder / "verify.html").read_text()


def test_an_old_copy_is_never_mixed_with_a_new_one(
    home: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "index.html").read_bytes()
    assert run(["--home", str(home), "registry", "site", str(folder)]) == 2
    assert "CERT-E682" in capsys.readouterr().err
    assert (folder / "index.html").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_the_disks_fault(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run(["--home", str(home), "registry", "site", str(tmp_path / "file" / "pages")]) == 5
    assert "CERT-E073" in capsys.readouterr().err


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 64, 100])
def test_a_drawn_path_leads_to_the_signed_root(size: int, site: Site) -> None:
    entries = [b"entry %d" % number for number in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    root = tree_root(leaves)
    signed = sign_checkpoint(Checkpoint("log.example/a", size, root), NoteSigner("log.example/a", site.world.log_key))
    for index in range(size):
        proof = format_tlog_proof(index, inclusion_path(leaves, index), signed)
        drawn = tree_path(proof, entries[index], leaves[index])
        assert drawn.nodes[-1].hash == root.hex()
        assert [node.kind for node in drawn.nodes].count("given") == len(inclusion_path(leaves, index))
        assert all(0 < node.x < 520 and 0 < node.y < drawn.height for node in drawn.nodes)
