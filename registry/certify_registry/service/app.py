"""The application: every address of the registry, behind one edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from certify import __version__
from certify_registry.service import handlers
from certify_registry.service.edge import Edge
from certify_registry.service.problems import DESCRIBED, Problem
from certify_registry.service.routes import certificates, entries, files, health, keys, log
from certify_registry.service.state import Service
from certify_registry.service.telemetry import instrument

API = "/api/v1"
PAGE_THREADS = 5
"""Threads that draw pages; with the service's own and the appender's they have to share an engine's 15 connections."""
TOLD = (
    "An append-only log of signed statements, and the certificates in it. Everything that is answered is signed or "
    "proven; check it with `certify verify` and your own trust file. See docs/registry-service.md."
)


def create_app(service: Service, pages: Sequence[APIRouter] = ()) -> ASGIApp:
    """The whole service as an ASGI application.

    Args:
        service: its parts; closed when the application ends.
        pages: routers that serve pages for people, after the addresses for programs.
    """
    app = FastAPI(
        title="certify registry",
        version=__version__,
        description=TOLD,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    app.state.service = service
    handlers.install(app)
    for part in (entries, certificates, files, log, keys):
        app.include_router(part.router, prefix=API, responses=DESCRIBED)
    app.include_router(certificates.short)
    app.include_router(health.router, responses=DESCRIBED)
    app.router.routes.extend(log.FILES)
    for router in pages:
        app.include_router(router, include_in_schema=False)
    _describe(app, private=service.settings.private)
    instrument(app, service.settings.otlp_endpoint)
    return Edge(app, service)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = PAGE_THREADS
    yield
    app.state.service.close()


def _operation(route: APIRoute) -> str:
    return route.name


def _describe(app: FastAPI, *, private: bool) -> None:
    """Add what the framework cannot know: the form of problem documents, and that reading takes no credentials."""
    described = app.openapi()
    described["components"]["schemas"]["Problem"] = Problem.model_json_schema(by_alias=True)
    for path in described["paths"].values():
        reading = path.get("get", {})
        if "security" in reading and not private:
            reading["security"].append({})
