"""What a reader whose trust file names approvers accepts, and what not."""

import pytest

from certify.attest.statements import approval_statement, waiver_statement
from certify.evidence import statement as kinds
from certify.evidence.approval import Approval, Waiver
from certify.pipeline.clock import later
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import waived_and_approved
from tests.fakes.forgery import forge, parts_of

DIGEST = "ab" * 32


@pytest.fixture(scope="session")
def approved():
    return waived_and_approved()


@pytest.fixture(scope="session")
def waiver(approved):
    return parts_of(approved.bundle)["waiver"]


def judged(approved, data, trust=None):
    found = verify_certificate(data, trust=trust or approved.trust, expectations=Expectations(at=approved.at))
    return found.verdict, [(line.id, line.code) for line in found.checks if line.result == "fail"]


def by(approved, *signers, decision=None, named=None, **changes):
    """What makes approvals of a forged decision by these keys."""

    def make(bundle):
        subject = decision or bundle.payload_sha256
        said = {
            "model": statement_of(bundle).subject[0].digest.sha256,
            "verdict": "approved",
            "approvedAt": "2026-11-23T17:00:00Z",
            **changes,
        }
        approvals = [Approval.from_document({"approver": named or key.keyid, **said}) for key in signers]
        return [
            parse_bundle(sign_statement(approval_statement(one, subject, "run"), key))
            for one, key in zip(approvals, signers, strict=True)
        ]

    return make


def rewaived(approved, waiver, *, signer=None, model=None, **changes):
    """The chain's waiver with something changed, signed anew."""
    statement = statement_of(waiver)
    claim = Waiver.from_document({**statement.predicate, **changes})
    subject = model or statement.subject[0].digest.sha256
    return parse_bundle(sign_statement(waiver_statement(claim, subject, "m"), signer or approved.house.approvers[0]))


def test_the_honest_certificate_is_valid(approved, waiver):
    assert judged(approved, approved.bundle) == ("valid", [])
    again = forge(approved, more=[waiver], approvals=by(approved, *approved.house.approvers[:2]))
    assert judged(approved, again) == ("valid", [])


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_approvals(count, approved, waiver):
    data = forge(approved, more=[waiver], approvals=by(approved, *approved.house.approvers[:count]))
    assert judged(approved, data) == ("invalid", [("approvals", "CERT-E107")])


def test_the_same_key_twice_is_one(approved, waiver):
    key = approved.house.approvers[0]

    def twice(decision):
        return [*by(approved, key)(decision), *by(approved, key, comment="once more")(decision)]

    data = forge(approved, more=[waiver], approvals=twice)
    assert judged(approved, data) == ("invalid", [("approvals", "CERT-E107")])


def test_one_no_among_enough_yes(approved, waiver):
    first, second, third = approved.house.approvers

    def mixed(decision):
        return [*by(approved, first, second)(decision), *by(approved, third, verdict="rejected")(decision)]

    data = forge(approved, more=[waiver], approvals=mixed)
    assert judged(approved, data) == ("invalid", [("approvals", "CERT-E107")])


@pytest.mark.parametrize("role", ["issuer", "evaluator", "data-steward", "revoker"])
def test_an_approval_by_a_key_of_another_role(role, approved, waiver):
    keys = (approved.house.approvers[0], approved.house.signers[role])
    data = forge(approved, more=[waiver], approvals=by(approved, *keys))
    assert judged(approved, data) == ("invalid", [("approvals", "CERT-E055")])


def test_an_approval_by_a_stranger(approved, waiver):
    data = forge(approved, more=[waiver], approvals=by(approved, approved.house.approvers[0], generate_signer()))
    assert judged(approved, data)[0] == "invalid"


@pytest.mark.parametrize("changes", [{"decision": DIGEST}, {"model": DIGEST}, {"named": DIGEST}])
def test_an_approval_of_something_else(changes, approved, waiver):
    first, second, third = approved.house.approvers

    def mixed(decision):
        return [*by(approved, first, second)(decision), *by(approved, third, **changes)(decision)]

    data = forge(approved, more=[waiver], approvals=mixed)
    assert judged(approved, data) == ("invalid", [("approvals", "CERT-E106")])


def test_a_key_with_two_roles_approves_nothing_even_in_development(approved):
    document = approved.trust.document()
    document["environment"] = "development"
    document["roles"]["evaluator"]["keyids"].append(approved.house.approvers[0].keyid)
    trust = TrustFile.from_document(document)
    _, failed = judged(approved, approved.bundle, trust)
    assert ("approvals", "CERT-E106") in failed


def test_approved_before_it_was_decided_and_waived_after(approved, waiver):
    keys = approved.house.approvers[:2]
    data = forge(approved, more=[waiver], approvals=by(approved, *keys), misplaced=True)
    assert judged(approved, data) == ("invalid", [("log", "CERT-E090")])


