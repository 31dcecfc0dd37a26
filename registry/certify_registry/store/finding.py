"""Finding certificates by what people know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from certify.evidence.certificate import State, Status
from certify.trust.status import Standing, fold_statuses
from certify_registry.store.index_rows import folded
from certify_registry.store.lookup import CertificateRow
from certify_registry.store.tables import CertificateEntry, RenderingEntry, StatusEntry, Term, table_of
from certify_registry.store.terms import DIGESTS, PROSE

_certificates, _terms = table_of(CertificateEntry), table_of(Term)
_renderings, _statuses = table_of(RenderingEntry), table_of(StatusEntry)
_COLUMNS = [_certificates.c[name] for name in CertificateRow.__dataclass_fields__]


@dataclass(frozen=True)
class Question:
    """What is looked for; every part that is given must hold."""

    text: str | None = None
    """Part of a model's or issuer's name, or a serial."""
    digest: str | None = None
    """A SHA-256 that the certificate names, or that of its statement or its PDF."""
    terms: tuple[tuple[str, str], ...] = ()
    """Kind and term, exactly; see ``terms``."""


@dataclass(frozen=True)
class FoundCertificate:
    """A certificate and how it stands."""

    row: CertificateRow
    standing: str
    """``valid``, ``expired``, ``not_yet_valid``, ``suspended``, ``revoked`` or ``superseded``."""


def matching(connection: Connection, question: Question, before: int | None, limit: int) -> tuple[CertificateRow, ...]:
    """At most ``limit`` certificates that a question matches, newest first.

    Args:
        connection: one snapshot of the database.
        question: what is looked for.
        before: only those with a smaller log index, which continues an earlier answer.
        limit: how many at most.
    """
    query = select(*_COLUMNS).order_by(_certificates.c.log_index.desc()).limit(limit)
    if before is not None:
        query = query.where(_certificates.c.log_index < before)
    if question.text:
        query = query.where(or_(_certificates.c.serial == question.text.strip().upper(), _named(question.text)))
    if question.digest:
        query = query.where(_names_digest(question.digest.lower()))
    for kind, term in question.terms:
        same = _terms.c.term == (folded(term) if kind in PROSE else term)
        query = query.where(_certificates.c.log_index.in_(_indexes(_terms.c.kind == kind, same)))
    return tuple(CertificateRow(*row) for row in connection.execute(query))


def states_of(connection: Connection, serials: Sequence[str]) -> dict[str, list[tuple[int, State]]]:
    """The changes of standing of each certificate by the index, in the log's order."""
    query = select(_statuses.c.serial, _statuses.c.log_index, _statuses.c.state)
    query = query.where(_statuses.c.serial.in_(serials)).order_by(_statuses.c.log_index)
    found: dict[str, list[tuple[int, State]]] = {serial: [] for serial in serials}
    for serial, index, state in connection.execute(query):
        found[serial].append((index, State(state)))
    return found


def standing_in_list(row: CertificateRow, states: Iterable[tuple[int, State]], now: str) -> str:
    """How a certificate stands by the index: ``valid``, ``expired``, ``not_yet_valid`` or what withdrew it.

    Args:
        row: the certificate.
        states: its changes of standing.
        now: the time in UTC, ``2026-11-23T17:00:00Z``.
    """
    # The index keeps no reasons and times, which the rule of standing does not look at either.
    made = (
        (index, Status(serial=row.serial, state=state, reason="by the index", declared_at=row.valid_from))
        for index, state in states
    )
    standing = fold_statuses(row.serial, made).standing
    if standing is not Standing.VALID:
        return standing.value
    return "not_yet_valid" if now < row.valid_from else "expired" if now > row.valid_until else "valid"


def touched(connection: Connection, kind: str, terms: Iterable[str]) -> tuple[int, ...]:
    """The log indexes of the certificates with any of these terms."""
    query = _indexes(_terms.c.kind == kind, _terms.c.term.in_(list(terms))).order_by(_terms.c.log_index)
    return tuple(row.log_index for row in connection.execute(query))


def _named(text: str) -> ColumnElement[bool]:
    part = folded(text)
    return _certificates.c.log_index.in_(
        _indexes(_terms.c.kind.in_(PROSE), _terms.c.term.contains(part, autoescape=True))
    )


def _names_digest(digest: str) -> ColumnElement[bool]:
    drawn = select(_renderings.c.serial).where(_renderings.c.pdf_sha256 == digest)
    named = _indexes(_terms.c.kind.in_(DIGESTS), _terms.c.term == digest)
    return or_(
        _certificates.c.payload_sha256 == digest,
        _certificates.c.serial.in_(drawn),
        _certificates.c.log_index.in_(named),
    )


def _indexes(*conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(_terms.c.log_index).where(*conditions).distinct()
