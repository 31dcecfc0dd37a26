"""One request over HTTP to somebody else's server: a size, an end, no redirect, and only addresses that are allowed.

The host's name is looked up once and the connection goes to an address that was judged, so that a name cannot mean one
thing when it is judged and another when it is used.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from certify.errors import RegistryError, UsageError

SECONDS = 10.0
"""For all of one exchange."""
MAX_BODY = 1 << 24
"""Bytes of a body that is read; the longest tile of entries has some more than 2**24."""
_PART = 1 << 16
Allowed = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


class Response(NamedTuple):
    """What a server said."""

    status: int
    kind: str
    """Content-Type, without parameters, in small letters."""
    body: bytes


def anywhere(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Allow every address: for servers that the user named."""
    return True


def public_only(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Allow addresses of the public network alone: neither this machine, nor its neighbours, nor metadata services."""
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not (mapped or address).is_multicast


def exchange(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = SECONDS,
    max_body: int = MAX_BODY,
    allowed: Allowed = anywhere,
) -> Response:
    """What the server at ``url`` answers, whatever its status; redirects are not followed.

    Args:
        method: GET or POST.
        url: http or https.
        body: what to send.
        headers: beside the usual ones.
        seconds: for all of it.
        max_body: longest body taken, bytes.
        allowed: judges the addresses that the host's name means.

    Raises:
        UsageError: CERT-E645, no usable address, or one that is not allowed.
        RegistryError: CERT-E644, no answer, not in time, or too long.
    """
    parts = require_url(url)
    connection = _Pinned(parts, allowed, time.monotonic() + seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    timer = threading.Timer(seconds, connection.cut)  # a byte now and then would outlast the limit of each wait
    timer.daemon = True
    timer.start()
    try:
        connection.request(
            method, path, body, {"User-Agent": "certify", "Accept-Encoding": "identity", **(headers or {})}
        )
        with connection.getresponse() as answer:
            data = _read(answer, max_body)
            if connection.late:  # what was cut off looks like an end
                raise TimeoutError
            return Response(answer.status, answer.headers.get_content_type(), data)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.late or isinstance(error, TimeoutError):
            raise failed(url, f"gave no whole answer in {seconds:g} seconds") from error
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise failed(url, f"cannot be reached, or broke off: {cause[:200]}") from error
    finally:
        timer.cancel()
        connection.close()


def require_url(url: str) -> SplitResult:
    """The parts of an address that a server can have.

    Raises:
        UsageError: CERT-E645, not http or https, no host, a user or a fragment in it, or characters that no URL has.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and parts.username is None and not parts.fragment and len(url) <= 2000
        usable = usable and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        usable = False
    if not usable:
        raise refused(url, "it begins with http:// or https:// and names a host, without a user")
    return parts


def failed(url: str, what: str) -> RegistryError:
    """The error for a server that does not answer as it should."""
    why = "what it was asked for is needed to go on; what was done before is kept"
    return RegistryError("CERT-E644", f"{url[:200]} {what}", why, "look at the address, or try again later")


def refused(url: str, why: str) -> UsageError:
    """The error for an address that is not used."""
    hint = "name another address; --allow-private where it is meant to lie in your own network"
    return UsageError("CERT-E645", f"{url[:200]!r} is not used as an address", why, hint)


def _read(answer: http.client.HTTPResponse, limit: int) -> bytes:
    data = bytearray()
    while len(data) <= limit:
        part = answer.read1(_PART)
        if not part:
            if answer.length:
                raise http.client.IncompleteRead(bytes(data[:1]))
            return bytes(data)
        data += part
    raise ValueError(f"its answer is longer than {limit} bytes")


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was judged."""

    def __init__(self, parts: SplitResult, allowed: Allowed, deadline: float) -> None:
        secure = parts.scheme == "https"
        super().__init__(str(parts.hostname), parts.port or (443 if secure else 80))
        self._url, self._allowed, self._deadline = parts.geturl(), allowed, deadline
        self._context = ssl.create_default_context() if secure else None
        self._wire: socket.socket | None = None
        self.late = False
        """Whether it was cut off."""

    def connect(self) -> None:
        """Take the first address that answers; none is tried where one of them is not allowed."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not all(self._allowed(ipaddress.ip_address(one.partition("%")[0])) for one in addresses):
            raise refused(self._url, "its name leads into a private network, and whoever chose it may not be let in")
        self.sock = self._wire = self._first(addresses)
        if self._context is not None:
            secure = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self._wire = secure
            secure.do_handshake()

    def cut(self) -> None:
        """Hang up, from another thread: whoever waits gets an error."""
        self.late = True
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def _first(self, addresses: list[str]) -> socket.socket:
        last: OSError = OSError("its name means nothing here")
        for address in addresses:
            left = self._deadline - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((address, self.port), left)
            except OSError as error:
                last = error
        raise last
