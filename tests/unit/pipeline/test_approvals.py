"""From a certified decision to its certificate, through the approvers a trust file names."""

from dataclasses import replace

import pytest

from certify.errors import CertifyError, ExitCode
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import ScreeningReport
from certify.evidence.decision import Decision
from certify.evidence.statement import APPROVAL
from certify.pipeline.approving import approvals_of, keep_approval, sign_approval
from certify.pipeline.case import read_case
from certify.pipeline.clock import later, now
from certify.pipeline.main import continue_run, outcome_of, run_model, start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.pipeline.timestamp_setup import choose_authority
from certify.pipeline.waiving import keep_waiver
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.summary import decision_of
from certify.trust.trustfile import TrustFile
from certify.verify.document import open_document
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import answer_as_witnesses, approve, chain_of, request_for, waiver_for, write_model
from tests.fakes.scripted_engine import ThreeUnreadable
from tests.fakes.tsa import authority, serving, stamping, standing_authority


def begin(house, upto=Stage.ISSUE, *, request=None, **changes):
    """A run whose seed witnesses have answered, carried as far as it goes."""
    request = (request or request_for(house)).model_copy(update=changes)
    folder = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
    answer_as_witnesses(house, folder)
    start_run(house.workspace, request, Silent(), upto=upto)
    return request, folder


def verified(chain, trust=None):
    found = verify_certificate(chain.bundle, trust=trust or chain.trust, expectations=Expectations(at=chain.at))
    return found.verdict, {line.id: line for line in found.checks}


def decision_in(folder) -> Decision:
    return decision_of(statement_of(parse_bundle(folder.file("decision.bundle.json").read_bytes())))


def test_a_run_waits_for_two_keys_and_then_issues(asked, engine):
    request, folder = begin(asked)
    assert outcome_of(folder).verdict == "awaiting_approval"
    assert not list(asked.workspace.certificates.glob("*"))
    approve(asked, folder, asked.approvers[0])
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"
    approve(asked, folder, asked.approvers[1], comment="looked at all of it", ticket="AI-7")
    asked_before = len(engine.asked)
    outcome = run_model(asked.workspace, request, Silent())
    assert (outcome.verdict, outcome.run, len(engine.asked)) == ("certified", folder.name, asked_before)
    assert not folder.has("waiting.json")
    chain = chain_of(asked, request, folder)
    verdict, lines = verified(chain)
    assert verdict == "valid"
    assert lines["approvals"].result == "pass"
    assert lines["approvals"].detail.startswith("approved by 2 of 2 needed: ")
    approvals = [one for one in chain.certificate.evidence if one.kind == "approval"]
    decision = next(one for one in chain.certificate.evidence if one.kind == "decision")
    assert {one.party for one in approvals} == {"Ausschuss A", "Ausschuss B"}
    assert all(one.log_index > decision.log_index for one in approvals)


