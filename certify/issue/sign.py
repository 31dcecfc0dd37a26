"""The issuer's signature on a PDF: PAdES B-B or B-T, a certification that permits no later change.

Nothing of ours in it is random. The same page, key and time give the same file, so an interrupted issue can be taken
up again and ends in the same bytes. A timestamp is its authority's: asked again, it comes out otherwise.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from certify.errors import TrustError, UsageError
from certify.trust.keys import StatementSigner, public_key_of, scheme_of
from certify.trust.timestamps import Timestamper
from certify.trust.tokens import token_of
from certify.verify.pdf_signature import (
    FIELD_NAME,
    build_cms,
    normal_signature,
    parts_of,
    reserved,
    signed_attributes,
)

MAX_NAME = 64
"""Longest organisation name in a certificate. Source: RFC 5280, appendix A.1, ub-organization-name."""

_NO_EXPIRY = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Source: RFC 5280 section 4.1.2.5, for certificates without a well-defined end; the trust file rules on keys."""


def issuer_certificate(signer: StatementSigner, party: str, not_before: datetime) -> bytes:
    """A self-issued X.509 certificate for the issuer's key, DER; the same arguments give the same bytes.

    PDF readers need a certificate to show a signature. Ours carries the key and the issuer's name; what the
    key may do is said by the trust file alone.

    Raises:
        TrustError: CERT-E086, the key is not ECDSA P-256, which is what PDF readers understand.
    """
    from asn1crypto import keys, pem, x509

    require_p256(signer)
    public = keys.PublicKeyInfo.load(pem.unarmor(signer.public_pem.encode())[2])
    name = x509.Name.build(
        {"organization_name": party[:MAX_NAME], "common_name": f"certify issuer {signer.keyid[:16]}"}
    )
    start = not_before.astimezone(UTC).replace(microsecond=0)
    serial = hashlib.sha256(f"{signer.keyid}\n{party}\n{start.isoformat()}".encode()).digest()[:16]
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(serial, "big") | 1,
            "signature": {"algorithm": "sha256_ecdsa"},
            "issuer": name,
            "validity": {"not_before": _time(start), "not_after": _time(_NO_EXPIRY)},
            "subject": name,
            "subject_public_key_info": public,
            "extensions": [
                {"extn_id": "key_usage", "critical": True, "extn_value": {"digital_signature", "non_repudiation"}},
                {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}},
                {"extn_id": "key_identifier", "critical": False, "extn_value": public.sha1},
            ],
        }
    )
    certificate = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature_value": normal_signature(signer.sign(body.dump())),
        }
    )
    return bytes(certificate.dump())


def sign_pdf(
    unsigned: bytes,
    signer: StatementSigner,
    certificates: bytes | Sequence[bytes],
    when: datetime,
    timestamper: Timestamper | None = None,
) -> bytes:
    """The signed PDF: ``unsigned``, unchanged, followed by one revision that holds the signature.

    Args:
        unsigned: what ``render`` gave.
        signer: the issuer's key, ECDSA P-256.
        certificates: X.509, DER: what ``issuer_certificate`` gave, or the issuer's own and those above it to the root.
        when: signing time as claimed in the file, aware.
        timestamper: who stamps the signature; B-B without, B-T with.

    Raises:
        TrustError: CERT-E086, the key cannot sign PDFs.
        UsageError: CERT-E086, the time has no zone.
    """
    require_p256(signer)
    chain = (certificates,) if isinstance(certificates, bytes) else tuple(certificates)

    def sign(digest: bytes) -> bytes:
        signature = normal_signature(signer.sign(signed_attributes(chain, digest)))
        token = None if timestamper is None else token_of(timestamper(signature))
        return build_cms(chain, digest, signature, token)

    return _assemble(unsigned, sign, when, reserved(chain, stamped=timestamper is not None))


def reassemble(unsigned: bytes, cms: bytes, when: datetime) -> bytes:
    """What the signed PDF must be if it shows ``unsigned`` and carries ``cms``: an auditor compares the bytes.

    Equality says that the pages in the file are the given rendering and that the signing revision adds
    nothing but the signature.
    """
    parts = parts_of(cms)
    return _assemble(unsigned, lambda _digest: cms, when, reserved(parts.chain, stamped=parts.token is not None))


def _assemble(unsigned: bytes, sign: Callable[[bytes], bytes], when: datetime, digits: int) -> bytes:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    if when.tzinfo is None:
        raise UsageError("CERT-E086", "the signing time of a PDF needs a time zone", hint="pass an aware datetime")
    writer = _writer(unsigned)
    place = SignatureObject(
        timestamp=when.astimezone(UTC).replace(microsecond=0),
        subfilter=SigSeedSubFilter.PADES,
        bytes_reserved=digits,
    )
    steps = PdfCMSEmbedder().write_cms(field_name=FIELD_NAME, writer=writer)
    next(steps)
    steps.send(
        SigObjSetup(
            sig_placeholder=place,
            mdp_setup=SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES),
        )
    )
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    steps.send(sign(prepared.document_digest))
    return bytes(output.getvalue())


def _writer(unsigned: bytes) -> Any:
    """A writer of the signing revision that adds the signature and nothing else.

    pyHanko would write the time of the machine and its own name into the metadata and draw the second half of
    the file identifier at random, with no option against either.
    """
    from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            pass

    writer = Writer(io.BytesIO(unsigned))
    revision = ByteStringObject(hashlib.sha256(unsigned).digest()[:16])
    writer._document_id = ArrayObject([writer._document_id[0], revision])
    return writer


def _time(moment: datetime) -> dict[str, datetime]:
    """UTCTime through 2049, GeneralizedTime after. Source: RFC 5280 section 4.1.2.5."""
    return {"utc_time" if moment.year < 2050 else "general_time": moment}


def require_p256(signer: StatementSigner) -> None:
    """Returns if PDF readers understand the key.

    Raises:
        TrustError: CERT-E086, it is not ECDSA P-256.
    """
    if scheme_of(public_key_of(signer.public_pem)) != "ecdsa-p256":
        raise TrustError(
            "CERT-E086",
            "this key cannot sign PDFs",
            "PDF readers understand ECDSA P-256 and not Ed25519",
            "issue with an ecdsa-p256 key: certify keys make FILE --scheme ecdsa-p256",
        )
