"""One conversation with one server over HTTP: no redirects, no proxies, no second host, and an end to everything.

The standard library's client is driven by hand so that every wait has a limit and every body a size; addresses are
looked up once, before the network is closed to everything else.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from typing import Any, NamedTuple

from certify.engines.deadlines import Deadlines
from certify.engines.endpoint import Endpoint

MAX_TOLD = 1 << 20
"""Bytes of an answer that holds no generated text."""
CONNECT_SECONDS = 20.0
Address = tuple[str, int]
_DEADLINES = Deadlines()


class Trouble(Enum):
    """What went wrong with one request."""

    UNREACHABLE = "the server cannot be reached"
    BROKEN = "the connection broke before the answer was complete"
    BUSY = "the server said that it cannot answer now"
    LATE = "the answer took too long"
    LARGE = "the answer was longer than any answer can be"
    GARBLED = "the answer is not what such a server gives"
    REFUSED = "the server refused the request"
    FORBIDDEN = "the server wants other credentials"
    MISSING = "the server does not know the address or the model"
    MOVED = "the server points to another address"


AGAIN = frozenset({Trouble.UNREACHABLE, Trouble.BROKEN, Trouble.BUSY, Trouble.GARBLED})
"""Troubles that may be over in a moment."""


class AskingError(Exception):
    """A request that brought no answer."""

    def __init__(self, trouble: Trouble, detail: str = "", wait: float | None = None) -> None:
        super().__init__(f"{trouble.value}{f': {detail}' if detail else ''}")
        self.trouble = trouble
        self.wait = wait
        """Seconds the server asks for."""


class Route(NamedTuple):
    """An endpoint with the addresses it had when the engine started."""

    endpoint: Endpoint
    addresses: tuple[Address, ...]
    key: str | None = None
    """Sent as bearer token; never stored or shown."""


def look_up(endpoint: Endpoint, key: str | None = None) -> Route:
    """The route to an endpoint.

    Raises:
        AskingError: its name means nothing here.
    """
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise AskingError(Trouble.UNREACHABLE, f"{endpoint.host}: {error.strerror or error}") from error
    addresses = dict.fromkeys((str(one[4][0]), endpoint.port) for one in found)
    return Route(endpoint, tuple(addresses), key)


class Line:
    """A connection that is kept open between requests; used by one thread at a time."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._connection: _Pinned | None = None

    def get(self, path: str, seconds: float) -> Any:
        """The JSON answer of a path from the root of the host.

        Raises:
            AskingError: there was none.
        """
        return self._exchange("GET", path, None, seconds, MAX_TOLD)

    def post(self, path: str, document: dict[str, Any], seconds: float, max_bytes: int = MAX_TOLD) -> Any:
        """The JSON answer to a JSON document.

        Args:
            path: from the root of the host.
            document: what to send.
            seconds: time for all of it.
            max_bytes: longest body taken.

        Raises:
            AskingError: there was none.
        """
        return self._exchange("POST", path, json.dumps(document).encode(), seconds, max_bytes)

    def close(self) -> None:
        """Hangs up, also from another thread: whoever waits on the line gets an error."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _cut(connection)
            connection.close()

    def _exchange(self, method: str, path: str, body: bytes | None, seconds: float, max_bytes: int) -> Any:
        late = threading.Event()
        connection = self._connection = self._connection or _Pinned(self._route)

        def give_up() -> None:
            late.set()
            _cut(connection)

        try:
            with _DEADLINES.limit(seconds, give_up):
                connection.request(method, path, body, self._headers(body))
                response = connection.getresponse()
                data = response.read(max_bytes + 1)
            status, wait = response.status, response.headers.get("Retry-After", "")
            if len(data) > max_bytes:
                raise AskingError(Trouble.LARGE, f"more than {max_bytes:,} bytes")
            if response.length or late.is_set():  # being cut off looks like an end where no length was told
                raise AskingError(Trouble.BROKEN, f"{response.length or 0:,} bytes are missing")
            if response.will_close:
                self.close()
        except AskingError as error:
            self.close()
            raise (self._trouble(error, True, seconds) if late.is_set() else error) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise self._trouble(error, late.is_set(), seconds) from error
        return self._content(status, data, wait)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "certify", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._route.key is not None:
            headers["Authorization"] = f"Bearer {self._route.key}"
        return headers

    def _trouble(self, error: Exception, late: bool, seconds: float) -> AskingError:
        if late or isinstance(error, TimeoutError):
            return AskingError(Trouble.LATE, f"no whole answer in {seconds:.0f} seconds")
        if isinstance(error, _NoRoute):
            return AskingError(Trouble.UNREACHABLE, str(error)[:200])
        kind = type(error).__name__
        if isinstance(error, ConnectionRefusedError | ssl.SSLError):
            return AskingError(Trouble.UNREACHABLE, f"{kind}: {str(error)[:200]}")
        return AskingError(Trouble.BROKEN, kind)

    def _content(self, status: int, data: bytes, wait: str) -> Any:
        if status == 200:
            if self._route.key is not None and self._route.key.encode() in data:
                raise AskingError(Trouble.GARBLED, "it repeats the credentials it was sent")
            return _json(data)
        detail = f"HTTP {status}{self._said(data)}"
        if status in (401, 403):
            raise AskingError(Trouble.FORBIDDEN, detail)
        if 300 <= status < 400:
            raise AskingError(Trouble.MOVED, f"HTTP {status}")
        if status in (404, 405, 501):
            raise AskingError(Trouble.MISSING, detail)
        if status in (408, 425, 429) or status >= 500:
            raise AskingError(Trouble.BUSY, detail, float(wait) if wait.isdecimal() and len(wait) < 5 else None)
        raise AskingError(Trouble.REFUSED, detail)

    def _said(self, data: bytes) -> str:
        """The server's own words, one printable line, without the credentials."""
        text = data[:2000].decode("utf-8", "replace")
        if self._route.key:
            text = text.replace(self._route.key, "[credentials]")
        line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
        return f", {line[:300]}" if line else ""


class _NoRoute(OSError):
    """None of the addresses took the connection."""


class _Pinned(http.client.HTTPConnection):
    """A connection to the addresses of a route, whatever the name means by now."""

    def __init__(self, route: Route) -> None:
        super().__init__(route.endpoint.host, route.endpoint.port)
        self.wire: socket.socket | None = None  # the client lets go of its own while an answer is still coming
        self._route = route
        self._context = ssl.create_default_context() if route.endpoint.scheme == "https" else None

    def connect(self) -> None:
        """Takes the first address that answers."""
        self.sock = _first(self._route.addresses)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self._route.endpoint.host)
        self.wire = self.sock
        self.sock.settimeout(None)  # the exchange has a limit of its own
        with suppress(OSError):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _first(addresses: Sequence[Address]) -> socket.socket:
    last: OSError = OSError("it has no address")
    for address in addresses:
        try:
            return socket.create_connection(address, CONNECT_SECONDS)
        except OSError as error:
            last = error
    raise _NoRoute(last.strerror or str(last)) from last


def _cut(connection: _Pinned) -> None:
    wire = connection.wire
    if wire is not None:
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise AskingError(Trouble.GARBLED, "it is no JSON") from error
