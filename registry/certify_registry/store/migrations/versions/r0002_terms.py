"""What certificates are found by besides their serial and model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; the terms of certificates logged before are filled in when the registry is next written to."""
    op.create_table(
        "terms",
        sa.Column("log_index", sa.Integer(), sa.ForeignKey("entries.log_index"), primary_key=True, nullable=False),
        sa.Column("kind", sa.Text(), primary_key=True, nullable=False),
        sa.Column("term", sa.Text(), primary_key=True, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_terms_kind_term", "terms", ["kind", "term"])
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER terms_no_{verb.lower()} BEFORE {verb} ON terms "
            f"BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END"
        )


def downgrade() -> None:
    """A log is never taken back."""
    raise NotImplementedError
