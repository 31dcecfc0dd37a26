"""``certify data digest``: identity, source and list of training data."""

import hashlib
import json

import pytest

from certify.cli.explanations import EXPLANATIONS
from certify.identify import files
from certify.identify.mounts import MountTable


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(MountTable, "keeps_time", lambda self, device, path: True)
    monkeypatch.setattr("certify.identify.cache.SETTLED_SECONDS", -60)
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(name)
    return folder


def answer(cli, *arguments):
    said = cli("data", "digest", *arguments, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_every_byte_is_read_unless_the_cache_is_asked_for(cli, corpus):
    assert [answer(cli, corpus)["digestSource"] for _ in range(2)] == ["recomputed"] * 2
    assert answer(cli, corpus, "--cached")["digestSource"] == "cached"
    assert answer(cli, corpus, "--rehash")["digestSource"] == "recomputed"


def test_it_agrees_with_describe(cli, corpus):
    described = json.loads(cli("data", "describe", corpus, "--json").out)
    assert answer(cli, corpus)["identity"] == described["identity"]


def test_the_list_is_written_beside_and_its_sha256_is_the_identity(cli, corpus, tmp_path):
    found = answer(cli, corpus, "--manifest", tmp_path / "out" / "manifest.json")
    assert "manifest" not in found
    assert hashlib.sha256((tmp_path / "out" / "manifest.json").read_bytes()).hexdigest() == found["identity"]
    again = answer(cli, corpus, "--claimed", tmp_path / "out" / "manifest.json")
    assert (again["identity"], again["digestSource"]) == (found["identity"], "claimed")


def test_a_long_list_is_never_printed(cli, corpus, monkeypatch):
    assert len(answer(cli, corpus)["manifest"]) == 2
    monkeypatch.setattr(files, "MAX_FILES", 1)
    assert "manifest" not in answer(cli, corpus)


def test_what_a_person_reads_names_the_source(cli, corpus, tmp_path):
    said = cli("data", "digest", corpus)
    assert "recomputed: every byte was read" in said.out
    assert f"next: certify data digest {corpus} --manifest manifest.json" in said.out
    (tmp_path / "sums").write_text("hello")
    said = cli("data", "digest", corpus, "--claimed", tmp_path / "sums")
    assert said.code == 1
    assert "CERT-E113" in said.err
    assert {"CERT-E112", "CERT-E113"} <= set(EXPLANATIONS)
