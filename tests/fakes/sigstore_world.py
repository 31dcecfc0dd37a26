"""Sigstore's services on one page: a certificate authority, a log of certificates and a log of signatures, all local.

What they issue is real and is verified by sigstore-python as that of the public services would be.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certify.evidence.canonical import canonical_bytes
from certify.trust.dsse import BUNDLE_TYPE, pae
from certify.trust.keyless import CONFIG_TYPE

ISSUER = "https://login.example.org"
IDENTITY = "steward@example.org"
ORIGIN = "rekor.local"
OIDC_ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
Key = ec.EllipticCurvePrivateKey


def _new() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def _spki(key: Key) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _sign(key: Key, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass
class World:
    """Services of one day; a bundle made here verifies under ``trusted_root`` alone."""

    authority: Key = field(default_factory=_new)
    certificates: Key = field(default_factory=_new)
    signatures: Key = field(default_factory=_new)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __post_init__(self) -> None:
        self.name = x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "local"), x509.NameAttribute(NameOID.COMMON_NAME, "fulcio")]
        )
        self.root = (
            x509.CertificateBuilder(self.name, self.name, self.authority.public_key(), 1)
            .not_valid_before(self.now - timedelta(days=1))
            .not_valid_after(self.now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(certify=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.authority.public_key()), critical=False)
            .sign(self.authority, hashes.SHA384())
        )

    def certificate(self, key: Any, identity: str = IDENTITY, issuer: str = ISSUER) -> x509.Certificate:
        """A certificate of ten minutes for a public key and a login, logged as its embedded receipt says."""
        public = self.authority.public_key()
        builder = (
            x509.CertificateBuilder(self.name, x509.Name([]), key, x509.random_serial_number())
            .not_valid_before(self.now - timedelta(minutes=1))
            .not_valid_after(self.now + timedelta(minutes=9))
            .add_extension(_usage(certify=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(identity)]), critical=True)
            .add_extension(x509.UnrecognizedExtension(OIDC_ISSUER, issuer.encode()), critical=False)
        )
        draft = builder.sign(self.authority, hashes.SHA384())
        receipt = x509.UnrecognizedExtension(SCT_LIST, self._receipt(draft.tbs_certificate_bytes))
        return builder.add_extension(receipt, critical=False).sign(self.authority, hashes.SHA384())

    def _receipt(self, draft: bytes) -> bytes:
        """Source: RFC 6962 section 3.2 and 3.3, one signed certificate timestamp."""
        moment = struct.pack(">Q", int(self.now.timestamp() * 1000))
        issuer = hashlib.sha256(_spki(self.authority)).digest()
        entry = b"\x00\x01" + issuer + len(draft).to_bytes(3, "big") + draft + b"\x00\x00"
        signature = _sign(self.certificates, b"\x00\x00" + moment + entry)
        log = hashlib.sha256(_spki(self.certificates)).digest()
        one = b"\x00" + log + moment + b"\x00\x00" + b"\x04\x03" + struct.pack(">H", len(signature)) + signature
        listed = struct.pack(">H", len(one)) + one
        whole = struct.pack(">H", len(listed)) + listed
        return b"\x04" + (bytes([len(whole)]) if len(whole) < 128 else b"\x81" + bytes([len(whole)])) + whole

    def bundle(self, payload: bytes, payload_type: str = "application/vnd.in-toto+json", **login: str) -> bytes:
        """A keyless bundle over a payload."""
        key = _new()
        certificate = self.certificate(key.public_key(), **login)
        signature = _sign(key, pae(payload_type, payload))
        return canonical_bytes(
            {
                "mediaType": BUNDLE_TYPE,
                "verificationMaterial": {
                    "certificate": {"rawBytes": _b64(certificate.public_bytes(serialization.Encoding.DER))},
                    "tlogEntries": [self._entry(payload, signature, certificate)],
                },
                "dsseEnvelope": {
                    "payload": _b64(payload),
                    "payloadType": payload_type,
                    "signatures": [{"sig": _b64(signature)}],
                },
            }
        )

    def _entry(self, payload: bytes, signature: bytes, certificate: x509.Certificate) -> dict[str, Any]:
        """An entry of the kind dsse 0.0.1 in a log of its own, with proof, checkpoint and promise."""
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        body = canonical_bytes(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(b"envelope").hexdigest()},
                    "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
                    "signatures": [{"signature": _b64(signature), "verifier": _b64(pem)}],
                },
            }
        )
        log, seconds = hashlib.sha256(_spki(self.signatures)).digest(), int(self.now.timestamp())
        promised = {"body": _b64(body), "integratedTime": seconds, "logID": log.hex(), "logIndex": 0}
        leaf = hashlib.sha256(b"\x00" + body).digest()
        note = f"{ORIGIN}\n1\n{_b64(leaf)}\n"
        line = _b64(log[:4] + _sign(self.signatures, note.encode()))
        return {
            "logIndex": "0",
            "logId": {"keyId": _b64(log)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": _b64(_sign(self.signatures, canonical_bytes(promised)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": _b64(leaf),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n\u2014 {ORIGIN} {line}\n"},
            },
            "canonicalizedBody": _b64(body),
        }

    def answer(self, query: bytes) -> tuple[int, dict[str, str], bytes]:
        """What the certificate authority and the log of signatures answer over HTTP, by what they are asked."""
        asked = json.loads(query)
        if "certificateSigningRequest" in asked:
            request = x509.load_pem_x509_csr(base64.b64decode(asked["certificateSigningRequest"]))
            chain = [self.certificate(request.public_key()), self.root]
            found = [one.public_bytes(serialization.Encoding.PEM).decode() for one in chain]
            return 200, {}, json.dumps({"signedCertificateEmbeddedSct": {"chain": {"certificates": found}}}).encode()
        proposed = asked["spec"]["proposedContent"]
        envelope = json.loads(proposed["envelope"])
        certificate = x509.load_pem_x509_certificate(base64.b64decode(proposed["verifiers"][0]))
        payload, signature = (base64.b64decode(x) for x in (envelope["payload"], envelope["signatures"][0]["sig"]))
        entry = self._entry(payload, signature, certificate)
        proof = entry["inclusionProof"]
        logged = {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
            "logIndex": 0,
            "verification": {
                "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
                "inclusionProof": {
                    "logIndex": 0,
                    "rootHash": base64.b64decode(proof["rootHash"]).hex(),
                    "treeSize": 1,
                    "hashes": [],
                    "checkpoint": proof["checkpoint"]["envelope"],
                },
            },
        }
        return 201, {}, json.dumps({"entry": logged}).encode()

    def trust_config(self, url: str) -> bytes:
        """What a signer needs to know: these services, at one address."""
        service = {"url": url, "majorApiVersion": 1, "validFor": {"start": "2020-01-01T00:00:00Z"}, "operator": "local"}
        signing = {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service],
            "oidcUrls": [service],
            "rekorTlogUrls": [service],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaConfig": {"selector": "ANY"},
        }
        document = {"mediaType": CONFIG_TYPE, "trustedRoot": json.loads(self.trusted_root), "signingConfig": signing}
        return json.dumps(document).encode()

    @property
    def trusted_root(self) -> bytes:
        """What a verifier needs to know of these services."""
        start = (self.now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

        def log(key: Key) -> dict[str, Any]:
            public = {
                "rawBytes": _b64(_spki(key)),
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": {"start": start},
            }
            identity = {"keyId": _b64(hashlib.sha256(_spki(key)).digest())}
            return {"baseUrl": f"https://{ORIGIN}", "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": identity}

        root = self.root.public_bytes(serialization.Encoding.DER)
        document = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(self.signatures)],
            "ctlogs": [log(self.certificates)],
            "certificateAuthorities": [
                {
                    "subject": {"organization": "local", "commonName": "fulcio"},
                    "uri": "https://fulcio.local",
                    "certChain": {"certificates": [{"rawBytes": _b64(root)}]},
                    "validFor": {"start": start},
                }
            ],
            "timestampAuthorities": [],
        }
        return json.dumps(document).encode()


def _usage(*, certify: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certify,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certify,
        crl_sign=certify,
        encipher_only=False,
        decipher_only=False,
    )
