"""Finding a registry wherever it lies: in a folder, or in PostgreSQL beside a store of objects."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import UsageError
from certify_registry.log.log import create_log
from certify_registry.registry import Registry
from certify_registry.store.ports import Objects
from certify_registry.store.surroundings import LOCK, POSTGRES, Mode, Surroundings, embedded, objects_at, served


def connect(
    address: str | Path,
    log_key: Ed25519PrivateKey | None = None,
    *,
    objects: str | Path | Objects | None = None,
    lock: str | Path | Objects | None = None,
    wait: float = 5.0,
) -> Registry:
    """An existing registry: for reading without the log key, for appending with it.

    Args:
        address: the folder of an embedded registry, or ``postgresql://user@host/database``.
        log_key: the key it was created with.
        objects: with PostgreSQL, where its blobs, tiles and checkpoint are: a folder, or an address such as
            ``s3://bucket/prefix``. Credentials come from the environment.
        lock: where the newest checkpoint is remembered: a file for a folder, otherwise a store as for ``objects``.
            Beside the objects where it is not given; best in a place that no backup covers.
        wait: seconds to wait for another writer.

    Raises:
        UsageError: CERT-E079, objects are missing, or given for a folder.
        RegistryError: CERT-E070 damaged; CERT-E072 older than what it has signed; CERT-E079 not there;
            CERT-E600 and CERT-E601 not reachable.
        TrustError: CERT-E075, the key is not this log's.
    """
    mode: Mode = "read" if log_key is None else "write"
    return Registry.start(surroundings(address, mode, objects, lock, wait), log_key)


def found(
    address: str | Path,
    origin: str,
    log_key: Ed25519PrivateKey,
    *,
    objects: str | Path | Objects | None = None,
    lock: str | Path | Objects | None = None,
) -> Registry:
    """A new, empty registry; see ``connect`` for where, and ``Registry.create`` for what.

    With PostgreSQL the address is that of a database's owner, who may make roles; servers may connect as
    any user that is a member of ``certify_writer``.

    Raises:
        UsageError: CERT-E079, the origin is not a name a log can have, or objects are missing.
        RegistryError: CERT-E079, there is a registry already, or the user may not make one.
    """
    return Registry(create_log(surroundings(address, "create", objects, lock, 5.0), origin, log_key))


def surroundings(
    address: str | Path,
    mode: Mode,
    objects: str | Path | Objects | None,
    lock: str | Path | Objects | None,
    wait: float,
) -> Surroundings:
    """The database, objects and lock of an address; see ``connect``.

    Raises:
        UsageError: CERT-E079, objects are missing, or given for a folder.
    """
    if not str(address).startswith(POSTGRES):
        if objects is not None or not isinstance(lock, str | Path | None):
            raise UsageError("CERT-E079", "a registry in a folder keeps its objects in the same folder")
        return embedded(Path(address), mode, wait, None if lock is None else Path(lock))
    if objects is None:
        why = "a database holds the log; statements, PDFs and tiles lie in a store of objects"
        raise UsageError("CERT-E079", "a registry in PostgreSQL needs a store of objects", why, "such as s3://bucket")
    remembered = None if lock is None else (_objects(lock), LOCK)
    return served(str(address), _objects(objects), mode, wait, remembered)


def _objects(given: str | Path | Objects) -> Objects:
    return objects_at(given) if isinstance(given, str | Path) else given
