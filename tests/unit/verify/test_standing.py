import pytest

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.certificate import State
from certify.pipeline.clock import later
from certify.pipeline.standing import change_standing
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.verify.document import RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from certify_registry.answering import ask_registry
from tests.fakes.forgery import Log


@pytest.fixture
def say(chain, tmp_path):
    """What the registry answers after some changes of standing."""
    house = chain.house.copied(tmp_path)

    def changes(*states):
        for state in states:
            change_standing(house.workspace, chain.certificate.serial, state, f"because of {state}")
        with house.workspace.reading() as registry:
            return ask_registry(registry, chain.certificate.serial)

    return changes


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([], "valid"),
        ([State.REVOKED], "revoked"),
        ([State.SUSPENDED], "suspended"),
        ([State.SUSPENDED, State.REINSTATED], "valid"),
        ([State.SUPERSEDED], "superseded"),
        ([State.SUPERSEDED, State.REVOKED], "revoked"),
        ([State.SUSPENDED, State.REINSTATED, State.SUSPENDED], "suspended"),
    ],
)
def test_standing_follows_from_the_log(states, verdict, say, chain, judge, failed):
    found = judge(chain.pdf, say(*states))
    assert found.verdict == verdict
    lines = failed(found)
    assert [(line.id, line.code) for line in lines] == ([] if verdict == "valid" else [("status", "CERT-E096")])
    if lines:
        assert "because of" in lines[0].detail


def test_withdrawal_outweighs_dates_and_damage_outweighs_withdrawal(say, chain, judge):
    answer = say(State.REVOKED)
    assert judge(chain.pdf, answer, at="2020-01-01T00:00:00Z").verdict == "revoked"
    assert judge(chain.pdf, answer, policy="healthcare").verdict == "invalid"


def with_statuses(answer, *statuses, **fields):
    return answer.model_copy(update={"statuses": statuses, **fields})


def test_the_order_of_the_answer_does_not_matter(say, chain, judge):
    answer = say(State.SUSPENDED, State.REINSTATED)
    turned = with_statuses(answer, *reversed(answer.statuses))
    assert judge(chain.pdf, turned).verdict == "valid"


def test_a_status_of_somebody_who_may_not_revoke(say, chain, judge, failed):
    answer = say(State.REVOKED)
    payload = parse_bundle(answer.statuses[0].bundle).payload
    for signer in (chain.house.signers["issuer"], generate_signer()):
        log = Log(chain)
        bundle = parse_bundle(sign_statement(payload, signer))
        index = log.append(bundle)
        entry = answer.statuses[0].model_copy(update={"bundle": bundle.document, "proof": log.proof(index)})
        found = judge(chain.pdf, with_statuses(answer, entry))
        assert found.verdict == "invalid"
        assert [(line.id, line.code) for line in failed(found)] == [("status", "CERT-E055")]


def test_a_status_that_is_not_in_the_log(say, chain, judge, failed):
    answer = say(State.REVOKED)
    for proof in ("", chain.certificate.proofs["plan"]):
        found = judge(chain.pdf, with_statuses(answer, answer.statuses[0].model_copy(update={"proof": proof})))
        assert found.verdict == "invalid"
        assert [line.id for line in failed(found)] == ["status"]
        assert failed(found)[0].code in ("CERT-E075", "CERT-E076")


def test_the_answer_about_another_certificate(chain, other, judge, failed):
    found = judge(chain.bundle, other.answer)
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("status", "CERT-E090")]


def test_the_status_of_another_certificate_does_not_count(say, chain, other, judge, tmp_path):
    answer = say()
    house = chain.house.copied(tmp_path / "again")
    change_standing(house.workspace, other.certificate.serial, State.REVOKED, "not this one")
    with house.workspace.reading() as registry:
        theirs = ask_registry(registry, other.certificate.serial)
    mixed = answer.model_copy(update={"statuses": theirs.statuses, "checkpoint": theirs.checkpoint})
    assert judge(chain.pdf, mixed).verdict == "valid"


@pytest.mark.parametrize("checkpoint", ["", "nonsense", "log.example/certify\n1\nAAAA\n\n"])
def test_an_answer_without_a_signed_checkpoint_is_nobodys_answer(checkpoint, chain, judge, failed):
    found = judge(chain.pdf, chain.answer.model_copy(update={"checkpoint": checkpoint}))
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("status", "CERT-E075")]


