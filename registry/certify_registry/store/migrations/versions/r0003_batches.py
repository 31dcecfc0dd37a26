"""A signed head for each batch of entries; on PostgreSQL also the inbox, and what a writer may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from certify_registry.store.migrations.guards import FUNCTION, WRITER, guard_heads, make_append_only, on_postgres
from certify_registry.store.tables import NUMBER

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number the heads that are there, and let a head cover several entries."""
    if on_postgres():
        op.add_column("heads", sa.Column("number", NUMBER, nullable=False))
        _create_inbox()
    else:
        for trigger in ("heads_in_order", "heads_no_update", "heads_no_delete"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.add_column("heads", sa.Column("number", NUMBER, nullable=False, server_default=sa.text("0")))
        op.execute("UPDATE heads SET number = size")  # until now there was one for every size
        make_append_only("heads")
    guard_heads()
    if on_postgres():
        _grant()


def downgrade() -> None:
    """A log is never taken back."""
    raise NotImplementedError


def _create_inbox() -> None:
    """Where servers put statements for the one that sequences them; no part of the log."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("outcome", sa.Text(), nullable=True),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["id"], postgresql_where=sa.text("outcome IS NULL"))


def _grant() -> None:
    """Whoever writes may add rows and read them; changing and removing is nobody's right but the owner's."""
    op.execute(
        f"DO $$ BEGIN CREATE ROLE {WRITER} NOLOGIN; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    op.execute(f"DO $$ BEGIN EXECUTE format('GRANT {WRITER} TO %I', session_user); END $$")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
    op.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {WRITER}")
    op.execute(f"REVOKE INSERT ON alembic_version FROM {WRITER}")
    op.execute(f"GRANT UPDATE, DELETE ON inbox TO {WRITER}")
    op.execute(f"GRANT USAGE ON SEQUENCE inbox_id_seq TO {WRITER}")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION}() FROM PUBLIC")
