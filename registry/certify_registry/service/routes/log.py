"""The log itself: its checkpoint, its tiles, and that it only grew. Source: C2SP tlog-tiles."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from certify.errors import CertifyError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.lifecycle import StatusPurpose
from certify.trust.status_list import StatusLists
from certify_registry.faults import absent
from certify_registry.reader import Reader
from certify_registry.service.answers import FEW_SECONDS, FOR_GOOD, NEVER, PRIVATE_FOR_GOOD, document, file
from certify_registry.service.callers import Reading, log_reader
from certify_registry.service.documents import Consistency
from certify_registry.service.handlers import refuse
from certify_registry.service.routes.shared import MOST, size_of
from certify_registry.service.state import Service, service_of

router = APIRouter(tags=["log"])


SIGNED: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/consistency", responses={200: {"model": Consistency}}, response_class=Response)
async def read_consistency(
    request: Request,
    _: Reading,
    old: Annotated[int, Query(alias="from", ge=1, le=MOST, description="Entries of the older log.")],
    new: Annotated[
        int | None, Query(alias="to", ge=1, le=MOST, description="Of the newer; the newest if absent.")
    ] = None,
) -> Response:
    """The hashes that show that the newer log begins with all of the older one."""
    service = service_of(request)
    return document(await service.call(_consistency, service.reader, old, new))


@router.get("/status-lists", responses={200: {"model": StatusLists}}, response_class=Response)
async def read_status_lists(request: Request, _: Reading) -> Response:
    """The signed status lists of every purpose: what `certify verify --status-list` reads."""
    return _list(request, (await _lists(service_of(request))).to_bytes())


@router.get("/status-lists/{purpose}", responses=SIGNED, response_class=Response)
async def read_status_list(request: Request, _: Reading, purpose: StatusPurpose) -> Response:
    """The signed status list of one purpose, a Sigstore bundle."""
    made = await _lists(service_of(request))
    return _list(request, canonical_bytes(made.lists[list(StatusPurpose).index(purpose)]))


async def checkpoint(request: Request) -> Response:
    """The newest published checkpoint."""
    return await _public(request, "checkpoint", "text/plain; charset=utf-8", for_good=False)


async def tile(request: Request) -> Response:
    """A tile; what is in one never changes."""
    return await _public(request, request.url.path.lstrip("/"), "application/octet-stream", for_good=True)


FILES = [Route("/checkpoint", checkpoint), Route("/tile/{path:path}", tile)]
"""Served past the machinery for documents: there are many of them, and they are small."""


async def _public(request: Request, path: str, media_type: str, *, for_good: bool) -> Response:
    service = service_of(request)
    try:
        await log_reader(request)
        read = service.files.read
        data = read(path) if service.files.quick else await service.call(read, path)
        if data is None:
            raise absent("the log has no such file", hint="see /checkpoint for its size, and c2sp.org/tlog-tiles")
    except CertifyError as error:
        return refuse(request, error)
    if service.settings.private:
        cache = PRIVATE_FOR_GOOD if for_good else NEVER
    else:
        cache = FOR_GOOD if for_good else FEW_SECONDS
    return file(request, data, media_type, cache=cache)


async def _lists(service: Service) -> StatusLists:
    found = None if service.status_lists is None else await service.call(service.status_lists)
    if found is None:
        raise absent("this registry has no status lists", "its log is empty, or this server is for reading only")
    return found


def _list(request: Request, data: bytes) -> Response:
    cache = NEVER if service_of(request).settings.private else FEW_SECONDS
    return file(request, data, "application/json", cache=cache)


def _consistency(reader: Reader, old: int, new: int | None) -> Consistency:
    checkpoint = reader.checkpoint()
    size = size_of(checkpoint) if new is None else new
    hashes = tuple(base64.b64encode(one).decode("ascii") for one in reader.consistency(old, size))
    return Consistency(old_size=old, size=size, hashes=hashes, checkpoint=checkpoint)
