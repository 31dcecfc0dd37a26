"""A workspace's registry as a service: what is opened, and what is put beside the log so that it can be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from certify.errors import UsageError
from certify.evidence.canonical import sha256_hex
from certify.files import read_file
from certify.pipeline.clock import later, now
from certify.pipeline.placing import PLACE_FILE, open_registry, place_of
from certify.pipeline.witness_rounds import WitnessRounds
from certify.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from certify_registry import Registry
    from certify_registry.appending import Appender
    from certify_registry.service.settings import Limits, ServiceSettings
    from certify_registry.service.state import Service


@contextmanager
def open_service(workspace: Workspace, settings: ServiceSettings) -> Iterator[Service]:
    """The parts of a service over a workspace's registry, which other commands may go on using.

    Raises:
        UsageError: CERT-E661, the settings name another registry than the workspace.
        TrustError, EvidenceMissing: the log key cannot be used; a server for reading does without.
        RegistryError: CERT-E070 to CERT-E072, CERT-E600, CERT-E601, the registry cannot be used.
    """
    key = None if settings.read_only else workspace.log_key()
    with registry_of(workspace, settings, key) as registry:
        service = _service(workspace, registry, settings, key)
        if key is None:
            yield service
            return
        keep_pdfs(workspace, registry)
        rounds = WitnessRounds(
            workspace, registry, lambda trouble: service.log_line({"time": now(), "trouble": trouble})
        )
        try:
            yield service
        finally:
            rounds.close()


def application(workspace: Workspace, service: Service) -> Any:
    """The service with the pages for people, as an ASGI application."""
    from certify_registry.pages.router import pages_router
    from certify_registry.pages.settings import PagesSettings
    from certify_registry.service.app import create_app
    from certify_registry.service.callers import READER

    settings = PagesSettings(
        name=service.settings.name,
        base_url=service.settings.public_url or "",
        certificates=workspace.certificates,
        clock=now,
    )
    return create_app(service, [pages_router(lambda: service.reader, settings, guards=[READER])])


def registry_of(workspace: Workspace, settings: ServiceSettings, key: Ed25519PrivateKey | None) -> Registry:
    """The registry that the settings name, or else the workspace's, wherever that was moved to.

    Raises:
        UsageError: CERT-E661, the workspace says that its registry is elsewhere.
        RegistryError: as ``certify_registry.connect``.
    """
    from certify_registry import connect

    if settings.database is None:
        return open_registry(workspace.home, key)
    lock = settings.lock
    if (workspace.home / PLACE_FILE).is_file():
        place = place_of(workspace.home)
        told = (_host(place.address), place.objects) == (_host(settings.database), settings.objects)
        if not told or lock not in (None, place.lock):
            raise UsageError(
                "CERT-E661",
                f"the settings name a registry in {_host(settings.database)}, and {PLACE_FILE} another one",
                "two registries under one key would be two histories of one log",
                "leave database, objects and lock out of the settings: the workspace knows where its registry is",
            )
        lock = place.lock
    return connect(settings.database, key, objects=settings.objects, lock=lock)


def _host(address: str) -> str:
    """An address without its user: servers may connect as another one than the tables' owner."""
    return address.partition("://")[2].rpartition("@")[2]


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


def _service(
    workspace: Workspace, registry: Registry, settings: ServiceSettings, key: Ed25519PrivateKey | None
) -> Service:
    from certify_registry.lifecycle.current import CurrentLists
    from certify_registry.service.api_keys import FILE, KeyRing
    from certify_registry.service.public_files import public_files
    from certify_registry.service.state import Service

    return Service(
        settings=settings,
        reader=registry,
        files=public_files(registry.objects),
        now=now,
        keys=KeyRing(settings.api_keys or workspace.home / FILE, now),
        writer=None if key is None else registry,
        appender=None if key is None else _appender(registry, settings.limits),
        status_lists=None if key is None else CurrentLists(registry, key, now, later),
    )


def _appender(registry: Registry, limits: Limits) -> Appender:
    """One commit for whatever waits; before PostgreSQL, where there may be other servers, by way of its inbox."""
    from certify_registry.grouping import GroupAppender
    from certify_registry.inbox import InboxAppender
    from certify_registry.store.sqlite import SqliteDatabase

    kind = GroupAppender if isinstance(registry.database, SqliteDatabase) else InboxAppender
    return kind(registry, now, outstanding=limits.outstanding)
