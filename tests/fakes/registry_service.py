"""A registry's service on a port of its own, in this process, with callers of every role."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.pipeline.clock import now
from certify.trust.keys import KeySigner, generate_signer
from certify_registry import Registry
from certify_registry.appending import Appender
from certify_registry.grouping import GroupAppender
from certify_registry.service.api_keys import KeyRing, add_key
from certify_registry.service.app import create_app
from certify_registry.service.public_files import FolderFiles
from certify_registry.service.server import server_of
from certify_registry.service.settings import ROLES, ServiceSettings
from certify_registry.service.state import Service

LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
ORIGIN = "registry.example/log"
SIGNING = ("evaluator", "issuer", "revoker", "data-steward", "approver")


@dataclass
class Served:
    """A running service."""

    url: str
    service: Service
    registry: Registry
    signers: dict[str, KeySigner]
    secrets: dict[str, str]
    """API key of each role."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    """The access log."""

    def client(self, role: str | None = None, **options: Any) -> httpx.Client:
        """A client with the API key of a role, or with none."""
        headers = {"authorization": f"Bearer {self.secrets[role]}"} if role else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, **options)

    def line_of(self, answer: httpx.Response) -> dict[str, Any]:
        """The line of the access log about an answer; it is written when the answer is on its way."""
        for _ in range(500):
            for line in self.lines:
                if line["request"] == answer.headers["x-request-id"]:
                    return line
            threading.Event().wait(0.01)
        raise AssertionError("no line in the log")

    def post(self, bundle: bytes, role: str = "issuer") -> httpx.Response:
        """The answer to a statement."""
        with self.client(role) as client:
            kind = {"content-type": "application/json"}
            return client.post("/api/v1/entries", content=bundle, headers=kind)


def make_registry(folder: Path) -> tuple[Registry, dict[str, KeySigner]]:
    """An empty registry whose every role has a key."""
    registry = Registry.create(folder, ORIGIN, LOG_KEY)
    signers = {role: generate_signer() for role in SIGNING}
    for role, signer in signers.items():
        registry.enroll(signer.public_pem, f"{role} Ltd", role)
    return registry, signers


def make_secrets(path: Path) -> dict[str, str]:
    """An API key for each role, and one for all of them."""
    made = {role: add_key(path, role, (role,), now=now()) for role in ROLES}
    return {**made, "all": add_key(path, "all", ROLES, now=now())}


def make_service(
    folder: Path, registry: Registry, settings: ServiceSettings, *, appender: Appender | None = None
) -> Service:
    """The parts of a service over an embedded registry."""
    most = settings.limits.outstanding
    return Service(
        settings=settings,
        reader=registry,
        files=FolderFiles(folder),
        now=now,
        keys=KeyRing(settings.api_keys or folder / "none", now),
        writer=None if settings.read_only else registry,
        appender=None if settings.read_only else appender or GroupAppender(registry, now, outstanding=most),
    )


@contextmanager
def running(service: Service, *, app: Any = None, taken: socket.socket | None = None) -> Iterator[str]:
    """The service's address while it runs, with its pages where the application of both is given."""
    server = server_of(app or create_app(service), service.settings)
    given = {} if taken is None else {"sockets": [taken]}
    thread = threading.Thread(target=server.run, kwargs=given, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.005)
        port = (taken or server.servers[0].sockets[0]).getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def served(root: Path, appender: Appender | None = None, **given: Any) -> Iterator[Served]:
    """A service over a new registry in a folder; ``given`` are settings."""
    registry, signers = make_registry(root / "registry")
    secrets = make_secrets(root / "api-keys.json")
    settings = ServiceSettings.model_validate({"listen": "127.0.0.1:0", "api_keys": root / "api-keys.json", **given})
    service = make_service(root / "registry", registry, settings, appender=appender)
    with registry, running(service) as url:
        made = Served(url, service, registry, signers, secrets)
        service.log_line = made.lines.append
        yield made
