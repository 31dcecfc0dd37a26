"""The pages of a registry with a certificate of every standing; one server and one browser for all tests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from certify_registry import Registry
from certify_registry.pages.catalogue import Catalogue
from certify_registry.pages.router import pages_router
from certify_registry.pages.settings import PagesSettings
from tests.fakes.registry_world import TODAY, PagesWorld, registry_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")


@dataclass(frozen=True)
class Site:
    """A registry and its pages."""

    world: PagesWorld
    registry: Registry
    settings: PagesSettings

    @property
    def app(self) -> FastAPI:
        """The pages, and the log's files as a service would publish them."""
        app = FastAPI(openapi_url=None)
        app.include_router(pages_router(lambda: self.registry, self.settings))

        @app.get("/checkpoint")
        def checkpoint() -> Response:
            return Response(self.registry.checkpoint(), media_type="text/plain")

        return app

    @property
    def catalogue(self) -> Catalogue:
        """The registry as the pages read it."""
        return Catalogue(self.registry, self.settings)

    def serial(self, name: str) -> str:
        """The serial of the certificate of that name."""
        return self.world.issued[name].serial


def site_of(world: PagesWorld, **changes: object) -> Site:
    """The pages of a world, seen on a fixed day."""
    settings = {"name": "Registry of the Institute", "certificates": world.files, "clock": lambda: TODAY, **changes}
    return Site(world, world.open(), PagesSettings(**settings))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def site() -> Site:
    """Without a drawn PDF, which takes seconds."""
    return site_of(registry_world())


@pytest.fixture(scope="session")
def client(site: Site) -> TestClient:
    return TestClient(site.app, raise_server_exceptions=True)


@pytest.fixture(scope="session")
def drawn() -> Site:
    """With a PDF as issuers make it."""
    return site_of(registry_world(drawn=True))


@pytest.fixture(scope="session")
def address(drawn: Site) -> Iterator[str]:
    """The drawn pages on a port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(drawn.app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}; on Debian: apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()
