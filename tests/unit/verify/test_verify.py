import shutil

import pytest

from certify.errors import TrustError, UsageError
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.certificate import Level
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.pipeline.clock import later
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import write_model
from tests.fakes.forgery import forge


def results(found):
    return {line.id: line.result for line in found.checks}


def changed(trust, **fields):
    """A reader's trust file that differs in some fields."""
    return TrustFile.parse(canonical_bytes(parse_json(trust.to_bytes()) | fields))


def test_a_level_one_certificate_is_valid(chain, judge):
    found = judge(chain.pdf, chain.answer, asked_at=chain.at, model=chain.request.model, policy="starter")
    assert found.verdict == "valid"
    assert (found.serial, found.level, found.signer) == (chain.certificate.serial, 1, "Institut für Modellprüfung")
    assert (found.policy, found.development) == ("starter 1.2.0", False)
    assert found.trust_fingerprint == chain.trust.fingerprint
    assert {name for name, result in results(found).items() if result != "pass"} == {"timestamps", "approvals"}
    assert results(found)["approvals"] == results(found)["timestamps"] == "skip"
    assert list(results(found)) == [
        "document",
        "trust-file",
        "certificate-signature",
        "pdf-signature",
        "evidence-signatures",
        "log",
        "timestamps",
        "seed",
        "decision",
        "approvals",
        "first-page",
        "validity",
        "model",
        "policy",
        "level",
        "whole-file",
        "status",
    ]


def test_a_bundle_alone_is_valid_and_says_what_was_not_looked_at(chain, judge):
    found = judge(chain.bundle)
    assert found.verdict == "valid"
    skipped = {name for name, result in results(found).items() if result == "skip"}
    assert skipped == {"pdf-signature", "timestamps", "approvals", "model", "policy", "status"}


def test_a_development_certificate_is_level_zero_and_marked(development):
    found = verify_certificate(
        development.bundle,
        trust=development.trust,
        expectations=Expectations(at=development.at),
        answer=development.answer,
    )
    assert (found.verdict, found.level, found.development) == ("valid", 0, True)
    seed = next(line for line in found.checks if line.id == "seed")
    assert "could have chosen it" in seed.detail


@pytest.mark.parametrize("form", ["pdf", "bundle"])
def test_without_a_trust_file_nothing_is_valid(form, chain):
    found = verify_certificate(
        getattr(chain, form), trust=None, expectations=Expectations(at=chain.at), answer=chain.answer
    )
    assert (found.verdict, found.serial, found.signer, found.level) == (
        "incomplete",
        chain.certificate.serial,
        None,
        None,
    )
    assert results(found)["certificate-signature"] == "skip"


def test_without_a_trust_file_a_pdf_and_its_certificate_still_have_one_signer(chain, failed):
    stranger = generate_signer()
    when = issuer_time(chain)
    signed = sign_pdf(unsigned(chain), stranger, issuer_certificate(stranger, "X", when), when)
    found = verify_certificate(signed, trust=None, expectations=Expectations(at=chain.at))
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("pdf-signature", "CERT-E589")]


def test_a_pdf_signed_by_somebody_else_who_is_trusted_for_other_things(chain, judge, failed):
    revoker = chain.house.signers["revoker"]
    when = issuer_time(chain)
    signed = sign_pdf(unsigned(chain), revoker, issuer_certificate(revoker, "X", when), when)
    found = judge(signed)
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("pdf-signature", "CERT-E589")]


def test_another_trust_file_knows_none_of_the_signers(chain, development, failed):
    found = verify_certificate(
        chain.pdf, trust=development.trust, expectations=Expectations(at=chain.at), answer=chain.answer
    )
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("certificate-signature", "CERT-E055")]


def test_a_trust_file_of_the_same_keys_for_development_disagrees_with_the_page(chain, failed):
    trust = changed(chain.trust, environment="development")
    found = verify_certificate(chain.bundle, trust=trust, expectations=Expectations(at=chain.at))
    assert found.verdict == "invalid"
    assert "decision" in [line.id for line in failed(found)]


def test_one_party_behind_all_keys_is_level_zero(chain, failed):
    keys = {keyid: key.model_copy(update={"party": "One GmbH"}).document() for keyid, key in chain.trust.keys.items()}
    found = verify_certificate(
        chain.bundle, trust=changed(chain.trust, keys=keys), expectations=Expectations(at=chain.at)
    )
    assert found.verdict == "invalid"
    assert any("decision" in line.id for line in failed(found))


def test_an_expired_trust_file_gives_no_verdict(chain, judge):
    with pytest.raises(TrustError) as caught:
        judge(chain.pdf, chain.answer, at=chain.trust.expires)
    assert caught.value.code == "CERT-E042"


def test_a_role_that_needs_two_signatures_is_not_filled_by_one(chain, failed):
    roles = parse_json(chain.trust.to_bytes())["roles"]
    roles["issuer"] = {"keyids": [*roles["issuer"]["keyids"], generate_into(keys := {}, chain)], "threshold": 2}
    trust = changed(chain.trust, roles=roles, keys=keys)
    found = verify_certificate(chain.bundle, trust=trust, expectations=Expectations(at=chain.at))
    assert [(line.id, line.code) for line in failed(found)] == [("certificate-signature", "CERT-E043")]


