"""From whatever stopped a request to the problem document that its caller reads."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from certify.errors import CertifyError, RegistryError
from certify_registry.service.problems import Problem, defect, headers_of, problem_of, respond, status_of
from certify_registry.service.refusals import bad_request, nothing_here
from certify_registry.service.state import service_of

MOST_ERRORS = 20
"""Wrong parts of a request that are told."""


def install(app: FastAPI) -> None:
    """Have every refusal of an application be a problem document."""
    app.add_exception_handler(CertifyError, _certify)
    for kind in (DBAPIError, PoolTimeout, OSError):
        app.add_exception_handler(kind, _fault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)


def refuse(request: Request, error: CertifyError, *, status: int | None = None, **more: Any) -> Response:
    """The answer to a request that an error stopped, counted and noted."""
    status = status or status_of(error, handed_in=request.method in ("POST", "PUT"))
    problem = problem_of(error, status=status, instance=request.state.instance)
    if problem.status >= 500:
        request.state.trouble = f"{error.code}: {error.what} {error.why}".strip()
    return _answer(request, problem.model_copy(update=more), headers_of(error, problem.status))


def _answer(request: Request, problem: Problem, headers: dict[str, str]) -> Response:
    service_of(request).metrics.refusals.labels(problem.code).inc()
    request.state.code = problem.code
    return respond(problem, headers)


async def _certify(request: Request, error: Exception) -> Response:
    assert isinstance(error, CertifyError)  # noqa: S101 - registered for these
    return refuse(request, error)


async def _fault(request: Request, error: Exception) -> Response:
    wrapped = RegistryError("CERT-E073", f"{type(error).__name__}: {error}")
    return refuse(request, wrapped, status=503)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these
    errors = tuple(
        {"where": ".".join(map(str, one["loc"]))[:200], "what": str(one["msg"])[:300]}
        for one in error.errors()[:MOST_ERRORS]
    )
    return refuse(request, bad_request("a part of the request is missing or wrong"), errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these
    what = f"{request.method} is not taken here" if error.status_code == 405 else "there is nothing at this address"
    response = refuse(request, nothing_here(what), status=error.status_code)
    if error.status_code == 405:
        response.headers["allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """What an address takes; the framework names the methods of its first route alone."""
    found = {
        method
        for route in request.app.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }
    return sorted(found)


async def _defect(request: Request, _: Exception) -> Response:
    return _answer(request, defect(request.state.instance), {"cache-control": "no-store"})
