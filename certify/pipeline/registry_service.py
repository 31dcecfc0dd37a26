"""A workspace's registry as a service: what is opened, and what is put beside the log so that it can be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from certify.errors import UsageError
from certify.evidence.canonical import sha256_hex
from certify.files import read_file
from certify.pipeline.clock import now
from certify.pipeline.standing import ask_registry
from certify.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from certify_registry import Registry
    from certify_registry.service.settings import ServiceSettings
    from certify_registry.service.state import Service


@contextmanager
def open_service(workspace: Workspace, settings: ServiceSettings) -> Iterator[Service]:
    """The parts of a service over a workspace's registry, which other commands may go on using.

    Raises:
        UsageError: CERT-E661, the settings name a database, which this workspace's registry is not in.
        TrustError, EvidenceMissing: the log key cannot be used; a server for reading does without.
        RegistryError: CERT-E070 to CERT-E072, the registry cannot be used.
    """
    from certify_registry import Registry
    from certify_registry.appending import OneByOne
    from certify_registry.service.api_keys import FILE, KeyRing
    from certify_registry.service.outstanding import Bounded
    from certify_registry.service.public_files import FolderFiles
    from certify_registry.service.state import Service

    if settings.database is not None:
        raise UsageError(
            "CERT-E661",
            "the settings name a PostgreSQL database, and this version serves the registry of a workspace",
            hint="leave database and objects out",
        )
    folder = workspace.home / "registry"
    with Registry.open(folder, None if settings.read_only else workspace.log_key()) as registry:
        if not settings.read_only:
            keep_pdfs(workspace, registry)
        appender = None if settings.read_only else Bounded(OneByOne(registry, now), settings.limits.outstanding)
        yield Service(
            settings=settings,
            reader=registry,
            files=FolderFiles(folder),
            answer_about=ask_registry,
            now=now,
            keys=KeyRing(settings.api_keys or workspace.home / FILE, now),
            writer=None if settings.read_only else registry,
            appender=appender,
        )


def keep_pdfs(workspace: Workspace, registry: Registry) -> int:
    """Put the PDFs of a workspace's logged certificates beside the log; returns how many there are.

    A run leaves them in the workspace's folder of certificates alone.
    """
    kept = 0
    for path in sorted(workspace.certificates.glob("*.pdf")):
        data = read_file(path)
        if registry.serial_of_pdf(sha256_hex(data)) is not None:
            registry.put_blob(data)
            kept += 1
    return kept
