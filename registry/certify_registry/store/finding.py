"""Finding certificates by what people know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from certify.evidence.certificate import State, Status
from certify.trust.status import Change, Needed, Term, at_time, fold_changes, one_voice
from certify_registry.store.index_rows import folded
from certify_registry.store.lookup import CertificateRow
from certify_registry.store.tables import CertificateEntry, Entry, RenderingEntry, StatusEntry, table_of
from certify_registry.store.tables import Term as TermRow
from certify_registry.store.terms import DIGESTS, PLANNED, PROSE

_certificates, _terms, _entries = table_of(CertificateEntry), table_of(TermRow), table_of(Entry)
_renderings, _statuses = table_of(RenderingEntry), table_of(StatusEntry)
_AT_ONCE = 10_000
"""Serials in one question; SQLite takes 32,766 values."""
_UNKNOWN = "1970-01-01T00:00:00Z"
_changes = (
    select(_statuses.c.serial, _statuses.c.log_index, _statuses.c.state, _entries.c.keyid, _entries.c.payload_sha256)
    .join(_entries, _entries.c.log_index == _statuses.c.log_index)
    .order_by(_statuses.c.log_index)
)
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
        query = query.where(_certificates.c.log_index.in_(_with_terms(kind, [term])))
    return tuple(CertificateRow(*row) for row in connection.execute(query))


def changes_of(connection: Connection, serials: Sequence[str]) -> dict[str, list[Change]]:
    """The changes of standing of each certificate by the index, in the log's order."""
    found: dict[str, list[Change]] = {serial: [] for serial in serials}
    for start in range(0, len(serials), _AT_ONCE):
        query = _changes.where(_statuses.c.serial.in_(serials[start : start + _AT_ONCE]))
        for serial, index, state, keyid, payload in connection.execute(query):
            found[serial].append(Change(index, _by_the_index(serial, state), keyid, payload))
    return found


def _by_the_index(serial: str, state: str) -> Status:
    """A status without reason and time: the index keeps neither, and the rule of standing looks at neither."""
    return Status(serial=serial, state=State(state), reason="by the index", declared_at=_UNKNOWN)


def standing_in_list(row: CertificateRow, changes: Iterable[Change], now: str, needed: Needed = one_voice) -> str:
    """How a certificate stands by the index: ``valid``, ``expired``, ``not_yet_valid`` or what withdrew it.

    Args:
        row: the certificate.
        changes: its changes of standing.
        now: the time in UTC, ``2026-11-23T17:00:00Z``.
        needed: how many revokers must agree.
    """
    found = fold_changes(row.serial, changes, needed)
    return at_time(found.standing, Term(row.valid_from, row.valid_until), now).value


def touched(connection: Connection, kind: str, terms: Iterable[str]) -> tuple[CertificateRow, ...]:
    """The certificates with any of these terms, oldest first."""
    query = select(*_COLUMNS).where(_certificates.c.log_index.in_(_with_terms(kind, terms)))
    return tuple(CertificateRow(*row) for row in connection.execute(query.order_by(_certificates.c.log_index)))


def known_terms(connection: Connection, kind: str, prefix: str = "") -> tuple[str, ...]:
    """The terms of a kind that begin so, sorted."""
    query = select(_terms.c.term).where(_terms.c.kind == kind, _terms.c.term.startswith(prefix, autoescape=True))
    return tuple(connection.execute(query.distinct().order_by(_terms.c.term)).scalars())


def _with_terms(kind: str, terms: Iterable[str]) -> Select[tuple[int]]:
    """Log indexes of the certificates with any of the terms; those of a plan are its certificates', too."""
    same = _terms.c.term.in_([folded(term) if kind in PROSE else term for term in terms])
    found = _indexes(_terms.c.kind == kind, same)
    if kind not in PLANNED:
        return found
    plans = select(_entries.c.payload_sha256).where(_entries.c.log_index.in_(found))
    return _indexes(_terms.c.kind == "evidence", _terms.c.term.in_(plans))


def _named(text: str) -> ColumnElement[bool]:
    part = folded(text)
    return _certificates.c.log_index.in_(
        _indexes(_terms.c.kind.in_(("name", "issuer")), _terms.c.term.contains(part, autoescape=True))
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
