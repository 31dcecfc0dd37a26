"""What a workspace puts into the archived copy of a certificate, and what its user adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from certify.errors import EvidenceMissing, UsageError
from certify.files import read_file
from certify.pipeline.workspace import Workspace
from certify.pipeline.x509_setup import lists_of, utc_now
from certify.trust.timestamps import certificates_of
from certify.verify.pdf_archive import MAX_OBJECT
from certify.verify.pdf_revocation import Sources


def archive_certificate(workspace: Workspace, data: bytes, beside: Iterable[Path]) -> tuple[bytes, str]:
    """The archived copy of a certificate's PDF, and what it preserves, in words.

    Args:
        workspace: whose timestamp authority stamps, and whose own X.509 authority's revocation list is used.
        data: the PDF, archived before or not.
        beside: files with certificates, revocation lists or OCSP answers.

    Raises:
        UsageError: CERT-E592, the workspace names no timestamp authority, or a file is none of these.
        EvidenceMissing, HostileInput, RegistryError: as ``certify.issue.archive.archive_pdf``.
    """
    from certify.issue.archive import archive_pdf

    if workspace.timestamper is None:
        raise UsageError(
            "CERT-E592",
            f"the workspace {workspace.home} names no timestamp authority",
            "what preserves a signature for decades is a timestamp over it",
            "name one with `certify trust timestamp URL --root FILE.pem --name WHO`",
        )
    return archive_pdf(data, workspace.timestamper, _sources(workspace, beside), utc_now())


def _sources(workspace: Workspace, beside: Iterable[Path]) -> Sources:
    from cryptography.hazmat.primitives.serialization import Encoding

    roots = [one for root in workspace.trust.timestamp_roots or () for one in certificates_of(root.pem)]
    found = Sources(
        certificates=frozenset(one.public_bytes(Encoding.DER) for one in roots), lists=frozenset(lists_of(workspace))
    )
    _require_fresh(found.lists)
    for path in beside:
        certificates, lists, answers = _read(path)
        found = Sources(found.certificates | certificates, found.lists | lists, found.answers | answers)
    return found


def _require_fresh(lists: Iterable[bytes]) -> None:
    """Returns if the workspace's own list still counts; the general error would not say how to renew it."""
    from cryptography import x509

    for one in lists:
        until = x509.load_der_x509_crl(one).next_update_utc
        if until is None or until < utc_now():
            raise EvidenceMissing(
                "CERT-E592",
                "the workspace's own list of revoked certificates is out of date",
                f"it counted until {until:%Y-%m-%d}" if until else "",
                "certify keys authority renews the list and the issuer's certificate",
            )


def _read(path: Path) -> Sources:
    """What a file holds, in PEM or DER.

    Raises:
        UsageError: CERT-E592, it is neither certificates nor a revocation list nor an OCSP answer.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    data = read_file(path, max_bytes=MAX_OBJECT)
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            found = x509.load_pem_x509_certificates(data)
            return Sources(certificates=frozenset(one.public_bytes(Encoding.DER) for one in found))
        if b"-----BEGIN X509 CRL-----" in data:
            return Sources(lists=frozenset([x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)]))
    except ValueError as error:
        raise _unusable(path) from error
    readers: tuple[Callable[[bytes], Any], ...] = (
        x509.load_der_x509_certificate,
        x509.load_der_x509_crl,
        ocsp.load_der_ocsp_response,
    )
    for place, read in enumerate(readers):
        try:
            der = frozenset([read(data).public_bytes(Encoding.DER)])
        except ValueError:
            continue
        return Sources(*(der if kind == place else frozenset() for kind in range(len(readers))))
    raise _unusable(path)


def _unusable(path: Path) -> UsageError:
    return UsageError(
        "CERT-E592",
        f"{path} holds neither certificates nor a revocation list nor an OCSP answer",
        "PEM or DER is read",
        "get the list from the address that the certificate names, and give the file as it is",
    )
