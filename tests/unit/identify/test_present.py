"""The model that lies somewhere now, told by digests that are remembered of files that stood still."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from certify.errors import HostileInput, UsageError
from certify.evidence.dataset import DigestSource
from certify.identify import DigestCache, present_model, read_model
from certify.identify.cache import NAME
from tests.fakes.gguf_files import gguf_bytes


@pytest.fixture
def cache(tmp_path, monkeypatch) -> DigestCache:
    """A cache that remembers at once, whatever the file system."""
    monkeypatch.setattr("certify.identify.cache.SETTLED_SECONDS", -1)
    monkeypatch.setattr("certify.identify.cache.MountTable.keeps_time", lambda _, device, path: path.is_absolute())
    return DigestCache(tmp_path / "cache")


def test_it_has_the_identity_of_the_model_and_is_read_once(sharded_folder, cache, monkeypatch):
    expected = read_model(sharded_folder).manifest
    for source in (DigestSource.RECOMPUTED, DigestSource.CACHED):
        found = present_model(sharded_folder, cache=cache)
        assert (found.manifest, found.source) == (expected, source)
    monkeypatch.chdir(sharded_folder.parent)
    assert present_model(Path(sharded_folder.name), cache=cache).source is DigestSource.CACHED
    assert present_model(sharded_folder, cache=cache, rehash=True).source is DigestSource.RECOMPUTED
    assert present_model(sharded_folder).source is DigestSource.RECOMPUTED


def test_a_gguf_file_is_a_model_by_itself(tmp_path, cache):
    (tmp_path / "model").mkdir()
    file = tmp_path / "model" / "some-name.gguf"
    file.write_bytes(gguf_bytes())
    for path in (file, file.parent):
        found = present_model(path, cache=cache)
        assert found.manifest == read_model(path).manifest
        assert (found.folder, found.gguf) == (file.parent, file.name)


def test_a_remembered_digest_that_was_tampered_with_is_noticed_in_small_files_alone(model_folder, cache, monkeypatch):
    present_model(model_folder, cache=cache)
    with sqlite3.connect(cache._file.parent / NAME) as connection:
        connection.execute("UPDATE digest SET sha256 = ?", ("0" * 64,))
    monkeypatch.setattr("certify.identify.present.READ_AGAIN", 0)
    assert present_model(model_folder, cache=cache).source is DigestSource.CACHED
    monkeypatch.setattr("certify.identify.present.READ_AGAIN", 1 << 20)
    with pytest.raises(HostileInput, match="CERT-E112"):
        present_model(model_folder, cache=cache)


def test_a_name_that_no_engine_may_see_is_refused_as_for_any_reading(model_folder):
    (model_folder / "run.py").write_text("")
    with pytest.raises(HostileInput, match="CERT-E02"):
        present_model(model_folder)
    with pytest.raises(UsageError, match="CERT-E020"):
        present_model(model_folder / "nowhere")
