"""Kept files, each under its own digest."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certify.evidence.canonical import sha256_hex
from certify_registry.service.answers import FOR_GOOD, PRIVATE_FOR_GOOD, SANDBOXED, document, file, kind_of
from certify_registry.service.bodies import read_body
from certify_registry.service.callers import Issuing, Reading
from certify_registry.service.documents import Kept
from certify_registry.service.refusals import other_bytes, unclaimed, wrong_form
from certify_registry.service.routes.described import PDF_BODY
from certify_registry.service.routes.shared import Sha256Path
from certify_registry.service.state import Service, service_of

router = APIRouter(tags=["files"])
BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.put(
    "/blobs/{sha256}",
    responses={200: {"model": Kept}},
    response_class=Response,
    openapi_extra=PDF_BODY,
)
async def keep(request: Request, _: Issuing, sha256: Sha256Path) -> Response:
    """Keep a PDF that a logged rendering statement names; keeping it again changes nothing."""
    service = service_of(request)
    await service.call(_require_claimed, service, sha256)  # before the body, which may be long
    limits = service.settings.limits
    data = await read_body(request, limit=limits.blob_bytes, seconds=limits.body_seconds)
    if (found := sha256_hex(data)) != sha256:
        raise other_bytes(sha256, found)
    if kind_of(data)[0] != "application/pdf":
        raise wrong_form("the file is not a PDF", "send the PDF that the rendering names")
    assert service.writer is not None  # noqa: S101 - ``Issuing`` has looked
    await service.call(service.writer.put_blob, data)
    return document(Kept(sha256=sha256, bytes=len(data)))


@router.get(
    "/blobs/{sha256}",
    responses={
        200: {"content": dict.fromkeys(("application/pdf", "application/json", "application/octet-stream"), BINARY)}
    },
    response_class=Response,
)
async def read(request: Request, _: Reading, sha256: Sha256Path) -> Response:
    """A kept file: a signed statement or a PDF."""
    service = service_of(request)
    data = await service.call(service.reader.get_blob, sha256)
    kind, shown = kind_of(data)
    cache = PRIVATE_FOR_GOOD if service.settings.private else FOR_GOOD
    headers = {"content-security-policy": SANDBOXED, "content-disposition": shown}
    return file(request, data, kind, cache=cache, headers=headers)


def _require_claimed(service: Service, sha256: str) -> None:
    if service.reader.serial_of_pdf(sha256) is None:
        raise unclaimed(sha256)
