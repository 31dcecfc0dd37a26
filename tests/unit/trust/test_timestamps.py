from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from certify.errors import HostileInput, TrustError
from certify.evidence.canonical import canonical_bytes
from certify.trust.bundle import parse_bundle, verify_signature
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.trust.timestamps import TimestampRoot, verify_timestamp, verify_token
from certify.trust.tokens import MAX_REPLY, MAX_TOKEN, canonical_response, read_response, read_token, token_of
from certify.trust.trustfile import TrustFile
from tests.fakes.tsa import PARTY, YEAR, Authority, Issuer, authority, certificate, standing_authority, with_timestamp

SIGNED = b"a signature"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def tsa() -> Authority:
    return standing_authority()


@pytest.fixture(scope="module")
def stamp(tsa: Authority) -> bytes:
    return tsa(SIGNED)


def why(call: Callable[[], object]) -> str:
    """Why a timestamp is refused; it fails where it is not."""
    with pytest.raises(HostileInput) as error:
        call()
    assert error.value.code == "CERT-E130"
    assert error.value.hint
    return error.value.why


def raw(tsa: Authority, signed: bytes = SIGNED, digest: HashAlgorithm = HashAlgorithm.SHA256) -> bytes:
    return tsa.reply(TimestampRequestBuilder().data(signed).hash_algorithm(digest).build().as_bytes())


def test_a_timestamp_tells_time_and_authority(tsa: Authority, stamp: bytes) -> None:
    found = verify_timestamp(stamp, SIGNED, [tsa.trusted])
    assert abs(datetime.fromisoformat(found.time) - datetime.now(UTC)) < timedelta(minutes=5)
    assert (found.party, found.authority, found.policy) == (PARTY, "Test TSA", "1.3.6.1.4.1.4146.2.3")
    assert verify_token(token_of(stamp), SIGNED, [tsa.trusted]) == found


def test_fractions_of_a_second_are_cut_off() -> None:
    tsa = authority(clock=lambda: datetime(2026, 11, 23, 17, 0, 5, 999_999, tzinfo=UTC))
    assert verify_timestamp(tsa(SIGNED), SIGNED, [tsa.trusted]).time == "2026-11-23T17:00:05Z"


@pytest.mark.parametrize("digest", list(HashAlgorithm))
def test_every_digest_that_is_strong_enough_is_read(tsa: Authority, digest: HashAlgorithm) -> None:
    assert read_response(canonical_response(raw(tsa, digest=digest)), SIGNED)


def test_other_bytes_are_not_what_was_stamped(tsa: Authority, stamp: bytes) -> None:
    assert why(lambda: verify_timestamp(stamp, b"another", [tsa.trusted])) == "it was given for other bytes than these"


def test_only_the_authorities_of_the_trust_file_count(tsa: Authority, stamp: bytes) -> None:
    other = authority()
    assert "no timestamp authority of the trust file" in why(lambda: verify_timestamp(stamp, SIGNED, [other.trusted]))
    assert "no timestamp authority of the trust file" in why(lambda: verify_timestamp(stamp, SIGNED, []))
    assert verify_timestamp(stamp, SIGNED, [other.trusted, tsa.trusted]).party == PARTY


