"""Request bodies, counted and timed as they arrive; what the head promises is not believed."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from certify.evidence.canonical import parse_json
from certify_registry.service.refusals import too_large, too_slow, wrong_form

JSON_TYPES = ("application/json", "application/vnd.dev.sigstore.bundle.v0.3+json")


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """All of a body.

    Args:
        request: whose body was not read yet.
        limit: most bytes taken.
        seconds: time for all of it.

    Raises:
        HostileInput: CERT-E665 too long; CERT-E666 compressed; CERT-E667 too slow.
        ClientDisconnect: the caller is gone.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise wrong_form("compressed bodies are not read", "send the body as it is, without Content-Encoding")
    if _promised(request) > limit:
        raise too_large(limit)
    data = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                data += part
                if len(data) > limit:
                    raise too_large(limit)
    except TimeoutError:
        raise too_slow(seconds) from None
    return bytes(data)


async def read_json(request: Request, *, limit: int, seconds: float, name: str) -> Any:
    """The value of a JSON body, read strictly.

    Raises:
        HostileInput: as ``read_body``; CERT-E666 it is not called JSON; CERT-E046 to CERT-E049 it is not strict JSON.
        ClientDisconnect: the caller is gone.
    """
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower()
    if kind.strip().lower() not in JSON_TYPES or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise wrong_form("the body is not called JSON", f"send it with Content-Type: {JSON_TYPES[0]}")
    return parse_json(await read_body(request, limit=limit, seconds=seconds), name=name)


def _promised(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