def test_a_reader_whose_trust_file_names_no_approvers_asks_for_none(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    continue_run(asked.workspace, folder, Silent(), upto=Stage.ISSUE)
    document = asked.trust.document()
    for key in asked.approvers:
        del document["keys"][key.keyid]
    del document["roles"]["approver"]
    verdict, lines = verified(chain_of(asked, request, folder), type(asked.trust).from_document(document))
    assert verdict == "valid"
    assert lines["approvals"].result == "skip"
    assert "2 in the document stay unread" in lines["approvals"].detail


def test_one_approval_twice_is_one(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, asked.approvers[0])
    with pytest.raises(CertifyError) as caught:
        approve(asked, folder, asked.approvers[0], comment="again")
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E108", ExitCode.USAGE)
    (first,) = folder.file("approvals").glob("*.json")
    (first.parent / "copy.json").write_bytes(first.read_bytes())
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"


def test_a_key_that_was_revoked_meanwhile_is_not_enrolled_again(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    stolen = asked.approvers[0]
    with asked.workspace.writing() as registry:
        registry.enroll(stolen.public_pem, party="Ausschuss A", role="approver")
        registry.retire(stolen.public_pem, party="Ausschuss A", role="approver")
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"
    assert not list(asked.workspace.certificates.glob("*"))
    with asked.workspace.reading() as registry:
        assert registry.retired(stolen.keyid, "approver")


def test_an_approver_of_the_issuers_party_counts_and_is_marked(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, asked.approvers[1], asked.approvers[2])
    run_model(asked.workspace, request, Silent())
    _, lines = verified(chain_of(asked, request, folder))
    assert lines["approvals"].result == "pass"
    assert "Institut für Modellprüfung (not independent)" in lines["approvals"].detail
    assert "Ausschuss B (not independent)" not in lines["approvals"].detail


@pytest.mark.parametrize("role", ["issuer", "evaluator", "revoker", "data-steward"])
def test_who_did_the_work_cannot_approve_it(role, asked, engine):
    _, folder = begin(asked)
    with pytest.raises(CertifyError) as caught:
        approve(asked, folder, asked.signers[role])
    assert caught.value.code == "CERT-E106"
    assert f"it is trusted as {role}" in caught.value.why


def test_an_approval_of_another_decision_is_none_of_this_one(asked, engine, tmp_path):
    _, first = begin(asked)
    other = request_for(asked).model_copy(update={"model": write_model(tmp_path / "other", fill=7)})
    request, second = begin(asked, request=other)
    approve(asked, first, asked.approvers[0])
    (given,) = first.file("approvals").glob("*.json")
    place = second.file("approvals") / given.name
    place.parent.mkdir()
    place.write_bytes(given.read_bytes())
    with pytest.raises(CertifyError) as caught:
        run_model(asked.workspace, request, Silent())
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E106", ExitCode.NEGATIVE)
    assert "another decision" in caught.value.what
    assert not list(asked.workspace.certificates.glob("*"))


def test_what_an_approver_is_shown_follows_from_the_evidence_or_is_refused(asked, engine):
    _, folder = begin(asked)
    policy = folder.file("policy.json")
    policy.write_bytes(policy.read_bytes().replace(b'"validity_days":365', b'"validity_days":366').replace(
        b'"validityDays":365', b'"validityDays":366'
    ))  # fmt: skip
    with pytest.raises(CertifyError) as caught:
        approve(asked, folder, asked.approvers[0])
    assert caught.value.code == "CERT-E091"


def test_one_no_outweighs_two_yes(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    approve(asked, folder, asked.approvers[2], verdict="rejected", comment="the scan is too old", ticket="AI-9")
    outcome = run_model(asked.workspace, request, Silent())
    assert (outcome.verdict, outcome.serial, outcome.pdf) == ("refused", None, f"runs/{folder.name}/screening.pdf")
    report = ScreeningReport.from_bytes(folder.file("screening.json").read_bytes())
    assert report.not_issued == "rejected by Institut für Modellprüfung; the scan is too old; ticket AI-9"
    rejected = [one for one in report.evidence if one.kind == "approval"]
    assert len(rejected) == 3
    assert all(one.log_index is not None for one in rejected)
    assert decision_in(folder).verdict == "certified"


def test_an_approval_can_become_a_rejection_but_not_back(asked, engine):
    _, folder = begin(asked)
    approve(asked, folder, asked.approvers[0])
    approve(asked, folder, asked.approvers[0], verdict="rejected", comment="read it again")
    with pytest.raises(CertifyError) as caught:
        approve(asked, folder, asked.approvers[0])
    assert caught.value.code == "CERT-E108"


def test_a_refused_run_waits_for_nobody(asked, engine):
    engine.say = lambda _request, _gold: " 99999999\n"
    _, folder = begin(asked)
    assert outcome_of(folder).verdict == "refused"


def test_a_run_without_approvers_issues_at_once(production, engine):
    request, folder = begin(production)
    assert outcome_of(folder).verdict == "certified"
    _, lines = verified(chain_of(production, request, folder))
    assert lines["approvals"].result == "skip"


def cut_off_at_issue(asked, request, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("certify.pipeline.concluding.issue_certificate", stop)
        with pytest.raises(KeyboardInterrupt):
            run_model(asked.workspace, request, Silent())


def test_approvals_are_fixed_when_the_run_goes_on(asked, engine, monkeypatch):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    cut_off_at_issue(asked, request, monkeypatch)
    approve(asked, folder, asked.approvers[2], verdict="rejected", comment="too late")
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"
    assert len([one for one in chain_of(asked, request, folder).certificate.evidence if one.kind == "approval"]) == 2


def test_a_waived_rule_is_certified_until_the_waiver_ends(asked, engine):
    engine.say = ThreeUnreadable()
    request = request_for(asked)
    keep_waiver(asked.workspace, waiver_for(asked, request))
    request, folder = begin(asked, request=request)
    approve(asked, folder, *asked.approvers[:2])
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"
    chain = chain_of(asked, request, folder)
    (waived,) = [rule for rule in chain.certificate.rules if rule.status == "waived"]
    assert waived.id == "ST-07"
    assert chain.certificate.valid_until == waived.waiver.expires_at
    assert chain.certificate.caveats[0].startswith("Waived: ST-07 until ")
    verdict, lines = verified(chain)
    assert verdict == "valid", lines
    waiver = next(one for one in chain.certificate.evidence if one.kind == "waiver")
    decision = next(one for one in chain.certificate.evidence if one.kind == "decision")
    assert waiver.log_index < decision.log_index
    assert waiver.payload_sha256 in decision_in(folder).evidence


def test_without_its_waiver_the_same_run_is_inconclusive(asked, engine):
    engine.say = ThreeUnreadable()
    _, folder = begin(asked)
    assert outcome_of(folder).verdict == "inconclusive"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"model": "ab" * 32}, None), ({"rule": "ST-06"}, "unused"), ({"expires": "soon"}, "expired")],
)
def test_a_waiver_that_does_not_fit_certifies_nothing(changes, kind, asked, engine, clock):
    engine.say = ThreeUnreadable()
    request = request_for(asked)
    if changes.get("expires"):
        changes = {"expires": later(clock.time, hours=1)}
    keep_waiver(asked.workspace, waiver_for(asked, request, **changes))
    if kind == "expired":
        clock.forward(hours=2)
    _, folder = begin(asked, request=request)
    assert outcome_of(folder).verdict == "inconclusive"
    assert [one.kind for one in decision_in(folder).waiver_findings or ()] == ([kind] if kind else [])


