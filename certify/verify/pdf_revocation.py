"""Which certificates and revocation data a round of preservation has to hold: these, chosen the same way twice.

Whoever archives gathers them from what is at hand; whoever reads gathers them again from what the file holds, and has
to come to the same. So a round can neither lack what it needs nor carry what nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from certify.errors import EvidenceMissing
from certify.trust.timestamps import SKEW
from certify.verify.pdf_archive import Material
from certify.verify.pdf_chain import broken, name_of, unreadable
from certify.verify.pdf_ocsp import answer_covers


class Subject(NamedTuple):
    """A certificate whose signature is to be believed for longer than it lives."""

    certificate: bytes
    """DER."""
    when: datetime
    """When its signature was made, aware; a later revocation does not undo it."""


class Sources(NamedTuple):
    """What revocation data and certificates may be taken from; DER."""

    certificates: frozenset[bytes] = frozenset()
    lists: frozenset[bytes] = frozenset()
    answers: frozenset[bytes] = frozenset()


def gather(subjects: Sequence[Subject], held: frozenset[bytes], sources: Sources, at: datetime) -> Material:
    """What has to be added for these signatures to be checked later.

    Args:
        subjects: whose signatures.
        held: certificates that the file's store has already.
        sources: what is at hand.
        at: time of the archive's timestamp; revocation data is fresh at it.

    Source: ETSI EN 319 142-1 V1.1.1, clause 6.3 (B-LT): all certificates, and revocation data for all but roots.

    Raises:
        EvidenceMissing: CERT-E592, a certificate or word on one is not at hand.
        HostileInput: CERT-E590, a certificate was revoked before it signed, or one cannot be read.
    """
    pool = _loaded({*sources.certificates, *held, *(one.certificate for one in subjects)})
    wanted: dict[bytes, None] = {}
    lists: set[bytes] = set()
    answers: set[bytes] = set()
    for subject in subjects:
        path = path_of(subject.certificate, pool)
        wanted.update(dict.fromkeys(der for der, _ in path))
        for (_, certificate), (_, above) in pairwise(path):
            kind, der = _word_on(certificate, above, subject.when, at, sources)
            (lists if kind == "list" else answers).add(der)
    new = sorted(set(wanted) - held)
    return Material(tuple(new), tuple(sorted(lists)), tuple(sorted(answers)))


def path_of(leaf: bytes, pool: dict[bytes, Any]) -> list[tuple[bytes, Any]]:
    """The certificates from one to its root, DER and parsed.

    Raises:
        EvidenceMissing: CERT-E592, the next one is not at hand.
    """
    path = [(leaf, pool[leaf])]
    while path[-1][1].issuer != path[-1][1].subject:
        child = path[-1][1]
        parents = [(der, one) for der, one in pool.items() if one.subject == child.issuer and _issued(child, one)]
        if not parents or parents[0] in path:
            raise _missing(
                f"the certificate of {child.issuer.rfc4514_string()[:100]!r}, which issued {name_of(child)!r}"
            )
        path.append(parents[0])
    return path


def _loaded(certificates: Iterable[bytes]) -> dict[bytes, Any]:
    from cryptography import x509

    try:
        return {der: x509.load_der_x509_certificate(der) for der in sorted(certificates)}
    except unreadable() as error:
        raise broken("one of the certificates cannot be read", error) from error


def _issued(child: Any, parent: Any) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except unreadable():
        return False
    return True


def _word_on(certificate: Any, above: Any, when: datetime, at: datetime, sources: Sources) -> tuple[str, bytes]:
    """The first list or answer at hand that speaks of a certificate, and which of the two it is."""
    for der in sorted(sources.lists):
        if _list_covers(der, certificate, above, when, at):
            return "list", der
    for der in sorted(sources.answers):
        if answer_covers(der, certificate, above, when, at):
            return "answer", der
    where = _published_at(certificate)
    place = f"; it is at {where}" if where else ""
    raise _missing(f"a current list of revoked certificates of {name_of(above)!r}{place}")


def _list_covers(der: bytes, certificate: Any, above: Any, when: datetime, at: datetime) -> bool:
    """Whether a list is the authority's, complete and fresh; a certificate revoked in time stops everything.

    Source: RFC 5280 section 6.3.3.
    """
    from cryptography import x509

    try:
        found = x509.load_der_x509_crl(der)
        fresh = found.next_update_utc is not None and fresh_at(found.last_update_utc, found.next_update_utc, at)
        if found.issuer != above.subject or not fresh or not _whole(found, certificate):
            return False
        if not found.is_signature_valid(above.public_key()):
            return False
        entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except unreadable():
        return False
    if entry is not None and entry.revocation_date_utc <= when:
        raise broken(f"the certificate of {name_of(certificate)!r} was revoked at {entry.revocation_date_utc:%Y-%m-%d}")
    return True


def _whole(found: Any, certificate: Any) -> bool:
    """Whether a list speaks of every certificate of this one's kind: no difference to another list, no selection."""
    from cryptography.x509.oid import ExtensionOID

    for one in found.extensions:
        if one.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            return False
        if one.oid == ExtensionOID.ISSUING_DISTRIBUTION_POINT:
            scope, authority = one.value, _is_authority(certificate)
            if scope.indirect_crl or scope.only_some_reasons or scope.only_contains_attribute_certs:
                return False
            if (scope.only_contains_user_certs and authority) or (scope.only_contains_ca_certs and not authority):
                return False
        elif one.critical:
            return False
    return True


def _is_authority(certificate: Any) -> bool:
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def fresh_at(since: datetime, until: datetime, at: datetime) -> bool:
    """Whether something counted at a time, clocks apart as far as those of honest parties may be."""
    return since.astimezone(UTC) - SKEW <= at <= until.astimezone(UTC) + SKEW


def _published_at(certificate: Any) -> str:
    """Where a certificate says its authority publishes lists; printed for people, never fetched."""
    from cryptography import x509

    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        found = [str(name.value) for point in points for name in point.full_name or ()]
    except unreadable():
        return ""
    return next((one[:200] for one in found if one.isprintable() and one.startswith("http")), "")


def _missing(what: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E592",
        f"to archive this, there is missing {what}",
        "a copy for decades holds all that is needed to check it when nobody can be asked any more",
        "get the file and name it with --with FILE",
    )
