"""What the database remembers. Nothing in it is ever changed or removed: triggers see to that, and rights.

The log itself is ``entries``, ``nodes`` and ``heads``; ``keys`` says whose statements are taken; the
rest finds things again and follows from the logged statements alone.
"""

from __future__ import annotations

from typing import ClassVar, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, MetaData, Table, Text
from sqlmodel import Field, SQLModel

STRICT = {"sqlite_strict": True}
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits, which SQLite's strict tables call INTEGER."""


class Row(SQLModel):
    """A row; SQLite's STRICT tables refuse values of another type."""

    metadata: ClassVar[MetaData] = MetaData()


class Log(Row, table=True):
    """Which log this is: one row."""

    __tablename__ = "log"
    __table_args__ = (CheckConstraint("id = 1", name="one_log"), STRICT)
    id: int = Field(default=1, primary_key=True, sa_type=NUMBER)
    origin: str = Field(sa_type=Text)
    vkey: str = Field(sa_type=Text)


class Entry(Row, table=True):
    """A leaf, and the statement it stands for."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("length(leaf_hash) = 32", name="leaf_hash_is_sha256"),
        CheckConstraint("length(leaf) <= 65535", name="leaf_fits_a_bundle"),
        STRICT,
    )
    log_index: int = Field(primary_key=True, sa_type=NUMBER)
    leaf_hash: bytes = Field(unique=True)
    leaf: bytes
    predicate_type: str = Field(sa_type=Text, index=True)
    payload_sha256: str = Field(sa_type=Text, index=True)
    subject: str = Field(sa_type=Text, index=True)
    keyid: str = Field(sa_type=Text)
    bundle_sha256: str = Field(sa_type=Text)
    appended_at: str = Field(sa_type=Text)
    guard: str = Field(sa_type=Text)


class Node(Row, table=True):
    """The hash of a full subtree of 256**level leaves, level 1 and up: what tiles above the first are made of."""

    __tablename__ = "nodes"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash_is_sha256"), STRICT)
    level: int = Field(primary_key=True, sa_type=NUMBER)
    position: int = Field(primary_key=True, sa_type=NUMBER)
    hash: bytes


class Head(Row, table=True):
    """A signed checkpoint, one for every batch of entries; ``frontier`` is where the next leaf joins."""

    __tablename__ = "heads"
    __table_args__ = (CheckConstraint("length(root) = 32", name="root_is_sha256"), STRICT)
    size: int = Field(primary_key=True, sa_type=NUMBER)
    root: bytes
    frontier: bytes
    checkpoint: str = Field(sa_type=Text)
    number: int = Field(sa_type=NUMBER)


class KeyEvent(Row, table=True):
    """A key was given a role, or lost it, when the log had ``size`` entries."""

    __tablename__ = "keys"
    __table_args__ = (CheckConstraint("event in ('enrolled', 'retired')", name="known_event"), STRICT)
    seq: int = Field(primary_key=True, sa_type=NUMBER)
    event: str = Field(sa_type=Text)
    keyid: str = Field(sa_type=Text, index=True)
    role: str = Field(sa_type=Text)
    party: str = Field(sa_type=Text)
    pem: str = Field(sa_type=Text)
    size: int = Field(sa_type=NUMBER)
    guard: str = Field(sa_type=Text)


class PlanEntry(Row, table=True):
    """A logged plan; the folded columns ignore case and spacing, so that attempts are not hidden by them."""

    __tablename__ = "plans"
    __table_args__ = (STRICT,)
    log_index: int = Field(primary_key=True, foreign_key="entries.log_index", sa_type=NUMBER)
    payload_sha256: str = Field(sa_type=Text, unique=True)
    applicant: str = Field(sa_type=Text)
    applicant_folded: str = Field(sa_type=Text, index=True)
    name: str = Field(sa_type=Text)
    name_folded: str = Field(sa_type=Text, index=True)
    weights_digest: str = Field(sa_type=Text, index=True)
    deadline: str = Field(sa_type=Text)


class EvaluationEntry(Row, table=True):
    """The one evaluation of a plan."""

    __tablename__ = "evaluations"
    __table_args__ = (STRICT,)
    log_index: int = Field(primary_key=True, foreign_key="entries.log_index", sa_type=NUMBER)
    plan_sha256: str = Field(sa_type=Text, unique=True, foreign_key="plans.payload_sha256")
    payload_sha256: str = Field(sa_type=Text)


class CertificateEntry(Row, table=True):
    """A logged certificate."""

    __tablename__ = "certificates"
    __table_args__ = (STRICT,)
    log_index: int = Field(primary_key=True, foreign_key="entries.log_index", sa_type=NUMBER)
    serial: str = Field(sa_type=Text, unique=True)
    model_identity: str = Field(sa_type=Text, index=True)
    model_name: str = Field(sa_type=Text)
    payload_sha256: str = Field(sa_type=Text)
    valid_from: str = Field(sa_type=Text)
    valid_until: str = Field(sa_type=Text)


class RenderingEntry(Row, table=True):
    """A PDF that shows a certificate."""

    __tablename__ = "renderings"
    __table_args__ = (STRICT,)
    log_index: int = Field(primary_key=True, foreign_key="entries.log_index", sa_type=NUMBER)
    serial: str = Field(sa_type=Text, index=True, foreign_key="certificates.serial")
    pdf_sha256: str = Field(sa_type=Text, index=True)


class StatusEntry(Row, table=True):
    """A change in a certificate's standing."""

    __tablename__ = "statuses"
    __table_args__ = (STRICT,)
    log_index: int = Field(primary_key=True, foreign_key="entries.log_index", sa_type=NUMBER)
    serial: str = Field(sa_type=Text, index=True, foreign_key="certificates.serial")
    state: str = Field(sa_type=Text)


class Term(Row, table=True):
    """Something a certificate is found by: its issuer, its policy, a key or a dataset it rests on."""

    __tablename__ = "terms"
    __table_args__ = (Index("ix_terms_kind_term", "kind", "term"), STRICT)
    log_index: int = Field(primary_key=True, foreign_key="entries.log_index", sa_type=NUMBER)
    kind: str = Field(sa_type=Text, primary_key=True)
    term: str = Field(sa_type=Text, primary_key=True)


class Packed(Row, table=True):
    """Which file of many statements a small one is kept in."""

    __tablename__ = "packed"
    __table_args__ = (STRICT,)
    bundle_sha256: str = Field(primary_key=True, sa_type=Text)
    pack_sha256: str = Field(sa_type=Text)


INDEX_ROWS: tuple[type[Row], ...] = (PlanEntry, EvaluationEntry, CertificateEntry, RenderingEntry, StatusEntry)
"""The tables that follow from the logged statements."""


def table_of(row: type[Row]) -> Table:
    """The table behind a row class."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]