def generate_into(keys, chain):
    """The id of a further key, added to a copy of a trust file's keys."""
    signer = generate_signer()
    keys |= parse_json(chain.trust.to_bytes())["keys"]
    keys[signer.keyid] = {"pem": signer.public_pem, "party": "Second", "scheme": signer.scheme}
    return signer.keyid


@pytest.mark.parametrize("level", [Level.INDEPENDENTLY_RERUN, Level.ACCREDITED])
def test_a_reader_who_asks_for_a_higher_level(level, chain, judge, failed):
    found = judge(chain.bundle, minimum_level=level)
    assert (found.verdict, found.level) == ("invalid", 1)
    assert [(line.id, line.code) for line in failed(found)] == [("level", "CERT-E095")]


def test_a_reader_who_asks_for_the_level_there_is(chain, judge):
    assert judge(chain.bundle, minimum_level=Level.ISSUER_RUN).verdict == "valid"


def test_a_reader_who_insists_on_another_policy(chain, judge, failed):
    found = judge(chain.bundle, policy="healthcare")
    assert [(line.id, line.code) for line in failed(found)] == [("policy", "CERT-E094")]
    assert found.verdict == "invalid"


def test_a_modified_pack_under_a_shipped_name(chain, judge, failed):
    found = judge(chain.bundle, policy="starter", policy_sha256="00" * 32)
    assert [(line.id, line.code) for line in failed(found)] == [("policy", "CERT-E094")]
    assert "modified pack" in failed(found)[0].detail
    assert judge(chain.bundle, policy="starter", policy_sha256=chain.certificate.policy.sha256).verdict == "valid"


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2020-01-01T00:00:00Z", "not_yet_valid"),
        ("valid_from", "valid"),
        ("valid_until", "expired"),
    ],
)
def test_the_time_asked_about(at, verdict, chain, failed):
    trust = changed(chain.trust, expires="2126-01-01T00:00:00Z")
    moment = getattr(chain.certificate, at, at)
    found = verify_certificate(chain.pdf, trust=trust, expectations=Expectations(at=moment), answer=chain.answer)
    assert found.verdict == verdict
    assert [line.code for line in failed(found)] == ([] if verdict == "valid" else ["CERT-E093"])


def test_the_last_second_of_validity(chain):
    trust = changed(chain.trust, expires="2126-01-01T00:00:00Z")
    last = later(chain.certificate.valid_until, seconds=-1)
    assert verify_certificate(chain.bundle, trust=trust, expectations=Expectations(at=last)).verdict == "valid"


@pytest.mark.parametrize("at", ["yesterday", "", "2026-13-01T00:00:00Z", "2026-11-23", "2026-1-1T00:00:00Z"])
def test_a_time_that_is_none_is_the_readers_mistake(at):
    with pytest.raises(UsageError) as error:
        Expectations(at=at)
    assert error.value.code == "CERT-E011"


def test_a_model_folder_with_changed_weights(chain, judge, failed, tmp_path):
    found = judge(chain.bundle, model=write_model(tmp_path / "model", fill=9))
    assert [(line.id, line.code) for line in failed(found)] == [("model", "CERT-E097")]
    assert "the weights differ" in failed(found)[0].detail


def test_a_model_folder_with_other_files(chain, judge, failed, tmp_path):
    folder = shutil.copytree(chain.request.model, tmp_path / "model")
    (folder / "tokenizer.json").write_text('{"other": 1}')
    found = judge(chain.bundle, model=folder)
    assert [(line.id, line.code) for line in failed(found)] == [("model", "CERT-E097")]
    assert "the weights are the same" in failed(found)[0].detail


def test_a_model_folder_with_other_documentation_is_the_same_model(chain, judge, tmp_path):
    folder = shutil.copytree(chain.request.model, tmp_path / "renamed")
    (folder / "README.md").write_text("another text")
    assert judge(chain.bundle, model=folder).verdict == "valid"


@pytest.mark.parametrize("name", ["payload.py", "extra.safetensors", "weights.bin"])
def test_a_hostile_model_folder_fails_with_its_own_code(name, chain, judge, failed, tmp_path):
    folder = shutil.copytree(chain.request.model, tmp_path / "model")
    (folder / name).write_bytes(b"import os")
    found = judge(chain.bundle, model=folder)
    assert found.verdict == "invalid"
    assert [line.id for line in failed(found)] == ["model"]
    assert failed(found)[0].code not in (None, "CERT-E097")


def test_a_folder_that_is_not_there(chain, judge, failed, tmp_path):
    found = judge(chain.bundle, model=tmp_path / "nowhere")
    assert found.verdict == "invalid"
    assert failed(found)[0].code


def test_everything_wrong_is_told_at_once(chain, judge, failed, tmp_path):
    found = judge(
        forge(chain, {"certificate": lambda document: document.update(level=2)}),
        model=write_model(tmp_path / "model", fill=9),
        policy="healthcare",
        minimum_level=Level.ACCREDITED,
    )
    assert [line.id for line in failed(found)] == ["decision", "model", "policy", "level"]


def issuer_time(chain):
    from datetime import UTC, datetime

    return datetime.strptime(chain.certificate.issued_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def unsigned(chain):
    """The page before it was signed: everything up to the end of the first revision."""
    end = chain.pdf.index(b"%%EOF") + len(b"%%EOF")
    return chain.pdf[: end + (1 if chain.pdf[end : end + 1] == b"\n" else 0)]
