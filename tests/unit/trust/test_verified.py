from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from certify.errors import HostileInput
from certify.evidence.certificate import State, Status
from certify.evidence.decision import Decision
from certify.evidence.statement import DECISION_FIELD, PLAN, STATUS, VSA, statement_bytes, subject_of
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_statement, verify_threshold

REVOCATION = Status(
    serial="CM-0000-0000-0000", state=State.REVOKED, reason="key lost", declared_at="2026-11-23T00:00:00Z"
)
PAYLOAD = statement_bytes(subject_of("certificate", "cd" * 32), STATUS, REVOCATION)


def signed(signer: KeySigner, payload: bytes = PAYLOAD) -> Bundle:
    return parse_bundle(sign_statement(payload, signer))


def code_of(bundle: Bundle, trust: TrustFile, role: str = "revoker", kind: str = STATUS, model: Any = Status) -> str:
    with pytest.raises(HostileInput) as caught:
        verify_statement(bundle, role=role, predicate_type=kind, model=model, trust=trust)
    return caught.value.code


def test_a_statement_of_a_trusted_signer_is_verified(trust, signers) -> None:
    bundle = signed(signers["revoker"])
    verified = verify_statement(bundle, role="revoker", predicate_type=STATUS, model=Status, trust=trust)
    assert verified.value == REVOCATION
    assert verified.statement.subject[0].digest.sha256 == "cd" * 32
    assert (verified.keyid, verified.party) == (signers["revoker"].keyid, "Party of revoker")
    assert verified.payload_sha256 == bundle.payload_sha256


def test_a_signer_without_the_role_or_unknown_is_refused(trust, signers) -> None:
    assert code_of(signed(signers["issuer"]), trust) == "CERT-E055"
    assert code_of(signed(signers["stranger"]), trust) == "CERT-E055"
    assert code_of(signed(signers["revoker"]), trust, role="nobody") == "CERT-E055"


def test_a_stranger_who_borrows_a_key_id_is_refused(trust, signers) -> None:
    document = json.loads(sign_statement(PAYLOAD, signers["stranger"]))
    document["dsseEnvelope"]["signatures"][0]["keyid"] = signers["revoker"].keyid
    document["verificationMaterial"]["publicKey"]["hint"] = signers["revoker"].keyid
    assert code_of(parse_bundle(document), trust) == "CERT-E044"


def test_another_kind_of_statement_is_refused_even_from_the_right_signer(trust, signers) -> None:
    assert code_of(signed(signers["revoker"]), trust, kind=PLAN) == "CERT-E045"


def test_a_predicate_of_another_shape_is_malformed(trust, signers) -> None:
    payload = statement_bytes(subject_of("x", "cd" * 32), STATUS, {"serial": "CM-0000-0000-0000", "state": "revoked"})
    assert code_of(signed(signers["revoker"], payload), trust) == "CERT-E045"


def test_nothing_else_can_mark_a_value_as_verified(trust, signers) -> None:
    genuine = verify_statement(
        signed(signers["revoker"]), role="revoker", predicate_type=STATUS, model=Status, trust=trust
    )
    fields = {field.name: getattr(genuine, field.name) for field in dataclasses.fields(genuine)}
    with pytest.raises(TypeError):
        Verified(**fields)
    with pytest.raises(TypeError):
        Verified(**fields, token=object())
    with pytest.raises((ValueError, TypeError)):
        dataclasses.replace(genuine, party="Somebody else", token=None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        genuine.party = "Somebody else"


def two_of_three(trust_document: dict[str, Any], signers: dict[str, KeySigner]) -> TrustFile:
    revokers = [signers["revoker"], signers["second"], signers["stranger"]]
    trust_document["seedWitnesses"] = []
    for signer in revokers:
        trust_document["keys"][signer.keyid] = {"pem": signer.public_pem, "party": "P", "scheme": signer.scheme}
    trust_document["roles"]["revoker"] = {"keyids": [signer.keyid for signer in revokers], "threshold": 2}
    return TrustFile.parse(json.dumps(trust_document).encode())


def collect(bundles: list[Bundle], trust: TrustFile) -> Verified[Status]:
    return verify_threshold(bundles, role="revoker", predicate_type=STATUS, model=Status, trust=trust)


def test_a_threshold_counts_different_keys_over_one_payload(trust_document, signers) -> None:
    trust = two_of_three(trust_document, signers)
    first, second = signed(signers["revoker"]), signed(signers["second"])
    verified = collect([first, second], trust)
    assert verified.keyids == tuple(sorted([first.keyid, second.keyid]))
    assert code_of(first, trust) == "CERT-E043"
    for short in ([first, first], []):
        with pytest.raises(HostileInput) as caught:
            collect(short, trust)
        assert caught.value.code == "CERT-E043"


def test_a_threshold_over_two_payloads_is_refused(trust_document, signers) -> None:
    trust = two_of_three(trust_document, signers)
    other = signed(signers["second"], PAYLOAD.replace(b"lost", b"last"))
    with pytest.raises(HostileInput, match="one and the same"):
        collect([signed(signers["revoker"]), other], trust)


def test_one_bad_signature_among_enough_good_ones_is_refused(trust_document, signers) -> None:
    trust = two_of_three(trust_document, signers)
    with pytest.raises(HostileInput) as caught:
        collect([signed(signers["revoker"]), signed(signers["second"]), signed(signers["issuer"])], trust)
    assert caught.value.code == "CERT-E055"


def summary(change: dict[str, Any]) -> bytes:
    decision = {
        "policy": {"id": "p", "version": "1.0.0", "sha256": "11" * 32},
        "verdict": "refused",
        "rules": [],
        "decidedAt": "2026-11-23T00:00:00Z",
        "evidence": ["22" * 32],
    }
    predicate = {
        "timeVerified": "2026-11-23T00:00:00Z",
        "policy": {"uri": "certify:policy/p/1.0.0", "digest": {"sha256": "11" * 32}},
        "inputAttestations": [{"digest": {"sha256": "22" * 32}}],
        "verificationResult": "FAILED",
        "verifiedLevels": ["CERTIFY_REFUSED"],
        DECISION_FIELD: decision,
    }
    return statement_bytes(subject_of("model", "cd" * 32), VSA, {**predicate, **change})


def test_the_decision_inside_a_summary_is_verified(trust, signers) -> None:
    bundle = signed(signers["issuer"], summary({}))
    verified = verify_statement(bundle, role="issuer", predicate_type=VSA, model=Decision, trust=trust)
    assert verified.value.verdict == "refused"


@pytest.mark.parametrize(
    "change",
    [
        {"verificationResult": "PASSED"},
        {"verifiedLevels": ["CERTIFY_CERTIFIED"]},
        {"verifiedLevels": ["CERTIFY_REFUSED", "SLSA_BUILD_LEVEL_3"]},
        {"timeVerified": "2026-11-24T00:00:00Z"},
        {"policy": {"uri": "x", "digest": {"sha256": "33" * 32}}},
        {"policy": None},
        {"inputAttestations": []},
        {DECISION_FIELD: {"verdict": "certified"}},
        {DECISION_FIELD: None},
    ],
)
def test_a_summary_that_contradicts_its_decision_is_refused(trust, signers, change: dict[str, Any]) -> None:
    bundle = signed(signers["issuer"], summary(change))
    assert code_of(bundle, trust, role="issuer", kind=VSA, model=Decision) == "CERT-E045"
