"""A PostgreSQL server of the tests' own: the real one, on a socket in a short folder, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

BINARIES = Path("/usr/lib/postgresql/15/bin")
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


class Cluster:
    """A running server; every database of it is empty when it is made."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self._folder, self._user, self._numbers = folder, user, count()

    def create_database(self) -> str:
        """The address of a new, empty database, ``postgresql://...``."""
        name = f"certify_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} OWNER certify TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
        return self.address(name)

    def address(self, database: str, user: str = "certify") -> str:
        """The address of a database for a user of the server."""
        return f"postgresql://{user}@/{database}?host={self._folder}"

    def sql(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the server's administrator."""
        import psycopg

        with psycopg.connect(self.address(database, "postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Start the server, recovering from however it was stopped."""
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        options += f" -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-w", "-t", "60", "-D", "data", "-l", "log", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; ``immediate`` is as if its processes were killed."""
        self._run("pg_ctl", "-w", "-D", "data", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(BINARIES / program), *arguments],
            check=True,
            cwd=self._folder,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server would keep a pipe open
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )


@contextmanager
def postgres_cluster(*, on_disk: bool = False) -> Iterator[Cluster]:
    """A server with a user ``certify`` who may make databases and roles; skips where there is no server to start.

    Args:
        on_disk: keep its files where they survive a power cut, not in memory; for measurements.
    """
    if not (BINARIES / "initdb").exists():
        pytest.skip(f"there is no PostgreSQL in {BINARIES}")
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=None if on_disk else _MEMORY))
    cluster = Cluster(folder, user)
    try:
        if user is not None:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        cluster._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        cluster.start()
        cluster.sql("CREATE ROLE certify LOGIN CREATEDB CREATEROLE")
        yield cluster
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The server of a test session; import it into a ``conftest.py``."""
    with postgres_cluster() as cluster:
        yield cluster


def _unprivileged() -> str | None:
    """Whom the server runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("the tests run as root, and there is no user postgres")
