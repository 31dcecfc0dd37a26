"""How alembic runs inside a registry: on a connection it is given, within its transaction."""

from __future__ import annotations

from alembic import context

from certify_registry.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