def test_a_waiver_of_another_model_that_is_named_stops_the_run(asked, engine, tmp_path):
    request = request_for(asked)
    path = tmp_path / "waiver.json"
    path.write_bytes(waiver_for(asked, request, model="ab" * 32).to_bytes())
    with pytest.raises(CertifyError) as caught:
        begin(asked, request=request, waivers=(path,))
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E105", ExitCode.USAGE)


def test_a_waiver_by_the_issuer_is_not_kept(asked):
    request = request_for(asked)
    own = replace(asked, approvers=(asked.signers["issuer"],))
    with pytest.raises(CertifyError) as caught:
        keep_waiver(asked.workspace, waiver_for(own, request))
    assert caught.value.code == "CERT-E055"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rule": "ST-99"}, "has no rule"),
        ({"rule": "ST-05"}, "lets nobody waive ST-05"),
        ({"expires": "2020-01-01T00:00:00Z"}, "would have ended already"),
        ({"expires": "2099-01-01T00:00:00Z"}, "longer than 90 days"),
        ({"expires": "tomorrow"}, "is not a time"),
        ({"expires": "2026-02-30T00:00:00Z"}, "is not a time"),
        ({"reason": ""}, "reason"),
        ({"ticket": "x" * 101}, "ticket"),
    ],
)
def test_a_waiver_that_nobody_may_sign(changes, told, asked):
    with pytest.raises(CertifyError) as caught:
        waiver_for(asked, request_for(asked), **changes)
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E104", ExitCode.USAGE)
    assert told in caught.value.what


