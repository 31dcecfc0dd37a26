"""Renewals, four eyes and cascades in a workspace; every certificate here was issued by a whole chain."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from certify.errors import CertifyError, EvidenceMissing, UsageError
from certify.evidence.certificate import ScreeningReport, State
from certify.evidence.lifecycle import Reason
from certify.files import read_file
from certify.pipeline import main, renewing
from certify.pipeline.cascading import suspend_each, touched_by
from certify.pipeline.clock import now
from certify.pipeline.listing import write_status_lists
from certify.pipeline.main import start_run
from certify.pipeline.renewing import renew
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.pipeline.standing import Wanted, confirm_change, declare_change, declare_within, standing_here
from certify.pipeline.trusting import KeyGrant, next_trust_file
from certify.trust.bundle import parse_bundle
from certify.trust.keys import generate_signer
from certify.trust.status import Standing, Term
from certify.trust.status_entries import status_in
from certify.verify.document import claimed_certificate, open_document
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from certify_registry.answering import ask_registry
from certify_registry.lifecycle.impact import conditions_of
from tests.fakes import chain as fakes
from tests.fakes.chain import KeyringWorkspace, finish, level_zero, request_for, write_model


@pytest.fixture
def issued(tmp_path, engine, monkeypatch):
    """A development workspace that has issued a certificate, to be renewed with the scripted engine."""
    monkeypatch.setattr(renewing, "load_policy", fakes._loaded)
    chain = level_zero()
    return chain, chain.house.copied(tmp_path).workspace


class Notes(Silent):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def judged(workspace, serial, **more):
    data = read_file(workspace.certificates / f"{serial}.json")
    with workspace.reading() as registry:
        answer = ask_registry(registry, serial)
    at = now()
    expectations = Expectations(at=at, **more)
    return verify_certificate(data, trust=workspace.trust, expectations=expectations, answer=answer, asked_at=at)


def test_a_renewal_measures_anew_and_says_what_it_takes_over(issued, engine):
    chain, workspace = issued
    old = chain.certificate
    made = renew(workspace, old.serial, Silent())
    assert (made.outcome.verdict, made.missing) == ("certified", "")
    data = read_file(workspace.certificates / f"{made.outcome.serial}.json")
    new = claimed_certificate(data)
    before, after = ({one.kind: one.payload_sha256 for one in each.evidence} for each in (old, new))
    assert {kind for kind in after if after[kind] == before.get(kind)} == {"dataset", "declaration"}
    assert new.renewal is not None
    assert (new.renewal.serial, list(new.renewal.reused)) == (
        old.serial,
        sorted([before["dataset"], before["declaration"]]),
    )
    assert new.renewal.certificate_sha256 == open_document(chain.bundle).certificate.payload_sha256
    year = datetime.fromisoformat(new.valid_until) - datetime.fromisoformat(new.valid_from)
    assert year == timedelta(days=365)
    assert judged(workspace, new.serial).verdict == "valid"
    found = judged(workspace, old.serial)
    assert found.verdict == "superseded"
    assert f"see {new.serial}" in next(line.detail for line in found.checks if line.id == "status")
    asked = len(engine.asked)
    again = renew(workspace, old.serial, Silent())
    assert (again.outcome, again.index, len(engine.asked)) == (made.outcome, made.index, asked)


def test_what_cannot_be_renewed(issued, engine, tmp_path):
    chain, workspace = issued
    serial = chain.certificate.serial
    other = write_model(tmp_path / "other", 7)

    def refused(**more):
        with pytest.raises(CertifyError) as raised:
            renew(workspace, serial, Silent(), **more)
        return raised.value.code

    assert refused(model=other) == "CERT-E097"
    declare_change(workspace, serial, State.SUSPENDED, "looked into", code=Reason.UNDER_REVIEW)
    assert refused() == "CERT-E621"
    declare_change(workspace, serial, State.REVOKED, "found wrong")
    assert refused() == "CERT-E621"
    with pytest.raises(UsageError) as raised:
        renew(workspace, "CM-0000-0000-0000", Silent())
    assert raised.value.code == "CERT-E012"
    assert not engine.asked


def test_the_policy_is_the_current_one_and_another_is_refused(issued, monkeypatch):
    chain, workspace = issued
    loaded, notes = fakes._loaded(chain.request.policy), Notes()

    class Reference:
        id, version, sha256 = loaded.reference.id, "9.0.0", "0" * 64

    monkeypatch.setattr(renewing, "load_policy", lambda _: type("Loaded", (), {"reference": Reference}))
    monkeypatch.setattr(renewing, "run_model", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        renew(workspace, chain.certificate.serial, notes)
    assert notes.notes[0].endswith(f"version {loaded.reference.version} then, 9.0.0 now")
    Reference.id = "another"
    with pytest.raises(UsageError, match="now holds another"):
        renew(workspace, chain.certificate.serial, notes)


def test_a_renewal_goes_on_where_it_was_cut_off_and_the_revoker_may_be_elsewhere(issued):
    chain, workspace = issued
    held = workspace.keyring

    class Without(KeyringWorkspace):
        def signer(self, role):
            if role == "revoker":
                raise EvidenceMissing("CERT-E125", "the key of the role revoker is not on this machine")
            return held[role]

    serial = chain.certificate.serial
    cut_off = start_run(workspace, chain.request.model_copy(update={"renews": serial}), Silent(), upto=Stage.PLAN)
    made = renew(Without.open(workspace.home), serial, Silent())
    assert (made.outcome.verdict, made.index, made.outcome.run) == ("certified", None, cut_off.name)
    assert "not on this machine" in made.missing
    assert judged(workspace, serial).verdict == "valid"
    assert renew(workspace, serial, Silent()).index is not None
    assert judged(workspace, serial).verdict == "superseded"


def test_what_is_suspended_while_it_is_renewed_is_not_renewed(issued, monkeypatch):
    """Before the new certificate is signed nothing is issued; after it, the old one is not superseded."""
    chain, workspace = issued
    serial, decide = chain.certificate.serial, main.make_decision

    def suspends(workspace, *rest):
        decided = decide(workspace, *rest)
        declare_within(workspace, workspace.registry, Wanted(serial, State.SUSPENDED, "a doubt"))
        return decided

    monkeypatch.setattr(main, "make_decision", suspends)
    made = renew(workspace, serial, Silent())
    assert (made.outcome.verdict, made.outcome.serial, made.index) == ("incomplete", None, None)
    report = ScreeningReport.from_bytes(read_file(workspace.run_folder(made.outcome.run).file("screening.json")))
    assert f"{serial}, which it would renew, was suspended" in report.not_issued
    assert judged(workspace, serial).verdict == "suspended"

    monkeypatch.setattr(main, "make_decision", decide)
    declare_change(workspace, serial, State.REINSTATED, "no doubt")
    run = renewing.run_model

    def suspended_after(*rest):
        outcome = run(*rest)
        declare_change(workspace, serial, State.SUSPENDED, "another doubt")
        return outcome

    monkeypatch.setattr(renewing, "run_model", suspended_after)
    made = renew(workspace, serial, Silent())
    assert (made.outcome.verdict, made.index) == ("certified", None)
    assert "suspended" in made.missing
    assert made.missing.endswith("another doubt")
    assert judged(workspace, serial).verdict == "suspended"
    declare_change(workspace, serial, State.REINSTATED, "settled")
    again = renew(workspace, serial, Silent())
    assert (again.outcome, again.missing) == (made.outcome, "")
    assert judged(workspace, serial).verdict == "superseded"


@pytest.fixture(scope="module")
def released(institute, tmp_path_factory):
    """Two certificates of one production house, for two models; their pages are not drawn, which takes longest."""
    house = institute.copied(tmp_path_factory.mktemp("released"))
    first = finish(house, request_for(house), drawn=False)
    return first, finish(house, request_for(house, "other-reasoner", fill=2), drawn=False)


@pytest.fixture
def two_revokers(released, tmp_path):
    """A production workspace whose trust file names a second revoker; its key, and a certificate."""
    chain, second = released[0], generate_signer()
    house = chain.house.copied(tmp_path)
    grants = [KeyGrant("revoker", "Zweite Aufsicht", second.public_pem)]
    (house.workspace.home / "trust.json").write_bytes(next_trust_file(house.trust, grants=grants).to_bytes())
    workspace = KeyringWorkspace.open(house.workspace.home)
    workspace.keyring = house.workspace.keyring
    with workspace.writing() as registry:
        registry.enroll(second.public_pem, "Zweite Aufsicht", "revoker")
    return workspace, second, chain.certificate.serial


def test_nobody_revokes_alone_in_production(two_revokers):
    workspace, second, serial = two_revokers
    first = declare_change(workspace, serial, State.REVOKED, "key stolen", code=Reason.KEY_COMPROMISE).found
    assert (first.standing, first.waits_for) == (Standing.SUSPENDED, 1)
    shown = judged(workspace, serial)
    assert shown.verdict == "suspended"
    words = next(line.detail for line in shown.checks if line.id == "status")
    assert "(key compromise): key stolen; a revocation is logged" in words
    for attempt in (
        lambda: confirm_change(workspace, serial, State.REVOKED),
        lambda: declare_change(workspace, serial, State.REVOKED, "again", signer=second),
    ):
        with pytest.raises(UsageError) as raised:
            attempt()
        assert raised.value.code == "CERT-E620"
    made, reason = confirm_change(workspace, serial, State.REVOKED, signer=second)
    assert (made.found.standing, reason) == (Standing.REVOKED, "key stolen")
    assert judged(workspace, serial).verdict == "revoked"


def test_nobody_reinstates_alone_what_anybody_suspends(two_revokers):
    workspace, second, serial = two_revokers
    assert declare_change(workspace, serial, State.SUSPENDED, "a doubt").found.standing is Standing.SUSPENDED
    lifted = declare_change(workspace, serial, State.REINSTATED, "no doubt", code=Reason.RESOLVED, signer=second)
    assert lifted.found.standing is Standing.SUSPENDED
    assert judged(workspace, serial).verdict == "suspended"
    assert confirm_change(workspace, serial, State.REINSTATED)[0].found.standing is Standing.VALID
    assert judged(workspace, serial).verdict == "valid"


def test_a_reinstatement_that_has_had_its_effect_cannot_be_used_again(two_revokers):
    """Lifted by two, suspended for another reason: nobody brings back the certificate with the old words."""
    workspace, second, serial = two_revokers
    third = generate_signer()
    grants = [KeyGrant("revoker", "Dritte Aufsicht", third.public_pem)]
    path = workspace.home / "trust.json"
    path.write_bytes(next_trust_file(workspace.trust, grants=grants).to_bytes())
    workspace = type(workspace).open(workspace.home)
    workspace.keyring = two_revokers[0].keyring
    with workspace.writing() as registry:
        registry.enroll(third.public_pem, "Dritte Aufsicht", "revoker")
    declare_change(workspace, serial, State.SUSPENDED, "a doubt")
    declare_change(workspace, serial, State.REINSTATED, "no doubt")
    assert confirm_change(workspace, serial, State.REINSTATED, signer=second)[0].found.standing is Standing.VALID
    declare_change(workspace, serial, State.SUSPENDED, "new trouble")
    with pytest.raises(UsageError) as raised:
        confirm_change(workspace, serial, State.REINSTATED, signer=third)
    assert raised.value.code == "CERT-E620"
    declare_change(workspace, serial, State.REINSTATED, "no trouble")
    made, reason = confirm_change(workspace, serial, State.REINSTATED, signer=third)
    assert (made.found.standing, reason) == (Standing.VALID, "no trouble")


def test_a_mirror_works_out_the_same_at_every_size_of_the_log(two_revokers):
    workspace, second, serial = two_revokers
    with workspace.reading() as registry:
        seen = {registry.size: "valid"}
        row = registry.certificate(serial)

    def step(call, *arguments, **more):
        call(workspace, serial, *arguments, **more)
        with workspace.reading() as registry:
            seen[registry.size] = standing_here(workspace, registry, serial).standing.value

    step(declare_change, State.REVOKED, "a doubt")
    step(declare_change, State.REINSTATED, "none", signer=second)
    step(confirm_change, State.REINSTATED)
    step(declare_change, State.SUSPENDED, "another doubt", signer=second)
    step(declare_change, State.REVOKED, "certain")
    step(confirm_change, State.REVOKED, signer=second)
    with workspace.reading() as registry:
        entries = [(index, parse_bundle(registry.bundle_at(index))) for index in range(registry.size)]
    term = Term(row.valid_from, row.valid_until)
    for size, standing in seen.items():
        told = status_in(serial, reversed(entries), workspace.trust, size=size, now=row.valid_from, term=term)
        assert told.value == standing
    assert list(seen.values()) == ["valid", *["suspended"] * 2, "valid", *["suspended"] * 2, "revoked"]
    blind = workspace.trust.model_copy(
        update={"roles": {name: held for name, held in workspace.trust.roles.items() if name != "revoker"}}
    )
    assert status_in(serial, entries, blind, size=99, now=row.valid_until, term=term) == "expired"


def test_a_cascade_is_cut_off_and_goes_on(released, tmp_path):
    chain, other = released
    workspace = chain.house.copied(tmp_path).workspace
    groups = [conditions_of("benchmark=nowhere"), conditions_of(f"policy={chain.certificate.policy.id}")]
    touched = touched_by(workspace, groups)
    assert {one.row.serial for one in touched} == {chain.certificate.serial, other.certificate.serial}
    acting = suspend_each(workspace, touched, "policy retired", code=Reason.POLICY_RETIRED)
    next(acting)
    acting.close()
    left = touched_by(workspace, groups)
    assert [one.can_be_suspended for one in left] == [False, True]
    assert len(list(suspend_each(workspace, left, "policy retired", code=Reason.POLICY_RETIRED))) == 1
    assert not any(one.can_be_suspended for one in touched_by(workspace, groups))
    with workspace.reading() as registry:
        found = standing_here(workspace, registry, other.certificate.serial)
    assert (found.standing, found.reason_code) == (Standing.SUSPENDED, Reason.POLICY_RETIRED)


def test_status_lists_answer_readers_without_a_connection(released, tmp_path):
    chain = released[0]
    workspace = chain.house.copied(tmp_path).workspace
    serial, data = chain.certificate.serial, chain.bundle

    def read(lists, at=None, **more):
        expected = Expectations(at=at or now(), status_lists=lists, **more)
        found = verify_certificate(data, trust=workspace.trust, expectations=expected)
        return found.verdict, {line.id: line.result.value for line in found.checks}.get("status-list")

    fresh = read_file(write_status_lists(workspace, tmp_path / "out", hours=24).path)
    assert read(fresh) == ("valid", "pass")
    assert read(fresh, maximum_status_age_days=1) == ("valid", "pass")
    later = fakes.later(now(), days=2)
    assert read(fresh, at=later) == ("stale", "skip")
    declare_change(workspace, serial, State.SUSPENDED, "a doubt")
    doubted = read_file(write_status_lists(workspace, tmp_path / "out", hours=24).path)
    assert read(doubted) == ("suspended", "fail")
    assert read(doubted, at=later) == ("suspended", "fail")
    assert judged(workspace, serial, status_lists=fresh).verdict == "suspended"
    declare_change(workspace, serial, State.REINSTATED, "none left")
    outlived = judged(workspace, serial, status_lists=doubted)
    assert outlived.verdict == "valid"
    assert "has seen more" in next(line.detail for line in outlived.checks if line.id == "status-list")
    declare_change(workspace, serial, State.REVOKED, "for good")
    gone = read_file(write_status_lists(workspace, tmp_path / "out", hours=24).path)
    assert read(gone) == ("revoked", "fail")
    assert read(b"{}") == ("invalid", "fail")
    assert read(fresh.replace(b'"lists":[{', b'"lists":[{"x":1,')) == ("invalid", "fail")