def test_a_checkpoint_of_another_log(chain, development, judge, failed):
    found = judge(chain.pdf, chain.answer.model_copy(update={"checkpoint": development.answer.checkpoint}))
    assert [(line.id, line.code) for line in failed(found)] == [("status", "CERT-E076")]


def test_a_checkpoint_from_before_the_certificate_says_nothing_of_it(chain, judge, failed):
    early = Log(chain).checkpoint
    found = judge(chain.pdf, chain.answer.model_copy(update={"checkpoint": early}))
    assert [(line.id, line.code) for line in failed(found)] == [("status", "CERT-E076")]


@pytest.mark.parametrize("limit", [0, 1, 7])
def test_a_reader_who_wants_a_fresh_answer(limit, chain):
    def verdict(asked_at, answer=chain.answer):
        expectations = Expectations(at=later(chain.at, days=7), maximum_status_age_days=limit)
        found = verify_certificate(
            chain.pdf, trust=chain.trust, expectations=expectations, answer=answer, asked_at=asked_at
        )
        return found.verdict

    assert verdict(later(chain.at, days=7)) == "valid"
    assert verdict(later(chain.at, days=7 - limit)) == "valid"
    assert verdict(later(chain.at, days=7 - limit, seconds=-1)) == "stale"
    assert verdict(None) == "stale"
    assert verdict(None, answer=None) == "stale"


def test_a_trust_file_may_ask_for_fresh_answers(chain):
    trust = chain.trust.model_copy(update={"status_max_age_days": 1})
    found = verify_certificate(chain.pdf, trust=trust, expectations=Expectations(at=chain.at), answer=chain.answer)
    assert found.verdict == "stale"


def test_a_revoked_certificate_is_never_merely_stale(say, chain, judge):
    assert judge(chain.pdf, say(State.REVOKED), maximum_status_age_days=1).verdict == "revoked"


def test_the_rendering_of_another_certificate(chain, other, judge, failed):
    parts = {"rendering": other.answer.rendering, "rendering_proof": other.answer.rendering_proof}
    found = judge(chain.pdf, chain.answer.model_copy(update=parts))
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("whole-file", "CERT-E595")]


def test_a_rendering_that_the_issuer_did_not_sign(chain, judge, failed):
    payload = parse_bundle(chain.answer.rendering).payload
    bundle = parse_bundle(sign_statement(payload, chain.house.signers["revoker"]))
    found = judge(chain.pdf, chain.answer.model_copy(update={"rendering": bundle.document}))
    assert [(line.id, line.code) for line in failed(found)] == [("whole-file", "CERT-E055")]


def test_a_rendering_that_is_not_in_the_log(chain, judge, failed):
    proof = chain.certificate.proofs["plan"]
    found = judge(chain.pdf, chain.answer.model_copy(update={"rendering_proof": proof}))
    assert [(line.id, line.code) for line in failed(found)] == [("whole-file", "CERT-E076")]


@pytest.mark.parametrize("part", ["rendering", "statuses"])
@pytest.mark.parametrize("junk", [{}, {"dsseEnvelope": []}, {"mediaType": 1}])
def test_junk_in_an_answer_is_not_believed(part, junk, say, chain, judge):
    answer = say(State.SUSPENDED)
    if part == "rendering":
        changed = answer.model_copy(update={"rendering": junk})
    else:
        changed = with_statuses(answer, answer.statuses[0].model_copy(update={"bundle": junk}))
    assert judge(chain.pdf, changed).verdict == "invalid"


def test_an_answer_is_read_strictly(chain):
    document = parse_json(chain.answer.to_bytes())
    assert RegistryAnswer.from_bytes(canonical_bytes(document)) == chain.answer
    for name, value in (("serial", 1), ("checkpoint", None), ("statuses", [{}])):
        with pytest.raises(HostileInput):
            RegistryAnswer.from_bytes(canonical_bytes(document | {name: value}))


def test_a_saved_answer_that_leaves_a_revocation_out_proves_nothing(say, chain, judge):
    answer = say(State.REVOKED)
    silent = with_statuses(answer)
    saved = judge(chain.pdf, silent)
    assert [line.result for line in saved.checks if line.id == "status"] == ["skip"]
    asked = judge(chain.pdf, answer, asked_at=chain.at)
    assert asked.verdict == "revoked"
