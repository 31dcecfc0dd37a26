"""What the databases have in common: the shape of their tables, and how they come to it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from certify.errors import RegistryError
from certify_registry.faults import absent

SCHEMA = "r0004"
"""The revision this version reads and writes; the newest in migrations/versions."""
MIGRATIONS = Path(__file__).parent / "migrations"


def run_migrations(connection: Connection) -> None:
    """Bring a database to the newest shape, within the transaction it is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def upgrade(connection: Connection, place: str) -> None:
    """``run_migrations``, leaving a newer shape alone.

    Raises:
        RegistryError: CERT-E079, it was written by a newer version.
    """
    from alembic.util import CommandError

    try:
        run_migrations(connection)
    except CommandError as error:
        raise other_version(place) from error


def revision(connection: Connection) -> str | None:
    """The shape a database has, or None where it has none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def other_version(place: str) -> RegistryError:
    """The database has a shape that this version does not know."""
    why = "its database has a shape that this version does not know"
    return absent(f"the registry in {place} was written by another version", why, "install the version that wrote it")
