"""The embedded registry: one folder, one log, no service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from certify.errors import UsageError
from certify.evidence.canonical import sha256_hex
from certify_registry import admission
from certify_registry.fsck.examine import examine
from certify_registry.fsck.finding import Finding
from certify_registry.log import tree
from certify_registry.log.log import create_log, open_log
from certify_registry.reader import Reader
from certify_registry.store import lookup
from certify_registry.store.terms import fill_terms

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


@dataclass(frozen=True)
class Appended:
    """Where a statement is in the log, and the proof of it."""

    index: int
    """Log index, from 0."""
    proof: str
    """tlog-proof against a signed checkpoint that covers the entry."""
    duplicate: bool
    """Whether it was there before."""


class Registry(Reader):
    """A registry on disk; made by ``create`` or ``open``, and closed after use or used in a ``with`` block."""

    @classmethod
    def create(cls, folder: Path, origin: str, log_key: Ed25519PrivateKey, *, lock: Path | None = None) -> Self:
        """A new, empty registry.

        Args:
            folder: made if it is not there.
            origin: the log's name for good, in the form of a host and a path: ``localhost/certify-dev-1``.
            log_key: signs every checkpoint.
            lock: file that remembers the newest checkpoint, best on another disk; ``lock`` in the folder by default.

        Raises:
            UsageError: CERT-E079, the origin is not a name a log can have.
            RegistryError: CERT-E079, there is a registry already; CERT-E073, the disk is full.
        """
        return cls(create_log(folder, origin, log_key, lock))

    @classmethod
    def open(
        cls, folder: Path, log_key: Ed25519PrivateKey | None = None, *, lock: Path | None = None, wait: float = 5.0
    ) -> Self:
        """An existing registry: for reading without the log key, for appending with it.

        Args:
            folder: the registry.
            log_key: the key it was created with.
            lock: as given to ``create``.
            wait: seconds to wait for another writer.

        Raises:
            RegistryError: CERT-E070 damaged; CERT-E072 older than what it has signed; CERT-E079 not there.
            TrustError: CERT-E075, the key is not this log's.
        """
        registry = cls(open_log(folder, log_key, lock, wait))
        if log_key is not None:
            registry._fill_terms()
        return registry

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._log.close()

    def enroll(self, pem: str, party: str, role: str) -> None:
        """Take statements that need ``role`` from this key, held by ``party``, from now on.

        Raises:
            UsageError: CERT-E074, no such role.
            TrustError: CERT-E041, not a usable public key.
        """
        self._record_key("enrolled", pem, party, role)

    def roles_of(self, keyid: str) -> frozenset[str]:
        """The roles in which statements by a key are taken now."""
        with self._read() as connection:
            return frozenset(admission.enrolled_roles(connection, keyid))

    def retire(self, pem: str, party: str, role: str) -> None:
        """Take no more statements in ``role`` from this key; those in the log stay.

        Raises:
            UsageError: CERT-E074, no such role.
            TrustError: CERT-E041, not a usable public key.
        """
        self._record_key("retired", pem, party, role)

    def append(self, bundle: bytes, *, now: str) -> Appended:
        """Log a signed statement, once: the same statement by the same key is found again.

        It is durable and covered by a signed checkpoint when this returns.

        Args:
            bundle: Sigstore bundle with one signature by an enrolled key.
            now: the time in UTC, ``2026-11-23T17:00:00Z``; decides whether a plan's deadline has passed.

        Raises:
            HostileInput: the bundle, its predicate or its signature is wrong.
            RegistryError: CERT-E071 to CERT-E074 and CERT-E077 to CERT-E079. After CERT-E073 the statement
                may be in the log already; appending it again is safe.
        """
        if not _TIME.fullmatch(now):
            raise UsageError("CERT-E079", f"{now[:40]!r} is not a time like 2026-11-23T17:00:00Z")
        submission = admission.read_submission(bundle)
        with self._log.database.write() as connection:
            known = self._known(connection, submission)
            index = self._add(connection, submission, now) if known is None else known
        self._log.publisher.catch_up()
        return Appended(index, self.proof(index), duplicate=known is not None)

    def put_blob(self, data: bytes) -> str:
        """Keep bytes beside the log, such as a PDF, under their SHA-256, which is returned.

        Raises:
            RegistryError: CERT-E073 the disk is full; CERT-E079 too large.
        """
        return self._blobs.put(data)

    def fsck(self, now: str) -> tuple[Finding, ...]:
        """Everything about the files that is not as it was written; empty when all is well."""
        return tuple(examine(self._log, self._blobs, now))

    def _fill_terms(self) -> None:
        """Write what older certificates are found by, when an older version has logged them."""
        try:
            with self._log.database.write() as connection:
                fill_terms(connection, self._blobs)
        except BaseException:
            self.close()
            raise

    def _known(self, connection: Connection, submission: admission.Submission) -> int | None:
        """The index of an entry logged before; its bundle is put back if the disk has lost it."""
        data = submission.bundle.to_bytes()
        entry = lookup.entry_of_leaf(connection, submission.leaf_hash)
        if entry is not None and entry.bundle_sha256 == sha256_hex(data):
            self._blobs.put(data)
            return entry.log_index
        admission.check_signer(connection, submission)
        return None if entry is None else entry.log_index

    def _add(self, connection: Connection, submission: admission.Submission, now: str) -> int:
        admission.check_order(connection, submission, now)
        blob = self._blobs.put(submission.bundle.to_bytes())
        return self._log.add(connection, submission, blob, now)

    def _record_key(self, event: str, pem: str, party: str, role: str) -> None:
        with self._log.database.write() as connection:
            size = tree.read_head(connection).size
            admission.record_key(connection, event, pem=pem, party=party, role=role, size=size)
