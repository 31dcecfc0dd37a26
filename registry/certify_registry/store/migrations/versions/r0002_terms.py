"""What certificates are found by besides their serial and model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from certify_registry.store.migrations.guards import make_append_only
from certify_registry.store.tables import NUMBER

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; the terms of certificates logged before are filled in when the registry is next written to."""
    op.create_table(
        "terms",
        sa.Column("log_index", NUMBER, sa.ForeignKey("entries.log_index"), primary_key=True, nullable=False),
        sa.Column("kind", sa.Text(), primary_key=True, nullable=False),
        sa.Column("term", sa.Text(), primary_key=True, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_terms_kind_term", "terms", ["kind", "term"])
    make_append_only("terms")


def downgrade() -> None:
    """A log is never taken back."""
    raise NotImplementedError
