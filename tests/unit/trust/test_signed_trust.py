"""Trust files signed by root keys, and which of them may follow which."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from certify.errors import TrustError
from certify.evidence.canonical import canonical_bytes
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.signed_trust import (
    TrustDocument,
    add_signature,
    read_trust_document,
    require_signed,
    root_signers,
    trust_statement,
)
from certify.trust.trust_diff import differences
from certify.trust.trust_update import accept_update, accept_updates
from certify.trust.trustfile import TrustFile
from tests.fakes.tsa import standing_authority

NOW = "2026-11-23T17:00:00Z"
Make = Callable[..., TrustDocument]


@pytest.fixture(scope="module")
def roots() -> list[KeySigner]:
    return [generate_signer(), generate_signer("ed25519"), generate_signer(), generate_signer()]


@pytest.fixture
def make(trust_document: dict[str, Any], roots: list[KeySigner]) -> Make:
    """A signed version of the example trust file."""

    def made(
        version: int = 1,
        *,
        holders: Sequence[int] = (0, 1, 2),
        signed_by: Sequence[int] = (0, 1),
        threshold: int = 2,
        **fields: Any,
    ) -> TrustDocument:
        document = {**copy.deepcopy(trust_document), "version": version, **fields}
        for number in holders:
            key = roots[number]
            entry = {"pem": key.public_pem, "party": f"Root {number}", "scheme": key.scheme}
            document["keys"][key.keyid] = entry
        if holders:
            keyids = [roots[number].keyid for number in holders]
            document["roles"]["root"] = {"keyids": keyids, "threshold": threshold}
        found = TrustDocument(TrustFile.parse(canonical_bytes(document)))
        for number in signed_by:
            found = add_signature(found, roots[number])
        return found

    return made


def refused(action: Callable[[], object]) -> TrustError:
    with pytest.raises(TrustError) as caught:
        action()
    assert caught.value.hint
    return caught.value


def test_it_is_read_from_both_forms(make: Make, tmp_path) -> None:
    signed, plain = make(), make(holders=(), signed_by=())
    path = tmp_path / "trust"
    for document in (signed, plain):
        path.write_bytes(document.to_bytes())
        assert TrustFile.load(path) == document.trust
        assert read_trust_document(path.read_bytes()).to_bytes() == path.read_bytes()
    assert signed.trust.fingerprint == TrustFile.parse(signed.trust.to_bytes()).fingerprint


@pytest.mark.parametrize("signed_by", [(), (0,), (3,), (0, 3)])
def test_too_few_signatures_make_a_draft(make: Make, signed_by, tmp_path) -> None:
    path = tmp_path / "trust"
    path.write_bytes(make(signed_by=signed_by).to_bytes())
    assert refused(lambda: TrustFile.load(path)).code == "CERT-E128"


def test_one_key_counts_once(make: Make) -> None:
    once = make(signed_by=(0,))
    twice = read_trust_document(once.to_bytes() + once.to_bytes())
    assert len(root_signers(twice, twice.trust)) == 1
    assert refused(lambda: require_signed(twice)).code == "CERT-E128"


def test_lines_of_two_files_may_be_joined(make: Make) -> None:
    joined = read_trust_document(make(signed_by=(0,)).to_bytes() + make(signed_by=(2,)).to_bytes())
    require_signed(joined)


def test_a_wrong_signature_spoils_the_file(make: Make, roots: list[KeySigner]) -> None:
    document = make(signed_by=(0, 1))
    other = make(version=2, signed_by=(2,)).bundles[0].document
    forged = copy.deepcopy(document.bundles[0].document)
    forged["dsseEnvelope"]["signatures"] = other["dsseEnvelope"]["signatures"]
    forged["verificationMaterial"] = other["verificationMaterial"]
    data = document.to_bytes() + canonical_bytes(forged) + b"\n"
    assert refused(lambda: require_signed(read_trust_document(data))).code == "CERT-E128"


def test_lines_over_different_files_are_refused(make: Make) -> None:
    data = make(signed_by=(0,)).to_bytes() + make(version=2, signed_by=(1,)).to_bytes()
    assert refused(lambda: read_trust_document(data)).code == "CERT-E042"


def test_a_statement_of_another_form_is_refused(make: Make, roots: list[KeySigner]) -> None:
    trust = make().trust
    for payload in (
        trust_statement(trust).replace(trust.fingerprint.encode(), b"0" * 64),
        trust_statement(trust).replace(b"/trust/v0.1", b"/plan/v0.1"),
        trust_statement(trust).replace(b'"version":1', b'"version":1,"more":1'),
        b" " + trust_statement(trust),
    ):
        data = sign_statement(payload, roots[0]) + b"\n" + sign_statement(payload, roots[1]) + b"\n"
        assert refused(lambda data=data: read_trust_document(data)).code == "CERT-E042"


def test_any_changed_byte_is_noticed(make: Make) -> None:
    data = make().to_bytes()
    genuine = read_trust_document(data).trust
    for place in range(0, len(data), 97):
        spoiled = bytearray(data)
        spoiled[place] ^= 1
        try:
            document = read_trust_document(bytes(spoiled))
            require_signed(document)
        except TrustError:
            continue
        assert document.trust == genuine


def test_a_root_key_has_no_other_duty_and_no_term(make: Make, trust_document, roots: list[KeySigner]) -> None:
    document = make().trust.document()
    document["keys"][roots[0].keyid]["validUntilIndex"] = 5
    assert "root key" in refused(lambda: TrustFile.parse(canonical_bytes(document))).what
    document = make().trust.document()
    document["roles"]["issuer"]["keyids"].append(roots[0].keyid)
    assert "each duty" in refused(lambda: TrustFile.parse(canonical_bytes(document))).what


def test_a_successor_signed_by_old_and_new_roots_is_taken(make: Make) -> None:
    own = make().trust
    assert accept_update(own, make(2)).version == 2
    assert accept_update(own, make(1)) == own
    exchanged = make(2, holders=(0, 1, 3), signed_by=(0, 1))
    assert accept_update(own, exchanged).keys_for("root") == exchanged.trust.keys_for("root")
    wider = make(2, holders=(0, 1, 2, 3), threshold=3, signed_by=(0, 1, 3))
    assert accept_update(own, wider).threshold_for("root") == 3


@pytest.mark.parametrize(
    ("offered", "code", "told"),
    [
        ({"version": 2, "signed_by": (0,)}, "CERT-E127", "1 of the 2"),
        ({"version": 2, "signed_by": ()}, "CERT-E127", "not signed"),
        ({"version": 3}, "CERT-E127", "comes next"),
        ({"version": 2, "holders": (), "signed_by": ()}, "CERT-E127", "not signed"),
        ({"version": 2, "holders": (2, 3), "signed_by": (2, 3)}, "CERT-E127", "1 of the 2"),
        ({"version": 2, "holders": (2, 3), "signed_by": (0, 1)}, "CERT-E128", "0 of the 2"),
        ({"version": 2, "holders": (0, 1, 2), "threshold": 3}, "CERT-E128", "2 of the 3"),
        ({"version": 1, "statusMaxAgeDays": 90}, "CERT-E127", "another version 1"),
        ({"version": 2, "name": "Another"}, "CERT-E127", "name"),
        ({"version": 2, "environment": "development"}, "CERT-E127", "environment"),
    ],
)
def test_what_breaks_a_rule_is_refused(make: Make, offered: dict[str, Any], code: str, told: str) -> None:
    own = make().trust
    error = refused(lambda: accept_update(own, make(**offered)))
    assert (error.code, told in error.what) == (code, True), error.what


def test_there_is_no_way_back(make: Make) -> None:
    error = refused(lambda: accept_update(make(2).trust, make(1)))
    assert (error.code, "version 1" in error.what) == ("CERT-E127", True)


def test_another_log_is_another_trust_file(make: Make) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from certify.trust.note import NoteSigner

    vkey = NoteSigner("log.example", Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)).verifier.vkey
    other = make(2, log={"origin": "log.example", "vkey": vkey})
    assert "log" in refused(lambda: accept_update(make().trust, other)).what


def test_a_file_without_root_keys_has_no_successor_by_signature(make: Make) -> None:
    own = make(holders=(), signed_by=()).trust
    assert "names no root keys" in refused(lambda: accept_update(own, make(2))).what


def test_missed_versions_are_gone_through_in_order(make: Make) -> None:
    """Root keys exchanged twice: neither set alone could vouch for the last version."""
    own = make().trust
    second = make(2, holders=(0, 1, 3), signed_by=(0, 1))
    third = make(3, holders=(1, 3), signed_by=(1, 3))
    assert accept_updates(own, [third, second], NOW).version == 3
    assert refused(lambda: accept_updates(own, [third], NOW)).code == "CERT-E127"


def test_only_the_last_version_must_be_current(make: Make) -> None:
    own = make(expires="2026-01-01T00:00:00Z").trust
    second = make(2, expires="2026-02-01T00:00:00Z")
    assert refused(lambda: accept_updates(own, [second], NOW)).code == "CERT-E042"
    assert accept_updates(own, [second, make(3)], NOW).version == 3


def test_every_difference_is_a_sentence(make: Make, signers: dict[str, KeySigner]) -> None:
    old = make().trust
    assert differences(old, make(2).trust) == ()
    document = make(2, holders=(0, 1, 3), threshold=3, signed_by=()).trust.document()
    issuer = signers["issuer"].keyid
    document["keys"][issuer]["validUntilIndex"] = 7
    document["keys"][signers["revoker"].keyid]["revoked"] = {"index": 3, "reason": "stolen", "declaredAt": NOW}
    document["expires"] = "2031-01-01T00:00:00Z"
    document["seedWitnesses"] = []
    told = "\n".join(differences(old, TrustFile.parse(canonical_bytes(document))))
    for part in ("expiry", "until before entry 7", "REVOKED from entry 3 on: stolen", "Root 2", "Root 3",
                 "root: 2 signatures -> 3", "seed witness removed"):  # fmt: skip
        assert part in told


def test_other_timestamp_authorities_and_first_thresholds_are_told(make: Make, signers: dict[str, KeySigner]) -> None:
    from certify.trust.timestamps import TimestampRoot

    old = make().trust
    root = TimestampRoot(pem="X", party="Other TSA")
    new = old.model_copy(update={"timestamp_roots": (root,), "timestamps_required": True})
    for before, after, change, demand in (
        (old, new, "added", "required"),
        (new, old, "removed", "no longer required"),
    ):
        assert differences(before, after) == (
            f"timestamp authority {change}: Other TSA, certificate {root.short_fingerprint}", f"timestamps are {demand}"
        )  # fmt: skip


ALONE: dict[str, Any] = {
    "name": "another name",
    "environment": "development",
    "expires": "2031-01-01T00:00:00Z",
    "seedWitnesses": [],
    "statusMaxAgeDays": 5,
    "timestampRoots": [standing_authority().trusted.document()],
}
"""A change of one field of a trust file that leaves it consistent."""


@pytest.mark.parametrize("field", sorted(ALONE))
def test_no_field_changes_without_a_sentence(make: Make, field: str) -> None:
    old = make().trust
    new = TrustFile.parse(canonical_bytes({**old.document(), field: ALONE[field]}))
    assert new != old
    assert len(differences(old, new)) == 1


def test_every_field_of_a_trust_file_is_compared_here() -> None:
    elsewhere = {"schema", "version", "keys", "roles", "log", "timestampsRequired"}
    assert set(ALONE) | elsewhere == {field.alias for field in TrustFile.model_fields.values()}
