"""The pages' addresses, to be put into a service."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Depends
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from certify.errors import CertifyError
from certify_registry.pages import feeds
from certify_registry.pages.badge import badge, line
from certify_registry.pages.catalogue import Catalogue
from certify_registry.pages.drawing import draw, static_file
from certify_registry.pages.faults import http_status, missing
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.searching import Form
from certify_registry.pages.security import DOCUMENT_HEADERS, HEADERS
from certify_registry.pages.settings import PagesSettings
from certify_registry.pages.views import Views, etag
from certify_registry.reader import Reader
from certify_registry.service.problems import headers_of, problem_of


def pages_router(
    reader_of: Callable[[], Reader], settings: PagesSettings, *, guards: Sequence[Depends] = ()
) -> APIRouter:
    """The pages of a registry.

    Args:
        reader_of: gives the registry for one request.
        settings: how it presents itself.
        guards: what a request must pass before it is answered, such as a check who asks; for registries that are
            not for everybody.
    """

    def catalogue() -> Catalogue:
        return Catalogue(reader_of(), settings)

    class PageRoute(APIRoute):
        """Errors of ours become pages that say what is wrong."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def told(request: Request) -> Response:
                try:
                    return await handle(request)
                except CertifyError as error:
                    return _refused(request, error, settings)

            return told

    router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=guards)
    _add_documents(router, catalogue)
    _add_pages(router, lambda: Views(catalogue(), ServerLinks()))
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.methods.add("HEAD")
    return router


def _refused(request: Request, error: CertifyError, settings: PagesSettings) -> Response:
    """The page that says why there is no other; it needs no registry, and tells its operator more than its reader."""
    problem = problem_of(error, status=http_status(error))
    request.state.code = error.code
    if problem.status >= 500:
        request.state.trouble = f"{error.code}: {error.what} {error.why}".strip()
    said = {"code": error.code, "what": problem.detail, "why": problem.why, "hint": problem.hint}
    text = draw("error.html", ServerLinks(), settings=settings, now=settings.clock(), **said)
    headers = {name.lower(): value for name, value in HEADERS.items()} | headers_of(error, problem.status)
    return HTMLResponse(text, problem.status, headers)


def _add_pages(router: APIRouter, views: Callable[[], Views]) -> None:
    """Everything that is HTML."""

    @router.get("/")
    def home(q: str = "", issuer: str = "", policy: str = "", status: str = "", before: str = "") -> Response:
        return _html(views().search(Form(q, issuer, policy, status, before)))

    @router.get("/c/{serial}")
    def certificate(serial: str) -> Response:
        return _html(views().certificate(serial))

    @router.get("/m/{identity}")
    def model(identity: str) -> Response:
        return _html(views().model(identity))

    @router.get("/compare")
    def compare(a: str = "", b: str = "") -> Response:
        return _html(views().compare(a, b))

    @router.get("/issuers/{keyid}")
    def issuer(keyid: str) -> Response:
        return _html(views().issuer(keyid))

    @router.get("/log")
    def log() -> Response:
        return _html(views().log())

    @router.get("/verify")
    def verify(serial: str = "") -> Response:
        return _html(views().verify(serial.strip().upper()))


def _add_documents(router: APIRouter, catalogue: Callable[[], Catalogue]) -> None:
    """Everything that is a file, a picture or a feed; before the pages, whose addresses are shorter."""

    @router.get("/c/{serial}.pdf")
    def pdf(serial: str) -> Response:
        found = catalogue()
        return _file(found.pdf(found.row(serial)), "application/pdf", f"{serial}.pdf")

    @router.get("/c/{serial}/bundle.json")
    def bundle(serial: str) -> Response:
        found = catalogue()
        file = found.file(found.row(serial))
        return _file(None if file is None else file.to_bytes(), "application/json", f"{serial}.json")

    @router.get("/c/{serial}/badge.svg")
    def badge_svg(serial: str) -> Response:
        found = catalogue()
        row = found.row(serial)
        answer = _document(badge(found.certificate(row), found.status(row)), "image/svg+xml")
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is made to be shown elsewhere
        return answer

    @router.get("/c/{serial}/line.txt")
    def line_txt(serial: str) -> Response:
        found = catalogue()
        row = found.row(serial)
        return _document(line(found.certificate(row), found.status(row)), "text/plain; charset=utf-8")

    @router.get("/c/{serial}/{payload}.json")
    def evidence(serial: str, payload: str) -> Response:
        found = catalogue()
        held = found.held(serial)
        named = payload in {one.payload_sha256 for one in held.certificate.evidence}
        statement = found.statement(held, payload) if named else None
        data = None if statement is None else statement.to_bytes()
        return _file(data, "application/json", f"{payload[:16]}.json")

    @router.get("/log/{index}.json")
    def entry(index: str) -> Response:
        if not re.fullmatch(r"[0-9]{1,15}", index, re.ASCII):
            raise missing(f"no log entry {index!r}")
        return _file(catalogue().reader.bundle_at(int(index)), "application/json", f"entry-{index}.json")

    @router.get("/certificates.csv")
    def certificates(q: str = "", issuer: str = "", policy: str = "", status: str = "", before: str = "") -> Response:
        text, more = feeds.table(catalogue(), Form(q, issuer, policy, status, before))
        answer = _document(text, "text/csv; charset=utf-8")
        if more:
            answer.headers["Link"] = f'<{ServerLinks().csv(more)}>; rel="next"'
        return answer

    @router.get("/feed.atom")
    def feed() -> Response:
        return _document(feeds.atom(catalogue(), ServerLinks()), "application/atom+xml; charset=utf-8")

    @router.get("/static/{name}")
    def static(name: str, request: Request) -> Response:
        found = static_file(name)
        if found is None:
            raise missing(f"no file {name!r}")
        data, kind = found
        tags = {"ETag": etag(data), "Cache-Control": "public, max-age=600"}
        if request.headers.get("if-none-match") == tags["ETag"]:
            return Response(status_code=304, headers=HEADERS | tags)
        return Response(data, media_type=kind, headers=HEADERS | tags)


def _html(text: str) -> Response:
    return HTMLResponse(text, headers=HEADERS)


def _document(text: str, kind: str) -> Response:
    return Response(text, media_type=kind, headers=DOCUMENT_HEADERS)


def _file(data: bytes | None, kind: str, name: str) -> Response:
    """A download; browsers neither guess its kind nor run anything in it."""
    if data is None:
        raise missing(f"no file {name!r}")
    headers = {**DOCUMENT_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)
