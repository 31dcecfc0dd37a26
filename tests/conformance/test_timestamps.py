"""OpenSSL's own time stamping tools read what we store, and we read what they make."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.trust.timestamps import TimestampRoot, verify_timestamp
from certify.trust.tokens import canonical_response, read_response
from tests.conformance.cases import PAYLOAD, SIGNER, Case
from tests.conformance.peers import PEERS
from tests.fakes.tsa import Authority, authority, standing_authority, with_timestamp

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

CONFIGURATION = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[service]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = {chain}
ess_cert_id_alg = {digest}
"""


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def must(folder: Path, *arguments: str) -> None:
    done = openssl(folder, *arguments)
    assert done.returncode == 0, done.stderr


def openssl_authority(folder: Path, key: tuple[str, ...], chain: str = "no", digest: str = "sha256") -> None:
    """A root and an authority under it, made by openssl alone."""
    (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder, chain=chain, digest=digest))
    (folder / "serial").write_text("01")
    shared = ("-config", "openssl.cnf", "-sha256")
    must(folder, "req", "-x509", *shared, *key, "-nodes", "-keyout", "root.key", "-out", "root.pem",
         "-days", "30", "-subj", "/CN=OpenSSL Root", "-extensions", "root")  # fmt: skip
    must(folder, "req", "-x509", *shared, *key, "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "30",
         "-subj", "/CN=OpenSSL TSA", "-extensions", "tsa", "-CA", "root.pem", "-CAkey", "root.key")  # fmt: skip


def openssl_reply(folder: Path, signed: bytes, *more: str, digest: str = "-sha256") -> bytes:
    (folder / "signed.bin").write_bytes(signed)
    must(folder, "ts", "-query", "-data", "signed.bin", digest, "-out", "query.tsq", *more)
    must(folder, "ts", "-reply", "-config", "openssl.cnf", "-section", "service", "-queryfile", "query.tsq",
         "-out", "reply.tsr")  # fmt: skip
    return (folder / "reply.tsr").read_bytes()


EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
EC_384 = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1")
RSA = ("-newkey", "rsa:3072")


def test_openssl_accepts_the_timestamp_in_our_bundle(tmp_path: Path) -> None:
    tsa = standing_authority()
    bundle = parse_bundle(sign_statement(b"{}", generate_signer(), tsa))
    assert bundle.timestamp is not None
    (tmp_path / "stamp.tsr").write_bytes(bundle.timestamp)
    (tmp_path / "signature.bin").write_bytes(bundle.signature)
    (tmp_path / "root.pem").write_text(tsa.root.pem)
    (tmp_path / "other.pem").write_text(authority().root.pem)
    check = ("ts", "-verify", "-in", "stamp.tsr", "-data", "signature.bin", "-CAfile")
    done = openssl(tmp_path, *check, "root.pem")
    assert "Verification: OK" in done.stdout, done.stderr
    assert openssl(tmp_path, *check, "other.pem").returncode != 0
    (tmp_path / "signature.bin").write_bytes(bundle.signature + b"0")
    assert openssl(tmp_path, *check, "root.pem").returncode != 0


@pytest.mark.parametrize("embedded", [("-cert",), ()], ids=["with certificates", "without"])
@pytest.mark.parametrize("chain", ["no", "yes"], ids=["leaf named", "chain named"])
@pytest.mark.parametrize("key", [EC, EC_384, RSA], ids=["P-256", "P-384", "RSA-3072"])
def test_a_reply_of_openssl_is_read(
    tmp_path: Path, key: tuple[str, ...], chain: str, embedded: tuple[str, ...]
) -> None:
    """OpenSSL writes certificates in an order that DER does not allow; only the authority's own is kept."""
    openssl_authority(tmp_path, key, chain)
    reply = openssl_reply(tmp_path, b"signed bytes", *embedded)
    if not embedded:
        with pytest.raises(HostileInput):
            canonical_response(reply)
        return
    stored = canonical_response(reply)
    root = TimestampRoot(pem=(tmp_path / "root.pem").read_text(), party="OpenSSL")
    found = verify_timestamp(stored, b"signed bytes", [root])
    assert (found.authority, found.policy, found.serial) == ("OpenSSL TSA", "1.2.3.4.1", 2)
    with pytest.raises(HostileInput):
        read_response(stored, b"other bytes")
    (tmp_path / "stored.tsr").write_bytes(stored)
    done = openssl(tmp_path, "ts", "-verify", "-in", "stored.tsr", "-data", "signed.bin", "-CAfile", "root.pem")
    assert "Verification: OK" in done.stdout, done.stderr


@pytest.mark.parametrize("digest", ["sha1", "sha384", "sha512"])
def test_the_authority_may_name_its_certificate_by_these_digests(tmp_path: Path, digest: str) -> None:
    openssl_authority(tmp_path, EC, digest=digest)
    assert read_response(canonical_response(openssl_reply(tmp_path, b"signed", "-cert")), b"signed")


def test_bytes_named_by_sha1_are_not_stamped(tmp_path: Path) -> None:
    openssl_authority(tmp_path, EC)
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(configuration.read_text().replace("digests = sha256", "digests = sha1, sha256"))
    stored = canonical_response(openssl_reply(tmp_path, b"signed", "-cert", digest="-sha1"))
    with pytest.raises(HostileInput) as error:
        read_response(stored, b"signed")
    assert "sha1" in error.value.why


def chain_of(tsa: Authority) -> tuple[bytes, ...]:
    """Certificates of an authority, its own first."""
    return tuple(one.certificate.public_bytes(serialization.Encoding.DER) for one in (tsa.own, tsa.root))


@pytest.mark.slow
def test_sigstore_verify_counts_our_timestamp_and_no_other() -> None:
    """One timestamp is asked for, by an authority under a root of our own.

    It reads fractions of a second of three digits alone; the last case, which certify takes, has six.
    """
    [peer] = [peer for peer in PEERS if peer.name == "@sigstore/verify"]
    tsa = authority(clock=lambda: datetime.now(UTC).replace(microsecond=0))
    fine = authority(clock=lambda: datetime.now(UTC).replace(microsecond=123456))
    ours, other, finer = (
        sign_statement(PAYLOAD, SIGNER, tsa),
        sign_statement(b"{}", SIGNER, tsa),
        sign_statement(PAYLOAD, SIGNER, fine),
    )
    swapped = canonical_bytes(with_timestamp(json.loads(ours), b"", parse_bundle(other).timestamp))
    asked = [
        Case("sound", ours, timestamps=1, authorities=(chain_of(tsa),)),
        Case("another authority", ours, timestamps=1, authorities=(chain_of(authority()),)),
        Case("token of another signature", swapped, timestamps=1, authorities=(chain_of(tsa),)),
        Case("no token", sign_statement(PAYLOAD, SIGNER), timestamps=1, authorities=(chain_of(tsa),)),
        Case("microseconds", finer, timestamps=1, authorities=(chain_of(fine),)),
    ]
    said = peer.judge(asked)
    assert [one.accepts for one in said] == [True, False, False, False, False]
    assert said[-1].why == "invalid time"
    stamped = parse_bundle(finer)
    assert verify_timestamp(stamped.timestamp or b"", stamped.signature, [fine.trusted])
