"""Runs the application: limits on connections, time for heads to arrive, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from certify.errors import UsageError
from certify_registry.service.problems import MEDIA_TYPE, problem_of
from certify_registry.service.refusals import bad_request
from certify_registry.service.settings import ServiceSettings

HEAD_BYTES = 32 * 1024
"""Most of a head that is kept while the rest has not come."""
KEEP_SECONDS = 15
"""How long a quiet connection is kept."""


def server_of(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Server:
    """A server that is ready to run; its ``should_exit`` ends it.

    Args:
        app: the application.
        settings: where it listens, and its limits.
    """
    proxies = list(settings.trusted_proxies)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=_patient(settings.limits.header_seconds),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            limit_concurrency=settings.limits.connections,
            timeout_keep_alive=KEEP_SECONDS,
            timeout_graceful_shutdown=settings.grace_seconds,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
    )


def listening(settings: ServiceSettings) -> socket.socket:
    """The socket that a server takes its connections from.

    Raises:
        UsageError: CERT-E661, the address is in use, is not this machine's, or needs other rights.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With its protocol named: without, asyncio leaves Nagle's algorithm on, and every answer waits for 40 ms.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((settings.host, settings.port))
        taken.listen(2048)
        return taken
    except (OSError, OverflowError) as error:
        taken.close()
        raise UsageError(
            "CERT-E661",
            f"the service cannot listen on {settings.listen}: {getattr(error, 'strerror', None) or error}",
            "another program may use the port",
            "name another address with --listen HOST:PORT",
        ) from error


def address_of(taken: socket.socket) -> str:
    """The address of a listening socket, for people."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def json_lines(stream: Any = None) -> Callable[[dict[str, Any]], None]:
    """Writes each line of the access log as one JSON object, control characters escaped."""

    def write(line: dict[str, Any]) -> None:
        print(json.dumps(line), file=stream or sys.stderr, flush=True)

    return write


def _patient(seconds: float) -> type[H11Protocol]:
    """Uvicorn's protocol, with an end to waiting for the head of a request and problem documents of its own."""

    class Patient(H11Protocol):
        _late: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._late = self.loop.call_later(seconds, self._give_up)

        def connection_lost(self, exc: Exception | None) -> None:
            self._calm()
            super().connection_lost(exc)

        def handle_events(self) -> None:
            super().handle_events()
            if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0] and self._late is None:
                self._late = self.loop.call_later(seconds, self._give_up)
            elif self.conn.their_state is not h11.IDLE:
                self._calm()

        def send_400_response(self, msg: str) -> None:
            if self.conn.our_state is not h11.IDLE and self.conn.our_state is not h11.SEND_RESPONSE:
                self.transport.close()
                return
            problem = problem_of(bad_request("this is not a request of HTTP"), status=400)
            headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers, reason=STATUS_PHRASES[400]),
                h11.Data(data=problem.to_bytes()),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
            self.transport.close()

        def _give_up(self) -> None:
            self._late = None
            if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
                self.transport.close()

        def _calm(self) -> None:
            if self._late is not None:
                self._late.cancel()
                self._late = None

    return Patient
