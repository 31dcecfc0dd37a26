"""A run may take digests of data from the cache when it is told to, and says so; a model is always read."""

import pytest

from certify.evidence.dataset import DigestSource
from certify.identify import cache as digest_cache
from certify.identify.mounts import MountTable
from certify.pipeline.main import read_inputs
from certify.pipeline.reporter import Silent
from tests.fakes.chain import House, request_for


@pytest.fixture(autouse=True)
def believed(tmp_path, monkeypatch):
    monkeypatch.setenv("CERTIFY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(MountTable, "keeps_time", lambda self, device, path: True)
    monkeypatch.setattr(digest_cache, "SETTLED_SECONDS", -60)


def test_only_when_asked_and_then_the_statements_say_so(house: House, tmp_path):
    plain = request_for(house)
    cached = plain.model_copy(update={"cached_data": True})
    runs = [read_inputs(request, Silent()) for request in (plain, cached, plain, cached)]
    sources = [run.data.identity.digest_source for run in runs if run.data]
    recomputed = DigestSource.RECOMPUTED
    assert sources == [recomputed, recomputed, recomputed, DigestSource.CACHED]
    assert len({run.key() for run in runs}) == 1, "a run cut off is continued, wherever its digests now come from"


def test_a_model_is_never_taken_from_the_cache(house: House, monkeypatch):
    asked: list[str] = []
    find = digest_cache.DigestCache.find

    def recorded(self, files):
        known = list(files)
        asked.extend(file.path for _, file in known)
        return find(self, known)

    monkeypatch.setattr(digest_cache.DigestCache, "find", recorded)
    read_inputs(request_for(house).model_copy(update={"cached_data": True}), Silent())
    assert asked == ["corpus.jsonl"]