def test_proofs_of_what_approvers_signed_are_asked_for(approved, waiver):
    keys = approved.house.approvers[:2]
    edits = {"certificate": lambda document: document["proofs"].pop(waiver.payload_sha256)}
    data = forge(approved, edits, more=[waiver], approvals=by(approved, *keys))
    assert judged(approved, data) == ("invalid", [("log", "CERT-E090")])


def test_a_certificate_that_outlives_its_waiver(approved, waiver):
    edits = {"certificate": lambda document: document.update(validUntil="2027-11-01T00:00:00Z")}
    data = forge(approved, edits, more=[waiver], approvals=by(approved, *approved.house.approvers[:2]))
    assert judged(approved, data) == ("invalid", [("decision", "CERT-E090")])


def test_a_first_page_that_hides_the_waiver(approved, waiver):
    edits = {"certificate": lambda document: document["caveats"].pop(0)}
    data = forge(approved, edits, more=[waiver], approvals=by(approved, *approved.house.approvers[:2]))
    assert judged(approved, data) == ("invalid", [("first-page", "CERT-E090")])


def certified(document):
    """The lie that would be needed: a decision that claims the rule waived all the same."""
    document["verdict"] = "certified"


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "ST-06"},
        {"policy": "finance"},
        {"policyVersion": "9.0.0"},
        {"policySha256": DIGEST},
        {"policy": None},
        {"validFrom": "2020-01-01T00:00:00Z", "expiresAt": "2020-02-01T00:00:00Z"},
        {"validFrom": "2020-01-01T00:00:00Z"},
    ],
    ids=["another rule", "another policy", "another version", "a changed policy", "no policy", "expired", "too long"],
)
def test_a_waiver_that_does_not_hold_carries_no_certificate(changes, approved, waiver):
    other = rewaived(approved, waiver, **changes)
    keys = approved.house.approvers[:2]
    for edits in ({}, {"decision": certified}):
        verdict, failed = judged(approved, forge(approved, edits, more=[other], approvals=by(approved, *keys)))
        assert verdict == "invalid"
        assert failed[0] == ("decision", "CERT-E091")


def test_a_waiver_of_another_model(approved, waiver):
    other = rewaived(approved, waiver, model=DIGEST)
    data = forge(approved, more=[other], approvals=by(approved, *approved.house.approvers[:2]))
    assert judged(approved, data) == ("invalid", [("evidence-signatures", "CERT-E090")])


@pytest.mark.parametrize("role", ["issuer", "evaluator", "data-steward", "revoker"])
def test_a_waiver_by_who_may_not_waive(role, approved, waiver):
    other = rewaived(approved, waiver, signer=approved.house.signers[role])
    data = forge(approved, more=[other], approvals=by(approved, *approved.house.approvers[:2]))
    assert judged(approved, data) == ("invalid", [("evidence-signatures", "CERT-E055")])


def test_a_reader_without_approvers_believes_no_waiver(approved):
    document = approved.trust.document()
    for key in approved.house.approvers:
        del document["keys"][key.keyid]
    del document["roles"]["approver"]
    assert judged(approved, approved.bundle, TrustFile.from_document(document)) == (
        "invalid",
        [("evidence-signatures", "CERT-E055")],
    )


def test_a_certificate_without_approvals_is_not_enough_for_who_asks_for_them(approved, chain):
    """A trust file that gains approvers asks older certificates for approvals, too."""
    document = chain.trust.document()
    key = generate_signer()
    document["keys"][key.keyid] = {"pem": key.public_pem, "party": "Committee", "scheme": key.scheme}
    document["roles"]["approver"] = {"keyids": [key.keyid], "threshold": 1}
    found = verify_certificate(
        chain.bundle, trust=TrustFile.from_document(document), expectations=Expectations(at=chain.at)
    )
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in found.checks if line.result == "fail"] == [("approvals", "CERT-E107")]


def test_more_waivers_than_were_decided_with(approved, waiver):
    extra = rewaived(approved, waiver, ticket="RISK-999", expiresAt=later(approved.at, days=1))

    def without(document):
        document["evidence"] = [digest for digest in document["evidence"] if digest != extra.payload_sha256]

    data = forge(
        approved,
        {"decision": without},
        more=[waiver, extra],
        approvals=by(approved, *approved.house.approvers[:2]),
    )
    assert judged(approved, data) == ("invalid", [("decision", "CERT-E091")])


def test_kinds_are_listed_under_their_own_names(approved):
    listed = [one.kind for one in approved.certificate.evidence]
    assert (listed.count("approval"), listed.count("waiver")) == (2, 1)
    assert kinds.SHORT_NAMES[kinds.APPROVAL] == "approval"