def test_a_waiver_that_runs_out_while_the_run_waits_ends_it(asked, engine, clock):
    engine.say = ThreeUnreadable()
    request = request_for(asked)
    keep_waiver(asked.workspace, waiver_for(asked, request, expires=later(clock.time, hours=1)))
    request, folder = begin(asked, request=request)
    assert outcome_of(folder).verdict == "awaiting_approval"
    clock.forward(hours=2)
    approve(asked, folder, *asked.approvers[:2])
    assert run_model(asked.workspace, request, Silent()).verdict == "incomplete"
    report = ScreeningReport.from_bytes(folder.file("screening.json").read_bytes())
    assert report.not_issued is not None
    assert report.not_issued.startswith("the waiver of ST-07 ran out at ")


def test_waivers_that_come_after_the_decision_are_for_the_next_run(asked, engine):
    engine.say = ThreeUnreadable()
    request, folder = begin(asked, upto=Stage.DECIDE)
    keep_waiver(asked.workspace, waiver_for(asked, request))
    continue_run(asked.workspace, folder, Silent(), upto=Stage.ISSUE)
    assert outcome_of(folder).verdict == "inconclusive"


def test_a_waiver_given_between_check_and_decide_counts(asked, engine):
    engine.say = ThreeUnreadable()
    request, folder = begin(asked, upto=Stage.CHECK)
    keep_waiver(asked.workspace, waiver_for(asked, request))
    continue_run(asked.workspace, folder, Silent(), upto=Stage.ISSUE)
    assert outcome_of(folder).verdict == "awaiting_approval"


def test_an_approval_is_kept_for_its_own_decision_alone(asked, engine):
    _, folder = begin(asked)
    case = read_case(folder.file("decision.bundle.json"), folder.name, asked.trust)
    signed = sign_approval(case, asked.approvers[0], asked.trust, verdict="approved")
    other = replace(case.decision, payload_sha256="0" * 64, token=_token())
    with pytest.raises(CertifyError) as caught:
        keep_approval(asked.workspace, folder, replace(case, decision=other), signed)
    assert caught.value.code == "CERT-E106"


def _token():
    from certify.trust import verified as module

    return module._TOKEN


def bound(house, key, **window):
    """Gives an approver's key a term in the workspace's trust file."""
    document = house.trust.document()
    document["keys"][key.keyid].update(window)
    house.workspace.installed_trust = TrustFile.parse(canonical_bytes(document))
    (house.workspace.home / "trust.json").write_bytes(house.workspace.trust.to_bytes())


def log_size(house) -> int:
    with house.workspace.reading() as registry:
        return registry.size


