"""Where the registry of a workspace lies: in the workspace, or wherever it was moved to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from certify.errors import UsageError
from certify.evidence.base import StrictValue
from certify.files import read_file, write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from certify_registry import Registry

PLACE_FILE = "registry.json"


class Place(StrictValue):
    """Where a registry is; passwords and credentials come from the environment."""

    address: str = Field(min_length=1)
    """A folder, or ``postgresql://user@host/database``."""
    objects: str | None = None
    """With PostgreSQL, where statements, PDFs and tiles are: a folder, or ``s3://bucket/prefix``."""
    lock: str | None = None
    """Where the newest checkpoint is remembered, if that is another place."""


def place_of(home: Path) -> Place:
    """Where the registry of a workspace is; its own folder where nothing else was said.

    Raises:
        HostileInput: the file that says so is malformed.
    """
    if not (home / PLACE_FILE).is_file():
        return Place(address=str(home / "registry"))
    return Place.from_bytes(read_file(home / PLACE_FILE), name=PLACE_FILE)


def move_to(home: Path, place: Place) -> None:
    """From now on the workspace's registry is there.

    Raises:
        UsageError: CERT-E011, the address holds a password.
    """
    address = place.address.partition("://")[2].partition("/")[0]
    if ":" in address.rpartition("@")[0]:
        raise UsageError(
            "CERT-E011",
            "an address with a password is not kept in a file",
            hint="leave it out; PGPASSWORD or PostgreSQL's password file hold it",
        )
    write_whole(home / PLACE_FILE, place.to_bytes())


def open_registry(home: Path, log_key: Ed25519PrivateKey | None = None) -> Registry:
    """The registry of a workspace: for reading, or with its key for appending.

    Raises:
        RegistryError: as ``certify_registry.connect``.
    """
    from certify_registry import connect

    place = place_of(home)
    return connect(place.address, log_key, objects=place.objects, lock=place.lock)
