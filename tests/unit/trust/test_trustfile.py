from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from certify.errors import HostileInput, TrustError
from certify.evidence.canonical import canonical_bytes
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile


def refusal(document: Any) -> str:
    with pytest.raises(TrustError) as caught:
        TrustFile.parse(json.dumps(document).encode())
    assert caught.value.code == "CERT-E042"
    assert caught.value.hint
    return caught.value.what


def test_it_answers_who_may_sign_what(trust, signers) -> None:
    issuer = signers["issuer"]
    assert list(trust.keys_for("issuer")) == [issuer.keyid]
    assert trust.keys_for("issuer")[issuer.keyid].pem == issuer.public_pem
    assert trust.keys_for("accreditor") == {}
    assert trust.party_of(issuer.keyid) == "Party of issuer"
    assert trust.roles_of(issuer.keyid) == ("issuer",)
    assert (trust.version, trust.environment, trust.log_origin) == (3, "production", "log.example")
    assert trust.log_vkey.startswith("log.example+")
    assert [witness.party for witness in trust.seed_witnesses] == ["Witness"]
    with pytest.raises(HostileInput) as caught:
        trust.party_of("0" * 64)
    assert caught.value.code == "CERT-E055"


def test_the_fingerprint_is_the_digest_of_the_canonical_document(trust, trust_document) -> None:
    assert trust.fingerprint == hashlib.sha256(canonical_bytes(trust_document)).hexdigest()
    groups = trust.short_fingerprint.split(" ")
    assert "".join(groups) == trust.fingerprint[:24]
    assert {len(group) for group in groups} == {4}


def test_white_space_and_order_do_not_change_the_fingerprint(trust, trust_document) -> None:
    backwards = json.dumps(dict(reversed(trust_document.items())), indent=3).encode()
    assert TrustFile.parse(backwards).fingerprint == trust.fingerprint


def test_it_is_read_from_a_file(tmp_path: Path, trust, trust_document) -> None:
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(trust_document))
    assert TrustFile.load(path) == trust
    assert TrustFile.parse(trust.to_bytes()) == trust
    for broken in (tmp_path / "none.json", tmp_path):
        with pytest.raises(TrustError) as caught:
            TrustFile.load(broken)
        assert caught.value.code == "CERT-E042"
    path.write_bytes(b" " * 2_000_000)
    with pytest.raises(TrustError, match="larger than"):
        TrustFile.load(path)


def test_it_expires(trust) -> None:
    assert not trust.expired("2029-12-31T23:59:59Z")
    assert trust.expired("2030-01-01T00:00:00Z")
    trust.require_current("2026-01-01T00:00:00Z")
    with pytest.raises(TrustError) as caught:
        trust.require_current("2031-01-01T00:00:00Z")
    assert caught.value.code == "CERT-E042"


@pytest.mark.parametrize("field", ["schema", "version", "name", "environment", "expires", "keys", "roles", "log"])
def test_every_field_but_the_optional_ones_is_needed(trust_document, field: str) -> None:
    if field == "schema":
        trust_document[field] = "certify/trust/v2"
    else:
        del trust_document[field]
    assert field in refusal(trust_document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["extra"], 1),
        (["status_max_age_days"], 7),
        (["log", "extra"], 1),
        (["version"], 0),
        (["version"], True),
        (["environment"], "staging"),
        (["expires"], "2030-02-30T00:00:00Z"),
        (["expires"], "2030-01-01"),
        (["keys"], {}),
        (["roles"], {}),
        (["roles", "isuer"], {"keyids": ["0" * 64]}),
        (["roles", "issuer", "threshold"], 0),
        (["roles", "issuer", "threshold"], 2),
        (["roles", "issuer", "keyids"], []),
        (["roles", "issuer", "keyids"], ["0" * 64]),
        (["log", "vkey"], "log.example+00000000+AAAA"),
        (["log", "origin"], "other.example"),
        (["log", "quorum"], 1),
        (["log", "witnesses"], ["nonsense"]),
        (["seedWitnesses", 0, "keyid"], "0" * 64),
        (["statusMaxAgeDays"], 0),
    ],
)
def test_a_typo_or_contradiction_is_refused(trust_document, path: list[Any], value: Any) -> None:
    place = trust_document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    refusal(trust_document)


def test_the_same_field_in_the_spelling_of_python_is_refused(trust_document) -> None:
    trust_document["seed_witnesses"] = trust_document.pop("seedWitnesses")
    assert "seed_witnesses" in refusal(trust_document)


def test_a_key_must_be_what_its_id_and_scheme_say(trust_document, signers) -> None:
    issuer = signers["issuer"].keyid
    wrong = copy.deepcopy(trust_document)
    wrong["keys"][issuer]["pem"] = generate_signer().public_pem
    assert "id of another key" in refusal(wrong)
    wrong = copy.deepcopy(trust_document)
    wrong["keys"][issuer]["scheme"] = "ed25519"
    assert "but is ecdsa-p256" in refusal(wrong)


def test_one_key_under_two_ids_is_refused(trust_document, signers) -> None:
    pem = signers["issuer"].public_pem.replace("\n", "\r\n")
    trust_document["keys"][hashlib.sha256(pem.encode()).hexdigest()] = {
        "pem": pem, "party": "Another", "scheme": "ecdsa-p256",
    }  # fmt: skip
    assert "standard form" in refusal(trust_document)


def test_in_production_each_duty_has_its_own_key(trust_document, signers) -> None:
    trust_document["roles"]["evaluator"]["keyids"] = [signers["issuer"].keyid]
    assert "each duty has its own" in refusal(trust_document)
    trust_document["environment"] = "development"
    assert TrustFile.parse(json.dumps(trust_document).encode()).roles_of(signers["issuer"].keyid) == (
        "evaluator",
        "issuer",
    )


def test_in_production_a_seed_witness_fills_no_role(trust_document, signers) -> None:
    second = signers["second"]
    trust_document["keys"][second.keyid] = {"pem": second.public_pem, "party": "P", "scheme": "ed25519"}
    trust_document["roles"]["evaluator"]["keyids"] = [second.keyid]
    assert "seed witness" in refusal(trust_document)


def test_repeated_keys_are_refused(trust_document, signers) -> None:
    role = trust_document["roles"]["issuer"]
    role["keyids"], role["threshold"] = [signers["issuer"].keyid] * 2, 2
    assert "twice" in refusal(trust_document)
    role["keyids"], role["threshold"] = [signers["issuer"].keyid], 1
    trust_document["seedWitnesses"] *= 2
    assert "twice" in refusal(trust_document)


def test_an_ecdsa_seed_witness_is_refused(trust_document, signers) -> None:
    stranger = signers["stranger"]
    trust_document["seedWitnesses"] = [{"keyid": stranger.keyid, "pem": stranger.public_pem, "party": "W"}]
    assert "declared as ed25519" in refusal(trust_document)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"a":1,"a":2}', b"[" * 50_000, b"\xff", b"-----BEGIN"])
def test_hostile_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        TrustFile.parse(data)
    assert caught.value.code == "CERT-E042"
