"""Whether the process is alive, whether it can do its work, and its figures."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from certify.errors import CertifyError
from certify_registry.service.answers import document
from certify_registry.service.callers import Reading
from certify_registry.service.documents import Alive, Ready
from certify_registry.service.handlers import refuse
from certify_registry.service.state import Service, service_of

router = APIRouter(tags=["health"])
TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
REMEMBERED_SECONDS = 2.0
"""How long an answer about readiness is used again; anybody may ask."""


@router.get("/healthz", responses={200: {"model": Alive}}, response_class=Response)
async def alive(_: Request) -> Response:
    """Whether the process answers at all."""
    return document(Alive())


@router.get("/readyz", responses={200: {"model": Ready}, 503: {"model": Ready}}, response_class=Response)
async def ready(request: Request) -> Response:
    """Whether the store answers and agrees with the newest checkpoint that was ever signed."""
    service = service_of(request)
    asked, told = service.readiness
    if told is None or time.monotonic() - asked > REMEMBERED_SECONDS:
        told = await service.call(_examine, service)
        service.readiness = (time.monotonic(), told)
    return document(told, 200 if told.ready else 503, headers={} if told.ready else {"retry-after": "5"})


@router.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
)
async def figures(request: Request, _: Reading) -> Response:
    """The server's figures, in Prometheus's form."""
    service = service_of(request)
    try:
        text = await service.call(service.metrics.text)
    except CertifyError as error:
        return refuse(request, error)
    return Response(text, headers={"cache-control": "no-store", "content-type": CONTENT_TYPE_LATEST})


def _examine(service: Service) -> Ready:
    writing = service.appender is not None
    try:
        service.reader.check_head()
    except CertifyError as error:
        return Ready(ready=False, store=error.code, writing=writing)
    return Ready(ready=True, store="ok", writing=writing)
