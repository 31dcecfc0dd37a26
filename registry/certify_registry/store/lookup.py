"""Finding logged statements again. Every answer names a log index, so that it can be proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from certify.evidence.evaluation import EarlierPlan
from certify_registry.store.index_rows import folded
from certify_registry.store.tables import (
    CertificateEntry,
    Entry,
    EvaluationEntry,
    PlanEntry,
    RenderingEntry,
    StatusEntry,
    table_of,
)

_entries, _plans, _evaluations = table_of(Entry), table_of(PlanEntry), table_of(EvaluationEntry)
_certificates, _renderings, _statuses = table_of(CertificateEntry), table_of(RenderingEntry), table_of(StatusEntry)


@dataclass(frozen=True)
class CertificateRow:
    """A logged certificate; its statement is the bundle of ``payload_sha256``."""

    log_index: int
    serial: str
    model_identity: str
    model_name: str
    payload_sha256: str
    valid_from: str
    valid_until: str


@dataclass(frozen=True)
class PlanRow:
    """A logged plan; its statement is the bundle of ``payload_sha256``."""

    log_index: int
    payload_sha256: str
    applicant: str
    name: str
    weights_digest: str
    deadline: str


@dataclass(frozen=True)
class EntryRow:
    """An entry of the log."""

    log_index: int
    leaf: bytes
    leaf_hash: bytes
    predicate_type: str
    payload_sha256: str
    subject: str
    keyid: str
    bundle_sha256: str
    appended_at: str


_PARAMETERS = 500
"""Values in one query; old builds of SQLite take no more than 999."""
_ENTRY_COLUMNS = [_entries.c[name] for name in EntryRow.__dataclass_fields__]
_PLAN_COLUMNS = [_plans.c[name] for name in PlanRow.__dataclass_fields__]
_CERTIFICATE_COLUMNS = [_certificates.c[name] for name in CertificateRow.__dataclass_fields__]


def entries(connection: Connection, start: int, end: int) -> tuple[EntryRow, ...]:
    """The entries ``start`` up to ``end``, as many as there are."""
    place = _entries.c.log_index
    query = select(*_ENTRY_COLUMNS).where(place >= start, place < end).order_by(place)
    return tuple(EntryRow(*row) for row in connection.execute(query))


def entry_count(connection: Connection) -> int:
    """How many entries the database holds, whatever their indexes."""
    return connection.execute(select(func.count()).select_from(_entries)).scalar_one()


def entry_of_leaf(connection: Connection, leaf_hash: bytes) -> EntryRow | None:
    """The entry with this leaf hash."""
    row = connection.execute(select(*_ENTRY_COLUMNS).where(_entries.c.leaf_hash == leaf_hash)).first()
    return None if row is None else EntryRow(*row)


def places_of_leaves(connection: Connection, leaf_hashes: Sequence[bytes]) -> dict[bytes, tuple[int, str]]:
    """Log index and bundle digest of the entries that are there already, by leaf hash."""
    found: dict[bytes, tuple[int, str]] = {}
    for start in range(0, len(leaf_hashes), _PARAMETERS):
        part = leaf_hashes[start : start + _PARAMETERS]
        columns = (_entries.c.leaf_hash, _entries.c.log_index, _entries.c.bundle_sha256)
        for leaf, index, bundle in connection.execute(select(*columns).where(_entries.c.leaf_hash.in_(part))):
            found[leaf] = (index, bundle)
    return found


def entry_of_payload(connection: Connection, payload_sha256: str) -> EntryRow | None:
    """The first entry for a statement; others with the same payload differ in who signed."""
    query = select(*_ENTRY_COLUMNS).where(_entries.c.payload_sha256 == payload_sha256).order_by(_entries.c.log_index)
    row = connection.execute(query.limit(1)).first()
    return None if row is None else EntryRow(*row)


def plan(connection: Connection, payload_sha256: str) -> PlanRow | None:
    """The logged plan with this payload digest."""
    row = connection.execute(select(*_PLAN_COLUMNS).where(_plans.c.payload_sha256 == payload_sha256)).first()
    return None if row is None else PlanRow(*row)


def earlier_plans(
    connection: Connection, applicant: str, name: str, weights_digest: str, before_index: int
) -> tuple[EarlierPlan, ...]:
    """Plans logged before ``before_index`` that share applicant, name or weights, oldest first.

    Applicant and name are compared without regard to case, spacing and Unicode form.
    """
    same = {
        "applicant": _plans.c.applicant_folded == folded(applicant),
        "name": _plans.c.name_folded == folded(name),
        "weights": _plans.c.weights_digest == weights_digest,
    }
    query = select(_plans.c.log_index, _plans.c.payload_sha256, *same.values())
    query = query.where(_plans.c.log_index < before_index, or_(*same.values())).order_by(_plans.c.log_index)
    return tuple(
        EarlierPlan(
            log_index=index,
            payload_sha256=payload,
            shares=tuple(what for what, shared in zip(same, shares, strict=True) if shared),
        )
        for index, payload, *shares in connection.execute(query)
    )


def evaluation_index(connection: Connection, plan_sha256: str) -> int | None:
    """The log index of a plan's one evaluation."""
    query = select(_evaluations.c.log_index).where(_evaluations.c.plan_sha256 == plan_sha256)
    return connection.execute(query).scalar()


def certificate(connection: Connection, serial: str) -> CertificateRow | None:
    """The certificate with this serial."""
    row = connection.execute(select(*_CERTIFICATE_COLUMNS).where(_certificates.c.serial == serial)).first()
    return None if row is None else CertificateRow(*row)


def certificates_of(connection: Connection, model_identity: str) -> tuple[CertificateRow, ...]:
    """The certificates of exactly this model, newest first."""
    query = select(*_CERTIFICATE_COLUMNS).where(_certificates.c.model_identity == model_identity)
    query = query.order_by(_certificates.c.log_index.desc())
    return tuple(CertificateRow(*row) for row in connection.execute(query))


def certificates(connection: Connection) -> tuple[CertificateRow, ...]:
    """All certificates, newest first."""
    query = select(*_CERTIFICATE_COLUMNS).order_by(_certificates.c.log_index.desc())
    return tuple(CertificateRow(*row) for row in connection.execute(query))


def status_indexes(connection: Connection, serial: str) -> tuple[int, ...]:
    """The log indexes of a certificate's status entries, in order."""
    query = select(_statuses.c.log_index).where(_statuses.c.serial == serial).order_by(_statuses.c.log_index)
    return tuple(connection.execute(query).scalars())


def rendering_indexes(connection: Connection, serial: str) -> tuple[int, ...]:
    """The log indexes of a certificate's renderings, in order."""
    query = select(_renderings.c.log_index).where(_renderings.c.serial == serial).order_by(_renderings.c.log_index)
    return tuple(connection.execute(query).scalars())


def serial_of_pdf(connection: Connection, pdf_sha256: str) -> str | None:
    """The certificate that a PDF with this digest was logged for."""
    query = select(_renderings.c.serial).where(_renderings.c.pdf_sha256 == pdf_sha256)
    return connection.execute(query.order_by(_renderings.c.log_index).limit(1)).scalar()
