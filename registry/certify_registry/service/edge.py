"""The outermost layer: every request gets a name, a line in the log, a place in the figures and safe headers."""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from certify_registry.service.answers import HARMLESS
from certify_registry.service.problems import defect, problem_of, respond
from certify_registry.service.refusals import bad_request
from certify_registry.service.state import Service

SAFE = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": HARMLESS.encode(),
}
"""Headers of every answer that does not choose its own."""
MAX_ADDRESS = 8192
"""Bytes of an address with its question."""
MAX_HEAD = 16 * 1024
"""Bytes of all headers."""
MAX_HEADERS = 100
GONE = 499
"""Stands in the log for a caller who hung up."""


class Edge:
    """Wraps the application.

    Args:
        app: answers.
        service: whose log and figures are written.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, receive, send)
        scope.setdefault("state", {})["instance"] = seen.instance
        try:
            fault = _fault(scope)
            if fault is not None:
                told = problem_of(bad_request(fault[1]), status=fault[0], instance=seen.instance)
                await respond(told, {"cache-control": "no-store"})(scope, receive, seen.send)
            else:
                await self._app(scope, seen.receive, seen.send)
        except ClientDisconnect:
            seen.status = GONE
        except Exception:
            seen.trouble = traceback.format_exc()
            if not seen.status:
                await respond(defect(seen.instance), {"cache-control": "no-store"})(scope, receive, seen.send)
        finally:
            self._note(scope, seen)

    def _note(self, scope: Scope, seen: _Seen) -> None:
        route = route_of(scope)
        spent = time.perf_counter() - seen.started
        self._service.metrics.requests.labels(_method(scope), route, str(seen.status)).inc()
        self._service.metrics.seconds.labels(route).observe(spent)
        client = scope.get("client")
        line: dict[str, Any] = {
            "time": self._service.now(),
            "client": client[0] if client else None,
            "caller": scope["state"].get("caller"),
            "method": scope["method"],
            "path": scope["path"],
            "status": seen.status,
            "bytes": seen.sent,
            "ms": round(spent * 1000, 1),
            "request": seen.instance,
            "code": scope["state"].get("code"),
            "trouble": seen.trouble or scope["state"].get("trouble"),
        }
        self._service.log_line({name: value for name, value in line.items() if value is not None})


class _Seen:
    """What came from the caller and went back."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._unread = any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
                           for name, value in scope["headers"])  # fmt: skip
        self.instance = f"urn:certify:request:{secrets.token_hex(8)}"
        self.started = time.perf_counter()
        self.status = self.sent = 0
        self.trouble: str | None = None

    async def receive(self) -> Message:
        """Pass a message on, and see whether it ends the body."""
        message = await self._receive()
        self._unread = self._unread and bool(message.get("more_body"))
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on, with safe headers; a body that nobody read ends the connection."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            added = {**SAFE, b"x-request-id": self.instance.encode()}
            if self._unread:
                added[b"connection"] = b"close"
            message["headers"] = [*message["headers"], *((name, v) for name, v in added.items() if name not in given)]
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)


def _fault(scope: Scope) -> tuple[int, str] | None:
    """What no server should look further at: status and words; uvicorn has no limits for a head that comes at once."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
        return 414, "the address is too long"
    headers = scope["headers"]
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) for name, value in headers) > MAX_HEAD:
        return 431, "the head of the request is too long"
    if any(c < " " or c in "\x7f\ufffd" for c in scope["path"]):
        return 400, "the address holds characters that no address has"
    return None


def route_of(scope: Scope) -> str:
    """The template of the address that answered, so that figures stay few; ``other`` where none did."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    endpoint: Callable[..., Any] | None = scope.get("endpoint")
    return getattr(endpoint, "__name__", "other") if endpoint is not None else "other"


def _method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
    return scope["method"] if scope["method"] in known else "other"