def test_an_approval_counts_only_where_its_key_does(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    bound(asked, asked.approvers[0], validUntilIndex=log_size(asked))
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"
    case = read_case(folder.file("decision.bundle.json"), folder.name, asked.trust)
    assert approvals_of(asked.workspace, folder, case).words() == (
        "1 of 2 needed: Ausschuss B; not counted, as the key counts no more: Ausschuss A"
    )
    with pytest.raises(CertifyError) as caught:
        approve(asked, folder, asked.approvers[0], comment="once more")
    assert (caught.value.code, caught.value.exit_code) == ("CERT-E126", ExitCode.NEGATIVE)
    approve(asked, folder, asked.approvers[2])
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"
    chain = chain_of(asked, request, folder)
    assert verified(chain)[0] == "valid"
    signers = {one.keyid for one in chain.certificate.evidence if one.kind == "approval"}
    assert signers == {asked.approvers[1].keyid, asked.approvers[2].keyid}


def test_an_approval_in_the_log_counts_at_its_own_entry(asked, engine, monkeypatch):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    cut_off_at_issue(asked, request, monkeypatch)
    bound(asked, asked.approvers[0], validUntilIndex=log_size(asked))
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"
    verdict, lines = verified(chain_of(asked, request, folder))
    assert (verdict, lines["keys"].result) == ("valid", "pass")


def test_a_rejection_by_a_key_that_counts_no_more_ends_nothing(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, asked.approvers[2], verdict="rejected", comment="no")
    bound(asked, asked.approvers[2], revoked={"index": 0, "reason": "stolen", "declaredAt": now()})
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"


def test_a_retired_approver_is_not_enrolled_again(asked, engine):
    request, folder = begin(asked)
    approve(asked, folder, *asked.approvers[:2])
    with asked.workspace.writing() as registry:
        registry.enroll(asked.approvers[0].public_pem, party="Ausschuss A", role="approver")
        registry.retire(asked.approvers[0].public_pem, party="Ausschuss A", role="approver")
    assert run_model(asked.workspace, request, Silent()).verdict == "awaiting_approval"
    with asked.workspace.reading() as registry:
        assert registry.roles_of(asked.approvers[0].keyid) == frozenset()
    approve(asked, folder, asked.approvers[2])
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"


def test_a_waiver_in_the_log_outlives_the_term_of_its_key(asked, engine):
    engine.say = ThreeUnreadable()
    request = request_for(asked)
    keep_waiver(asked.workspace, waiver_for(asked, request))
    _, first = begin(asked, request=request)
    approve(asked, first, *asked.approvers[1:])
    run_model(asked.workspace, request, Silent())
    bound(asked, asked.approvers[0], validUntilIndex=log_size(asked))
    request, folder = begin(asked, request=request)
    assert folder.name != first.name
    approve(asked, folder, *asked.approvers[1:])
    assert run_model(asked.workspace, request, Silent()).verdict == "certified"
    assert verified(chain_of(asked, request, folder))[0] == "valid"


def test_a_waiver_whose_key_counts_no_more_stops_the_run_by_name(asked, engine):
    engine.say = ThreeUnreadable()
    request = request_for(asked)
    signed = waiver_for(asked, request)
    path = keep_waiver(asked.workspace, signed)
    bound(asked, asked.approvers[0], revoked={"index": 0, "reason": "stolen", "declaredAt": now()})
    with pytest.raises(CertifyError) as caught:
        begin(asked, request=request)
    assert caught.value.code == "CERT-E126"
    assert str(path) in caught.value.what
    with pytest.raises(CertifyError) as caught:
        keep_waiver(asked.workspace, signed)
    assert caught.value.code == "CERT-E126"


def test_an_approval_is_stamped_and_only_under_an_authority_readers_know(asked, engine, tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(stamping(standing_authority())) as url:
        choose_authority(asked.workspace, url, standing_authority().trusted)
        asked = asked.copied(tmp_path / "stamped")
        request, folder = begin(asked)
        case = read_case(folder.file("decision.bundle.json"), folder.name, asked.trust)
        for key in asked.approvers[:2]:
            stamper = asked.workspace.timestamper
            signed = sign_approval(case, key, asked.trust, verdict="approved", timestamper=stamper)
            keep_approval(asked.workspace, folder, case, signed)
        strange = sign_approval(case, asked.approvers[2], asked.trust, verdict="approved", timestamper=authority())
        with pytest.raises(CertifyError) as caught:
            keep_approval(asked.workspace, folder, case, strange)
        assert caught.value.code == "CERT-E130"
        assert run_model(asked.workspace, request, Silent()).verdict == "certified"
    chain = chain_of(asked, request, folder)
    stamped = [one for one in open_document(chain.bundle).statements.values() if one.timestamp]
    assert sum(statement_of(one).predicate_type == APPROVAL for one in stamped) == 2
    verdict, lines = verified(chain)
    assert (verdict, lines["approvals"].result) == ("valid", "pass")