def test_a_root_of_the_same_name_is_another_root(stamp: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    double = Issuer(key, certificate("Test Root", key, None, NOW - YEAR, NOW + YEAR))
    assert why(lambda: verify_timestamp(stamp, SIGNED, [TimestampRoot(pem=double.pem, party="double")]))


def test_a_certificate_must_have_been_valid_when_it_stamped() -> None:
    expired = authority(start=NOW - 3 * YEAR, end=NOW - YEAR)
    assert "not valid at the time" in why(lambda: verify_timestamp(expired(SIGNED), SIGNED, [expired.trusted]))
    early = authority(clock=lambda: NOW - 2 * YEAR)
    assert "not valid at the time" in why(lambda: verify_timestamp(early(SIGNED), SIGNED, [early.trusted]))
    rootless = authority(start=NOW - 3 * YEAR, root_end=NOW - YEAR)
    assert "no timestamp authority" in why(lambda: verify_timestamp(rootless(SIGNED), SIGNED, [rootless.trusted]))


def test_a_timestamp_outlives_the_certificate_that_made_it() -> None:
    tsa = authority(start=NOW - 5 * YEAR, end=NOW - YEAR, root_end=NOW - YEAR, clock=lambda: NOW - 2 * YEAR)
    assert verify_timestamp(tsa(SIGNED), SIGNED, [tsa.trusted]).time[:4] == str((NOW - 2 * YEAR).year)


@pytest.mark.parametrize(
    ("usage", "critical"),
    [
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
    ],
)
def test_a_certificate_for_anything_else_stamps_nothing(usage: Any, critical: bool) -> None:
    tsa = authority(usage=usage, critical=critical)
    assert "not for timestamps" in why(lambda: read_response(tsa(SIGNED), SIGNED))


def test_certificates_between_are_named_by_the_trust_file_and_left_out_of_the_token(tsa: Authority) -> None:
    key, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    between = Issuer(key, certificate("Between", key, tsa.root, NOW - YEAR, NOW + YEAR))
    usage = (ExtendedKeyUsageOID.TIME_STAMPING,)
    own = Issuer(leaf, certificate("Deep TSA", leaf, between, NOW - YEAR, NOW + YEAR, usage))
    deep = Authority(tsa.root, own, embedded=(between.certificate, tsa.root.certificate))
    answer, stored = raw(deep), canonical_response(raw(deep))
    assert len(answer) > len(stored) + 500
    assert why(lambda: read_response(answer, SIGNED)) == "its token is not written as certify writes it"
    both = TimestampRoot(pem=tsa.root.pem + between.pem, party="both")
    assert verify_timestamp(stored, SIGNED, [both]).party == "both"
    assert why(lambda: verify_timestamp(stored, SIGNED, [tsa.trusted]))


def changed(stamp: bytes, change: Callable[[Any], None]) -> bytes:
    """A stored answer with its token changed in some place that may be free."""
    answer = tsp.TimeStampResp.load(stamp)
    change(answer["time_stamp_token"]["content"])
    return bytes(answer.dump(force=True))


def add_unsigned(data: Any) -> None:
    data["signer_infos"][0]["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.OctetString(b"free")]}]


def add_certificate(data: Any) -> None:
    own = data["certificates"][0].chosen
    other = standing_authority().root.certificate
    from cryptography.hazmat.primitives.serialization import Encoding

    data["certificates"] = cms.CertificateSet([own, type(own).load(other.public_bytes(Encoding.DER))])


def other_s(data: Any) -> None:
    order = ec.SECP256R1().group_order
    r, s = decode_dss_signature(data["signer_infos"][0]["signature"].native)
    data["signer_infos"][0]["signature"] = encode_dss_signature(r, order - s)


def other_version(data: Any) -> None:
    data["version"] = "v5"


def other_digests(data: Any) -> None:
    data["digest_algorithms"] = [{"algorithm": "sha256"}, {"algorithm": "sha512"}]


@pytest.mark.parametrize("change", [add_unsigned, add_certificate, other_s, other_version, other_digests])
def test_a_token_has_one_form_and_is_brought_into_it(stamp: bytes, change: Callable[[Any], None]) -> None:
    altered = changed(stamp, change)
    assert altered != stamp
    assert "not written as certify writes it" in why(lambda: read_response(altered, SIGNED))
    assert canonical_response(altered) == stamp


def test_an_answer_says_nothing_beside_its_token(stamp: bytes) -> None:
    answer = tsp.TimeStampResp.load(stamp)
    answer["status"] = tsp.PKIStatusInfo({"status": "granted", "status_string": ["free"]})
    talkative = bytes(answer.dump(force=True))
    assert "its answer is not written" in why(lambda: read_response(talkative, SIGNED))
    assert canonical_response(talkative) == stamp
    assert why(lambda: read_response(stamp + b"\0", SIGNED))


@pytest.mark.parametrize("status", ["granted_with_mods", "rejection", "waiting"])
def test_an_answer_that_grants_nothing_is_none(stamp: bytes, status: str) -> None:
    answer = tsp.TimeStampResp.load(stamp)
    answer["status"] = tsp.PKIStatusInfo({"status": status})
    assert status in why(lambda: canonical_response(bytes(answer.dump(force=True))))


def test_a_token_whose_signer_is_not_the_certificate_it_names_is_refused(tsa: Authority, stamp: bytes) -> None:
    def swap(data: Any) -> None:
        from asn1crypto import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        other = authority().own.certificate.public_bytes(Encoding.DER)
        data["certificates"] = cms.CertificateSet([x509.Certificate.load(other)])

    assert "does not carry the certificate" in why(lambda: canonical_response(changed(stamp, swap)))


def test_sizes_are_bounded(stamp: bytes) -> None:
    assert "more than" in why(lambda: token_of(stamp + bytes(MAX_REPLY)))
    assert why(lambda: read_token(token_of(stamp) + bytes(MAX_TOKEN), SIGNED))


@pytest.mark.parametrize("kept", [0, 1, 2, 10, 100, 500, -1])
def test_a_truncated_timestamp_is_an_error_of_ours(stamp: bytes, kept: int) -> None:
    assert why(lambda: read_response(stamp[:kept], SIGNED))


@given(data=st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_give_an_error_of_ours(data: bytes) -> None:
    for call in (canonical_response, lambda one: read_response(one, SIGNED), lambda one: read_token(one, SIGNED)):
        assert why(lambda call=call: call(data))  # type: ignore[misc]


@given(place=st.integers(min_value=0), junk=st.binary(min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_bytes_written_over_a_timestamp_are_found(place: int, junk: bytes) -> None:
    tsa = standing_authority()
    good = _STAMPS.setdefault("one", tsa(SIGNED))
    start = place % (len(good) - len(junk))
    bad = good[:start] + junk + good[start + len(junk) :]
    if bad != good:
        assert why(lambda: verify_timestamp(bad, SIGNED, [tsa.trusted]))


_STAMPS: dict[str, bytes] = {}


@pytest.mark.slow
def test_no_bit_of_a_timestamp_is_free_even_where_no_authority_is_trusted(stamp: bytes) -> None:
    data = bytearray(stamp)
    for place in range(len(data)):
        for bit in range(8):
            data[place] ^= 1 << bit
            assert why(lambda: read_response(bytes(data), SIGNED))
            data[place] ^= 1 << bit
    assert read_response(bytes(data), SIGNED)


def test_a_bundle_carries_its_timestamp_outside_of_what_is_signed(tsa: Authority) -> None:
    signer, payload = generate_signer(), b'{"_type":"x"}'
    bare, stamped = parse_bundle(sign_statement(payload, signer)), parse_bundle(sign_statement(payload, signer, tsa))
    assert bare.timestamp is None
    assert stamped.timestamp is not None
    assert (stamped.payload_sha256, stamped.keyid, stamped.signature) == (
        bare.payload_sha256,
        bare.keyid,
        bare.signature,
    )
    verify_signature(stamped, signer.public_pem)
    assert verify_timestamp(stamped.timestamp, stamped.signature, [tsa.trusted])
    assert parse_bundle(stamped.to_bytes()) == stamped


@pytest.mark.parametrize(
    "data",
    [
        {"rfc3161Timestamps": None},
        {"rfc3161Timestamps": [{}]},
        {"rfc3161Timestamps": [{"signedTimestamp": ""}]},
        {"rfc3161Timestamps": [{"signedTimestamp": "AA=="}, {"signedTimestamp": "AA=="}]},
        {"rfc3161Timestamps": [{"signedTimestamp": "AA==", "more": 1}]},
        {"rfc3161Timestamps": [{"signedTimestamp": "AB=="}]},
        {"rfc3161Timestamps": [{"signedTimestamp": "A" * 20_000}]},
        {"rfc3161timestamps": []},
        [],
    ],
)
def test_the_place_of_a_timestamp_is_read_strictly(data: Any) -> None:
    document = parse_bundle(sign_statement(b"{}", generate_signer())).document
    document["verificationMaterial"]["timestampVerificationData"] = data
    with pytest.raises(HostileInput) as error:
        parse_bundle(canonical_bytes(document))
    assert error.value.code == "CERT-E045"


def test_a_timestamp_of_another_bundle_does_not_fit(tsa: Authority) -> None:
    first, second = (parse_bundle(sign_statement(text, generate_signer(), tsa)) for text in (b"{}", b"[]"))
    swapped = parse_bundle(canonical_bytes(with_timestamp(second.document, second.signature, first.timestamp)))
    assert swapped.timestamp is not None
    assert "other bytes" in why(lambda: verify_timestamp(swapped.timestamp or b"", swapped.signature, [tsa.trusted]))


def refusal(trust: TrustFile, **fields: Any) -> str:
    with pytest.raises(TrustError) as error:
        TrustFile.parse(canonical_bytes(trust.document() | fields))
    assert error.value.code == "CERT-E042"
    return error.value.what


def test_a_trust_file_names_roots_that_can_be_used(trust: TrustFile, tsa: Authority) -> None:
    good = {"pem": tsa.root.pem, "party": PARTY}
    trust = TrustFile.parse(canonical_bytes(trust.document() | {"timestampRoots": [good], "timestampsRequired": True}))
    assert trust.timestamp_roots == (tsa.trusted,)
    assert "cannot be read" in refusal(trust, timestampRoots=[{"pem": "x", "party": "P"}])
    assert "certificate authority" in refusal(trust, timestampRoots=[{"pem": tsa.own.pem, "party": "P"}])
    assert "named twice" in refusal(trust, timestampRoots=[{"pem": tsa.root.pem * 2, "party": "P"}])
    assert "1 item" in refusal(trust, timestampRoots=[])
    document = trust.document()
    del document["timestampRoots"]
    with pytest.raises(TrustError) as error:
        TrustFile.parse(canonical_bytes(document))
    assert "no timestamp authority is named" in error.value.what
