"""Which file small statements are kept in, many to one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from certify_registry.store.migrations.guards import make_append_only

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; statements logged before stay in files of their own."""
    op.create_table(
        "packed",
        sa.Column("bundle_sha256", sa.Text(), primary_key=True, nullable=False),
        sa.Column("pack_sha256", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    make_append_only("packed")


def downgrade() -> None:
    """A log is never taken back."""
    raise NotImplementedError
