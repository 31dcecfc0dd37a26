"""Evidence that was signed in earnest for something else: another model, run, data or policy version."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.audit.audit import audit_certificate
from certify.audit.recompute import EvidencePack
from certify.errors import HostileInput
from certify.trust.bundle import Bundle
from certify.verify.evidence import verify_evidence
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, level_one, level_one_of_another_model
from tests.fakes.forgery import forge, parts_of
from tests.fakes.related import later_run, of_other_data, under_another_version
from tests.fakes.scripted_engine import judge_here

RELATED: dict[str, Callable[[], Chain]] = {
    "another model": level_one_of_another_model,
    "another run": later_run,
    "other data": of_other_data,
    "another policy version": under_another_version,
}
EVIDENCE = ("plan", "evaluation", "contamination", "dataset", "declaration")
OF_THE_OWNER = {
    "another model": set(),
    "another run": {"dataset", "declaration"},
    "other data": {"declaration"},
    "another policy version": {"dataset", "declaration"},
}
"""What a steward says of the same data and an owner of the same model; it is as true of the next run."""
PACK = ("records.jsonl", "questions.jsonl", "journal.jsonl", "scan-report.json")


@pytest.fixture(params=list(RELATED))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def mixed(mine: Chain, theirs: Chain) -> Iterator[tuple[tuple[str, ...], dict[str, Bundle]]]:
    """Every set of evidence with some of it from the other certificate and some not."""
    ours, others = parts_of(mine.bundle), parts_of(theirs.bundle)
    for size in range(1, len(EVIDENCE)):
        for taken in combinations(EVIDENCE, size):
            yield taken, {kind: (others if kind in taken else ours)[kind] for kind in EVIDENCE}


def agrees(chain: Chain, evidence: dict[str, Bundle]) -> bool:
    try:
        verify_evidence(evidence.values(), chain.trust)
    except HostileInput:
        return False
    return True


def test_the_evidence_of_each_certificate_agrees(name):
    for chain in (level_one(), RELATED[name]()):
        assert agrees(chain, {kind: parts_of(chain.bundle)[kind] for kind in EVIDENCE})


def test_evidence_of_two_certificates_never_agrees(name):
    """But for what the owner and the steward say of the same model and data, which no run changes."""
    mine, theirs = level_one(), RELATED[name]()
    made = list(mixed(mine, theirs))
    assert len(made) == 30
    accepted = {frozenset(taken) for taken, evidence in made if agrees(mine, evidence)}
    owners = {frozenset(some) for size in (1, 2) for some in combinations(sorted(OF_THE_OWNER[name]), size)}
    others = {frozenset(EVIDENCE) - some for some in owners}
    assert accepted == owners | others


@pytest.mark.slow
def test_an_issuer_that_signs_for_mixed_evidence_is_not_believed(name):
    """The issuer decides on it, signs a certificate over it and logs all of it; nobody else signs again."""
    mine, theirs = level_one(), RELATED[name]()
    assert judged(mine, forge(mine)) == "valid"
    every = [*mixed(mine, theirs), (EVIDENCE, {kind: parts_of(theirs.bundle)[kind] for kind in EVIDENCE})]
    believed = [taken for taken, evidence in every if judged(mine, forge(mine, instead=evidence)) != "invalid"]
    assert believed == ([("dataset",)] if "dataset" in OF_THE_OWNER[name] else [])


def judged(chain: Chain, data: bytes) -> str:
    at = max(chain.at, *(make().at for make in RELATED.values()))
    return str(verify_certificate(data, trust=chain.trust, expectations=Expectations(at=at)).verdict)


@pytest.fixture
def audited(monkeypatch: pytest.MonkeyPatch) -> Callable[[Chain, Path], bool]:
    pytest.importorskip("lm_eval")
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    return lambda chain, pack: audit_certificate(chain.bundle, trust=chain.trust, pack=pack, at=chain.at).agrees


def test_the_evidence_pack_of_another_certificate_does_not_lead_to_this_one(audited, name):
    mine, theirs = level_one(), RELATED[name]()
    assert audited(mine, mine.folder.path)
    assert audited(theirs, theirs.folder.path)
    assert not audited(mine, theirs.folder.path)
    assert not audited(theirs, mine.folder.path)


def test_those_are_the_files_that_an_audit_reads(audited, monkeypatch):
    read, honest = set(), EvidencePack.read
    monkeypatch.setattr(EvidencePack, "read", lambda pack, name: read.add(name) or honest(pack, name))
    assert audited(level_one(), level_one().folder.path)
    assert read == set(PACK)


@pytest.mark.parametrize("file", PACK)
def test_no_file_of_another_evidence_pack_leads_to_this_certificate(file, audited, name, tmp_path):
    mine, theirs = level_one(), RELATED[name]()
    pack = shutil.copytree(mine.folder.path, tmp_path / "pack")
    same = (pack / file).read_bytes() == theirs.folder.file(file).read_bytes()
    assert not same or file == "scan-report.json"  # two runs over the same data may find the same
    shutil.copy(theirs.folder.file(file), pack / file)
    assert audited(mine, pack) == same
