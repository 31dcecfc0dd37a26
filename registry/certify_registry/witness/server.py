"""A witness on the network. Source: C2SP tlog-witness, HTTP interface."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from certify.errors import RegistryError
from certify_registry.witness.request import MAX_REQUEST
from certify_registry.witness.witness import Answer, Witness

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MAX_WAITING = 64
"""Requests that are worked on at once; more are told to come back."""
SECONDS = 10.0
"""For a request to arrive."""


def witness_app(witness: Witness) -> Starlette:
    """The web application of a witness: ``/add-checkpoint`` and ``/<origin hash>/checkpoint``."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    working = asyncio.Semaphore(MAX_WAITING)

    async def add(request: Request) -> Response:
        if working.locked():
            return _respond(Answer(503, "too many requests at once\n"), {"Retry-After": "1"})
        async with working:
            try:
                body = await asyncio.wait_for(_body(request), SECONDS)
            except TimeoutError:
                return _respond(Answer(408, "the request took too long to arrive\n"), {"Connection": "close"})
            if body is None:
                return _respond(Answer(413, f"a request has at most {MAX_REQUEST} bytes\n"), {"Connection": "close"})
            return _respond(await _answer(lambda: witness.add_checkpoint(body)))

    async def checkpoint(request: Request) -> Response:
        digest = str(request.path_params["digest"])
        return _respond(await _answer(lambda: witness.checkpoint(digest)), {"Cache-Control": "max-age=5"})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add, methods=["POST"]),
            Route("/{digest}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )


def serve_witness(witness: Witness, host: str, port: int) -> None:
    """Answer until the process is told to end."""
    import uvicorn

    uvicorn.run(
        witness_app(witness), host=host, port=port, log_level="warning", server_header=False, timeout_keep_alive=30,
        limit_concurrency=4 * MAX_WAITING,
    )  # fmt: skip


async def _answer(work: object) -> Answer:
    from starlette.concurrency import run_in_threadpool

    try:
        return await run_in_threadpool(work)  # type: ignore[arg-type]
    except RegistryError:
        return Answer(503, "this witness cannot reach its memory, so it signs nothing\n")


async def _body(request: Request) -> bytes | None:
    """The body as it arrives; None as soon as it is too long, whatever length it announced."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > MAX_REQUEST:
            return None
    return bytes(data)


def _respond(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    from starlette.responses import Response

    held = {"Content-Type": answer.kind, "X-Content-Type-Options": "nosniff", **(headers or {})}
    return Response(answer.body.encode(), answer.status, held)
