"""The first shape of the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from certify_registry.store.migrations.guards import guard_entries, make_append_only
from certify_registry.store.tables import NUMBER

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "log",
    "entries",
    "nodes",
    "heads",
    "keys",
    "plans",
    "evaluations",
    "certificates",
    "renderings",
    "statuses",
)


def upgrade() -> None:
    """Create the tables, and the triggers that make them append-only."""
    _create_log()
    _create_indexes_of_statements()
    make_append_only(*_TABLES)
    guard_entries()


def downgrade() -> None:
    """A log is never taken back."""
    raise NotImplementedError


def _create_log() -> None:
    op.create_table(
        "log",
        sa.Column("id", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        _text("origin"),
        _text("vkey"),
        sa.CheckConstraint("id = 1", name="one_log"),
        sqlite_strict=True,
    )
    op.create_table(
        "entries",
        sa.Column("log_index", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        *map(_text, ("predicate_type", "payload_sha256", "subject", "keyid", "bundle_sha256", "appended_at", "guard")),
        sa.CheckConstraint("length(leaf_hash) = 32", name="leaf_hash_is_sha256"),
        sa.CheckConstraint("length(leaf) <= 65535", name="leaf_fits_a_bundle"),
        sqlite_strict=True,
    )
    _index("entries", "predicate_type", "payload_sha256", "subject")
    op.create_table(
        "nodes",
        sa.Column("level", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("position", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash_is_sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "heads",
        sa.Column("size", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        _text("checkpoint"),
        sa.CheckConstraint("length(root) = 32", name="root_is_sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "keys",
        sa.Column("seq", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        *map(_text, ("event", "keyid", "role", "party", "pem")),
        sa.Column("size", NUMBER, nullable=False),
        _text("guard"),
        sa.CheckConstraint("event in ('enrolled', 'retired')", name="known_event"),
        sqlite_strict=True,
    )
    _index("keys", "keyid")


def _create_indexes_of_statements() -> None:
    op.create_table(
        "plans",
        _log_index(),
        sa.Column("payload_sha256", sa.Text(), nullable=False, unique=True),
        *map(_text, ("applicant", "applicant_folded", "name", "name_folded", "weights_digest", "deadline")),
        sqlite_strict=True,
    )
    _index("plans", "applicant_folded", "name_folded", "weights_digest")
    op.create_table(
        "evaluations",
        _log_index(),
        sa.Column("plan_sha256", sa.Text(), sa.ForeignKey("plans.payload_sha256"), nullable=False, unique=True),
        _text("payload_sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "certificates",
        _log_index(),
        sa.Column("serial", sa.Text(), nullable=False, unique=True),
        *map(_text, ("model_identity", "model_name", "payload_sha256", "valid_from", "valid_until")),
        sqlite_strict=True,
    )
    _index("certificates", "model_identity")
    for table, column in (("renderings", "pdf_sha256"), ("statuses", "state")):
        op.create_table(
            table,
            _log_index(),
            sa.Column("serial", sa.Text(), sa.ForeignKey("certificates.serial"), nullable=False),
            _text(column),
            sqlite_strict=True,
        )
    _index("renderings", "serial", "pdf_sha256")
    _index("statuses", "serial")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _log_index() -> sa.Column[int]:
    entry = sa.ForeignKey("entries.log_index")
    return sa.Column("log_index", NUMBER, entry, primary_key=True, nullable=False, autoincrement=False)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])
