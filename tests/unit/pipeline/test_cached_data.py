"""A run may take digests of data from the cache when it is told to, and says so; a model is always read."""

import pytest

from certify.cli.findings import print_findings
from certify.errors import HostileInput
from certify.evidence.dataset import DigestSource
from certify.identify import cache as digest_cache
from certify.identify.mounts import MountTable
from certify.pipeline.main import read_inputs
from certify.pipeline.reporter import Silent
from certify.verify.document import open_document
from certify.verify.evidence import verify_evidence
from certify.verify.expectations import Expectations
from certify.verify.first_page import check_first_page
from certify.verify.verify import verify_certificate
from tests.fakes.chain import House, finish, request_for


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


def test_the_certificate_says_so_and_cannot_leave_it_out(production: House, capsys):
    request = request_for(production)
    plain = finish(production, request, drawn=False).certificate
    cached = request.model_copy(update={"cached_data": True})
    read_inputs(cached, Silent())  # fills the cache
    chain = finish(production, cached, drawn=False)
    certificate = chain.certificate
    assert [one.digest_source for one in (*plain.datasets, *certificate.datasets)] == ["recomputed", "cached"]
    (added,) = [text for text in certificate.caveats if text not in plain.caveats and "attempt" not in text]
    assert "were not read again for their digests" in added
    found = verify_certificate(chain.bundle, trust=chain.trust, expectations=Expectations(at=chain.at))
    assert found.verdict == "valid", found.checks
    evidence = verify_evidence(open_document(chain.bundle).statements.values(), chain.trust)
    assert check_first_page(certificate, evidence)
    silent = certificate.model_copy(update={"caveats": tuple(one for one in certificate.caveats if one != added)})
    with pytest.raises(HostileInput, match="caveats are not those"):
        check_first_page(silent, evidence)
    print_findings(certificate)
    shown = " ".join(capsys.readouterr().out.split())
    assert "digests cached, not recomputed" in shown
    assert added in shown


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
