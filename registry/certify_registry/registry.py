"""The registry: one log, and what is kept beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import CertifyError, UsageError
from certify.trust.note import verify_checkpoint
from certify.trust.tlog_proof import format_tlog_proof
from certify_registry import admission
from certify_registry.appended import Appended
from certify_registry.checking import Checked, Checkers
from certify_registry.fsck.examine import examine
from certify_registry.fsck.finding import Finding
from certify_registry.intake import Intake, Place
from certify_registry.log import tree
from certify_registry.log.batch import Sealed
from certify_registry.log.log import Log, create_log, open_log
from certify_registry.reader import Reader
from certify_registry.store.ports import Database, Objects
from certify_registry.store.surroundings import Mode, Surroundings, embedded
from certify_registry.store.terms import fill_terms

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)

__all__ = ["Appended", "Registry"]


class Registry(Reader):
    """A registry; made by ``create``, ``open`` or ``connect``, and closed after use or used in a ``with`` block."""

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._checkers = Checkers()
        self._known_keys: tuple[int | None, dict[str, str]] | None = None

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
        return cls(create_log(embedded(folder, "create", 5.0, lock), origin, log_key))

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
        mode: Mode = "read" if log_key is None else "write"
        return cls.start(embedded(folder, mode, wait, lock), log_key)

    @classmethod
    def start(cls, around: Surroundings, log_key: Ed25519PrivateKey | None) -> Self:
        """The registry that lies in these surroundings; see ``open``."""
        registry = cls(open_log(around, log_key))
        if log_key is not None:
            registry._fill_terms()
        return registry

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def database(self) -> Database:
        """Where its rows are."""
        return self._log.database

    @property
    def objects(self) -> Objects:
        """Where its blobs, tiles and checkpoint are."""
        return self._log.objects

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
        (answer,) = self.append_many([bundle], now=now)
        if isinstance(answer, CertifyError):
            raise answer
        return answer

    def append_many(self, bundles: Sequence[bytes], *, now: str) -> tuple[Appended | CertifyError, ...]:
        """Log signed statements in their order, under one signed checkpoint; see ``append``.

        Args:
            bundles: Sigstore bundles.
            now: the time in UTC.

        Returns:
            for each of them its place, or the error that ``append`` would raise for it alone.

        Raises:
            RegistryError: none of them was taken, or all may have been: CERT-E070 to CERT-E073, CERT-E079, CERT-E600.
        """
        return self.append_checked(self.check(bundles), now=now)

    def check(self, bundles: Sequence[bytes], checkers: Checkers | None = None) -> list[Checked | CertifyError]:
        """What can be found out about statements before the log is asked: form and signature.

        Args:
            bundles: Sigstore bundles.
            checkers: spreads the work over processes.
        """
        return (checkers or self._checkers).check_all(bundles, self._pems())

    def append_checked(
        self, checked: Sequence[Checked | CertifyError], *, now: str
    ) -> tuple[Appended | CertifyError, ...]:
        """``append_many`` of statements that ``check`` has looked at.

        Args:
            checked: what it found.
            now: the time in UTC.
        """
        if not _TIME.fullmatch(now):
            raise UsageError("CERT-E079", f"{now[:40]!r} is not a time like 2026-11-23T17:00:00Z")
        with self._log.database.write() as connection:
            batch = self._log.batch(connection)
            intake = Intake(batch, now, checked)
            places = [intake.take(one) for one in checked]
            self._blobs.keep(connection, intake.fresh, intake.again)
            sealed = batch.seal()
            earlier = {
                place.index: tree.inclusion(connection, place.index, sealed.head.size)
                for place in places
                if isinstance(place, Place) and place.index < batch.head.size
            }
        self._log.publisher.catch_up()
        return tuple(
            place if isinstance(place, CertifyError) else _appended(place, sealed, earlier.get(place.index))
            for place in places
        )

    def publish_cosigned(self, note: str) -> bool:
        """Publish the newest checkpoint with the cosignatures of witnesses, which proofs then carry.

        Args:
            note: the checkpoint, its cosignatures verified by the caller.

        Returns:
            Whether it was still the newest one.

        Raises:
            HostileInput: CERT-E075, CERT-E076, it is no checkpoint of this log.
            RegistryError: CERT-E071 busy; CERT-E073 the disk is full.
        """
        verify_checkpoint(note, self._log.key)
        return self._log.publisher.publish_cosigned(note, self._kept)

    def put_blob(self, data: bytes) -> str:
        """Keep bytes beside the log, such as a PDF, under their SHA-256, which is returned.

        Raises:
            RegistryError: CERT-E073 the disk is full; CERT-E079 too large.
        """
        return self._blobs.put(data)

    def fsck(self, now: str) -> tuple[Finding, ...]:
        """Everything about the files that is not as it was written; empty when all is well."""
        return tuple(examine(self._log, self._blobs, now))

    def hand_over(self) -> None:
        """Sign nothing any more: the log goes on elsewhere, from a copy taken after this.

        Raises:
            RegistryError: CERT-E072, it is not the newest; CERT-E079, it was opened without its key.
        """
        with self._log.database.write() as connection:
            head = tree.read_head(connection)
            self._log.memory.remember(connection, head)
            self._log.memory.hand_over()

    def _fill_terms(self) -> None:
        """Write what older certificates are found by, when an older version has logged them."""
        try:
            with self._log.database.write() as connection:
                fill_terms(connection, self._blobs)
        except BaseException:
            self.close()
            raise

    def _pems(self) -> dict[str, str]:
        """The keys that ``check`` verifies by; whether one counts is decided when the log is asked."""
        with self._read() as connection:
            newest = admission.last_key_event(connection)
            if self._known_keys is None or self._known_keys[0] != newest:
                self._known_keys = (newest, admission.known_keys(connection))
        return self._known_keys[1]

    def _record_key(self, event: str, pem: str, party: str, role: str) -> None:
        with self._log.database.write() as connection:
            head = tree.read_head(connection)
            self._log.memory.require_current(connection, head)
            admission.record_key(connection, event, pem=pem, party=party, role=role, size=head.size)


def _appended(place: Place, sealed: Sealed, path: tuple[bytes, ...] | None) -> Appended:
    """A place with its proof; ``path`` is that of an entry from before the batch."""
    head = sealed.head.checkpoint
    proof = sealed.proof(place.index) if path is None else format_tlog_proof(place.index, path, head)
    return Appended(place.index, proof, place.duplicate)
