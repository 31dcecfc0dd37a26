"""What can go wrong with a database and a disk, told in the registry's own errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from certify.errors import RegistryError

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


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


@contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """Turn failures of SQLite and of the file system within the block into registry errors.

    Raises:
        RegistryError: CERT-E070 damaged, CERT-E071 busy, CERT-E073 disk full, CERT-E079 not accessible.
    """
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise _of_sqlite(error.orig, folder) from error
    except sqlite3.Error as error:
        raise _of_sqlite(error, folder) from error
    except UnicodeDecodeError as error:  # what sqlite3 raises when damage reaches the text of its own message
        raise damaged(f"the database of the registry in {folder} is damaged", str(error)) from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise no_room(f"the registry in {folder} could not be written") from error
        raise absent(f"a file of the registry in {folder} cannot be used: {error.strerror}") from error


def _of_sqlite(error: sqlite3.Error, folder: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return busy(f"the registry in {folder} is in use")
    if code == sqlite3.SQLITE_FULL:
        return no_room(f"the registry in {folder} could not be written")
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        return absent(f"the database of the registry in {folder} cannot be used: {error}")
    if code in _DAMAGED or isinstance(error, sqlite3.OperationalError | sqlite3.DataError):
        return damaged(f"the database of the registry in {folder} is damaged", str(error))
    return error
