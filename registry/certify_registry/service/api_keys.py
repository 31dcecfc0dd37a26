"""API keys: long random secrets of which only the digest is kept."""

from __future__ import annotations

import fcntl
import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import Field

from certify.errors import HostileInput, UsageError
from certify.evidence.base import Sha256, StrictValue, Utc
from certify.files import read_file, write_whole
from certify_registry.service.principals import Principal
from certify_registry.service.settings import ROLES, Role

PREFIX = "certify_"
"""Begins every key, so that programs that look for leaked secrets know one."""
FILE = "api-keys.json"
MAX_FILE = 16 * 1024 * 1024


class ApiKey(StrictValue):
    """One key, without its secret."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    """Who uses it; it stands in the access log."""
    sha256: Sha256
    """Digest of the whole key. It is random, so that nothing slower is needed. Source: NIST SP 800-63B §5.1.2."""
    roles: tuple[Role, ...] = Field(min_length=1)
    """What it allows."""
    created_at: Utc
    """When it was made."""
    expires: Utc | None = None
    """From when on it is refused; never where absent."""
    revoked_at: Utc | None = None
    """When it was withdrawn."""

    def fault_at(self, now: str) -> str:
        """Why it does not count at a time (RFC 3339 UTC); empty when it does."""
        if self.revoked_at is not None:
            return "was revoked"
        return "has expired" if self.expires is not None and now >= self.expires else ""


class KeyFile(StrictValue):
    """All keys of a service, revoked ones, too: a name is used once."""

    schema_: Literal["certify/registry-api-keys/v1"] = Field(default="certify/registry-api-keys/v1", alias="schema")
    """Names this form."""
    keys: tuple[ApiKey, ...] = ()
    """The keys, oldest first."""


def read_keys(path: Path) -> KeyFile:
    """The keys in a file; none where there is no file.

    Raises:
        UsageError: CERT-E675, the file is damaged.
    """
    if not path.exists():
        return KeyFile()
    try:
        return KeyFile.from_bytes(read_file(path, max_bytes=MAX_FILE), name=path.name)
    except HostileInput as error:
        raise UsageError("CERT-E675", f"{path} cannot be used: {error.what}", "", "restore it from a backup") from error


def add_key(path: Path, name: str, roles: Sequence[str], *, now: str, expires: str | None = None) -> str:
    """Make a key and keep its digest; the key itself, which nobody can look up again, is returned.

    Args:
        path: the file of keys; made where it is not there.
        name: who will use it.
        roles: what it allows.
        now: the time in UTC, ``2026-11-23T17:00:00Z``.
        expires: from when on it is refused, in the same form.

    Raises:
        UsageError: CERT-E675, the name is taken or cannot be one, no role, or the file is damaged.
    """
    with _writing(path):
        return _added(path, name, roles, now, expires)


def _added(path: Path, name: str, roles: Sequence[str], now: str, expires: str | None) -> str:
    kept = read_keys(path)
    if any(key.name == name for key in kept.keys):
        raise UsageError("CERT-E675", f"there is an API key {name} already", "a name is used once", "take another name")
    secret = PREFIX + secrets.token_urlsafe(32)
    document = {"name": name, "sha256": digest_of(secret), "roles": list(roles), "createdAt": now}
    try:
        made = ApiKey.from_document({**document, "expires": expires} if expires else document, name="the API key")
    except HostileInput as error:
        hint = f"a name has small letters, digits, dots and hyphens; a role is one of {', '.join(ROLES)}"
        raise UsageError("CERT-E675", error.what, "", hint) from error
    write_whole(path, kept.model_copy(update={"keys": (*kept.keys, made)}).to_bytes(), mode=0o600)
    return secret


def revoke_key(path: Path, name: str, *, now: str) -> None:
    """Have a key refused from now on; a server that is running notices.

    Raises:
        UsageError: CERT-E675, there is no such key.
    """
    with _writing(path):
        _revoked(path, name, now)


def _revoked(path: Path, name: str, now: str) -> None:
    kept = read_keys(path)
    if all(key.name != name for key in kept.keys):
        raise UsageError("CERT-E675", f"there is no API key {name}", "", "`certify registry api-keys list` lists them")
    keys = tuple(
        key.model_copy(update={"revoked_at": key.revoked_at or now}) if key.name == name else key for key in kept.keys
    )
    write_whole(path, kept.model_copy(update={"keys": keys}).to_bytes(), mode=0o600)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Alone with a file of keys: two who change it at once would lose a key, or a revocation.

    The lock is a file beside it, as the file itself is replaced with each change.
    """
    beside = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = beside.open("a")
    except OSError as error:
        raise UsageError("CERT-E012", f"{beside} cannot be written: {error.strerror}", "nothing was changed") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest_of(secret: str) -> str:
    """The digest under which a key is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class KeyRing:
    """The keys of a file, read again when it changes.

    Args:
        path: the file.
        now: gives the time in UTC.
    """

    def __init__(self, path: Path, now: Callable[[], str]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, ApiKey] = {}

    @property
    def known(self) -> bool:
        """Whether there is any key, good or not."""
        return bool(self._current())

    def holder_of(self, secret: str) -> Principal | str:
        """Whose key it is, or why it is refused.

        Raises:
            UsageError: CERT-E675, the file is damaged; nobody is let in then.
        """
        key = self._current().get(digest_of(secret))
        if key is None:
            return "is not known here"
        return key.fault_at(self._now()) or Principal(f"key:{key.name}", frozenset(key.roles), known=True)

    def _current(self) -> dict[str, ApiKey]:
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._keys = {key.sha256: key for key in read_keys(self._path).keys}
                self._seen = stamp
            return self._keys

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
