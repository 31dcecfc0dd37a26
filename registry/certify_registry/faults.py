"""What can go wrong with a database, a disk and a network, told in the registry's own errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from certify.errors import RegistryError

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_POSTGRES_BUSY = {"55P03", "40001", "40P01"}
_POSTGRES_REFUSED = ("25006", "28", "3D", "3F", "42501")


def damaged(what: str, why: str = "") -> RegistryError:
    """The registry's own files are not what was written."""
    hint = "stop writing to it, run `certify registry fsck`, and restore the newest backup (docs/registry.md)"
    return RegistryError("CERT-E070", what, why, hint)


def busy(what: str) -> RegistryError:
    """Another process holds the registry."""
    return RegistryError("CERT-E071", what, "another process is writing to it", "wait for it to end, then try again")


def no_room(what: str) -> RegistryError:
    """The disk is full."""
    why = "the disk is full; everything acknowledged before is safe"
    return RegistryError("CERT-E073", what, why, "free some space and repeat the command; nothing is logged twice")


def absent(what: str, why: str = "", hint: str = "") -> RegistryError:
    """The registry, or the thing asked for, is not there."""
    return RegistryError("CERT-E079", what, why, hint)


def unreachable(place: str, why: str) -> RegistryError:
    """The database server does not answer, or stopped while it was asked."""
    hint = "see that the server runs, then repeat the command; nothing is logged twice"
    return RegistryError("CERT-E600", f"the database of the registry, {place}, cannot be reached", why, hint)


def store_failed(place: str, why: str) -> RegistryError:
    """The object store does not answer, or refuses."""
    hint = "see that it can be reached and that the credentials are right, then repeat the command"
    return RegistryError("CERT-E601", f"the object store of the registry, {place}, cannot be used", why, hint)


@contextmanager
def told_plainly(place: object) -> Iterator[None]:
    """Turn failures of database, file system and object store within the block into registry errors.

    Raises:
        RegistryError: CERT-E070 damaged, CERT-E071 busy, CERT-E073 disk full, CERT-E079 not accessible,
            CERT-E600 and CERT-E601 not reachable.
    """
    try:
        yield
    except Exception as error:
        found = _fault(error, place)
        if found is error:
            raise
        raise found from error


def foreign_fault(error: Exception, place: object) -> Exception:
    """The registry error for an exception of obstore or psycopg; any other as it is."""
    room = type(error).__module__.partition(".")[0]
    if room == "obstore":
        return store_failed(str(place), str(error).partition("\n")[0])
    return _of_postgres(error, place) if room == "psycopg" else error


def _fault(error: Exception, place: object) -> Exception:
    """The registry error for a failure of database, file system or object store; any other as it is."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        found = _fault(error.orig, place)
        return error if found is error.orig else found
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, place)
    if isinstance(error, UnicodeDecodeError):  # what sqlite3 raises when damage reaches the text of its own message
        return damaged(f"the database of the registry in {place} is damaged", str(error))
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return no_room(f"the registry in {place} could not be written")
    if isinstance(error, OSError):
        return absent(f"a file of the registry in {place} cannot be used: {error.strerror or error}")
    return foreign_fault(error, place)


def _of_sqlite(error: sqlite3.Error, place: object) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return busy(f"the registry in {place} is in use")
    if code == sqlite3.SQLITE_FULL:
        return no_room(f"the registry in {place} could not be written")
    if code == sqlite3.SQLITE_IOERR:
        return absent(f"the disk failed under the registry in {place}: {error}", "", "see to the disk, then try again")
    if code in _CLOSED:
        return absent(f"the database of the registry in {place} cannot be used: {error}")
    if code in _DAMAGED or isinstance(error, sqlite3.OperationalError | sqlite3.DataError):
        return damaged(f"the database of the registry in {place} is damaged", str(error))
    return error


def _of_postgres(error: Exception, place: object) -> Exception:
    state = getattr(error, "sqlstate", None) or ""
    said = str(error).strip().partition("\n")[0]
    if state in _POSTGRES_BUSY:
        return busy(f"the registry in {place} is in use")
    if state.startswith("53"):
        return no_room(f"the registry in {place} could not be written")
    if state.startswith("XX"):
        return damaged(f"the database of the registry in {place} is damaged", said)
    if state.startswith(_POSTGRES_REFUSED):
        return absent(f"the database of the registry in {place} cannot be used: {said}")
    if type(error).__name__ in {"OperationalError", "AdminShutdown", "CrashShutdown"} or state.startswith(("57", "08")):
        return unreachable(str(place), said)
    return error
