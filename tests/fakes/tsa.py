"""Timestamp authorities on ECDSA P-256: real tokens, over HTTP on the loopback or without it, honest or not."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from certomancer.services import TimeStamper as CertomancerStamper
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.statement import SHORT_NAMES
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.timestamps import TimestampRoot
from certify.trust.tokens import canonical_response

PARTY = "Zeitstelle Nord"
YEAR = timedelta(days=365)
MAX_QUERY = 64 * 1024


def certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: Issuer | None,
    start: datetime,
    end: datetime,
    usage: tuple[x509.ObjectIdentifier, ...] = (),
    critical: bool = True,
) -> x509.Certificate:
    """An X.509 certificate; without an issuer its own root, without usages a certificate authority."""
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(issuer.certificate.subject if issuer else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=not usage, path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usage)), critical=critical)
    return builder.sign(issuer.key if issuer else key, hashes.SHA256())


@dataclass(frozen=True)
class Issuer:
    """Whoever issues certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """Its certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


@dataclass
class Authority:
    """A timestamp authority; as a callable it stamps bytes as the pipeline has them stamped."""

    root: Issuer
    own: Issuer
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    embedded: tuple[x509.Certificate, ...] = ()
    asked: int = field(default=0)

    @property
    def trusted(self) -> TimestampRoot:
        """Its root as a trust file has it."""
        return TimestampRoot(pem=self.root.pem, party=PARTY)

    def reply(self, query: bytes) -> bytes:
        """The raw answer to a query."""
        self.asked += 1
        stamper = CertomancerStamper(
            _loaded(self.own.certificate),
            asn1_keys.PrivateKeyInfo.load(
                self.own.key.private_bytes(
                    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            ),
            fixed_dt=self.clock(),
            certs_to_embed=[_loaded(one) for one in self.embedded],
        )
        return bytes(stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump())

    def __call__(self, signed: bytes) -> bytes:
        query = TimestampRequestBuilder().data(signed).hash_algorithm(HashAlgorithm.SHA256).build()
        return canonical_response(self.reply(query.as_bytes()))


def _loaded(one: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER))


def authority(
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    root_end: datetime | None = None,
    usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
    clock: Callable[[], datetime] | None = None,
) -> Authority:
    """A new authority under a root of its own."""
    now = datetime.now(UTC)
    begins = start or now - YEAR
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = Issuer(root_key, certificate("Test Root", root_key, None, begins, root_end or now + 10 * YEAR))
    own = Issuer(key, certificate("Test TSA", key, root, begins, end or now + YEAR, usage, critical))
    return Authority(root, own, clock or (lambda: datetime.now(UTC)))


@cache
def standing_authority() -> Authority:
    """One honest authority for all tests that only need one."""
    return authority()


@contextmanager
def serving(answer: Callable[[bytes], tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    """The address of an HTTP server on the loopback that gives these answers: status, headers, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length", "0")), MAX_QUERY)
            status, headers, body = answer(self.rfile.read(length))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def stamping(tsa: Authority) -> Callable[[bytes], tuple[int, dict[str, str], bytes]]:
    """Answers of an honest server."""
    return lambda query: (200, {"Content-Type": "application/timestamp-reply"}, tsa.reply(query))


def stamped_bundle(data: bytes, stampers: Mapping[str, Callable[[bytes], bytes] | bytes | None]) -> bytes:
    """A certificate's bundle whose statements of these kinds carry other timestamps: new ones, given ones, or none."""
    document = parse_json(data)
    for signed in (*document["statements"].values(), document["certificate"]):
        bundle = parse_bundle(signed)
        kind = SHORT_NAMES[statement_of(bundle).predicate_type]
        if kind in stampers:
            with_timestamp(signed, bundle.signature, stampers[kind])
    return canonical_bytes(document)


def with_timestamp(
    signed: dict[str, Any], signature: bytes, stamper: Callable[[bytes], bytes] | bytes | None
) -> dict[str, Any]:
    """The bundle, changed in place, with another timestamp."""
    signed["verificationMaterial"].pop("timestampVerificationData", None)
    if stamper is not None:
        stamp = stamper if isinstance(stamper, bytes) else stamper(signature)
        encoded = base64.b64encode(stamp).decode("ascii")
        data = {"rfc3161Timestamps": [{"signedTimestamp": encoded}]}
        signed["verificationMaterial"]["timestampVerificationData"] = data
    return signed
