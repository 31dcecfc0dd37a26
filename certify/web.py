"""One request over HTTP with an end to everything: no redirects, no other schemes, bodies and times up to a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from email.message import Message
    from urllib.request import BaseHandler, OpenerDirector, Request

    from certify.web_deadline import Deadline

MAX_URL = 2000
"""Characters of an address."""


class AskingFailed(Exception):
    """No whole answer came; the text says why, for people."""


@dataclass(frozen=True)
class Answer:
    """What a server answered, whatever its status."""

    status: int
    """The HTTP status."""
    headers: Message[str, str] = field(repr=False)
    """Its headers; names without regard to case."""
    body: bytes = field(repr=False)
    """All of its body."""


def fetch(
    url: str,
    *,
    max_bytes: int,
    seconds: float,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The answer of a server, of any status; a redirect is an answer like others and is not followed.

    Args:
        url: https, or http on this machine; see ``is_safe``.
        max_bytes: longest body taken.
        seconds: time for the whole answer.
        method: as it goes over the wire.
        body: what to send.
        headers: beside those of a client.

    Raises:
        AskingFailed: the address is not one to ask, or no whole answer came.
    """
    from urllib.request import Request

    from certify.web_deadline import Deadline

    if not is_safe(url):
        raise AskingFailed("its address does not begin with https:// (or http:// on this machine)")
    sent = {"User-Agent": "certify", "Accept-Encoding": "identity", **(headers or {})}
    request = Request(url, data=body, headers=sent, method=method)  # noqa: S310 - https, or http on this machine
    with Deadline(seconds) as deadline:
        try:
            found = _asked(request, deadline, max_bytes)
        except AskingFailed:
            if not deadline.passed:
                raise
    if deadline.passed:  # what was cut off looks like an end
        raise AskingFailed("it answers too slowly")
    return found


def _asked(request: Request, deadline: Deadline, max_bytes: int) -> Answer:
    from http.client import HTTPException
    from urllib.error import HTTPError

    asking = opener(*deadline.handlers(), proxies=request.type == "https")
    try:
        with asking.open(request, timeout=deadline.seconds) as answer:
            return Answer(answer.status, answer.headers, _read(answer, max_bytes))
    except HTTPError as error:
        with error:
            return Answer(error.code, error.headers, _read(error, max_bytes))
    except (OSError, ValueError, HTTPException) as error:
        cause = getattr(error, "reason", error)
        raise AskingFailed(f"it cannot be reached: {getattr(cause, 'strerror', None) or cause}"[:300]) from error


def is_safe(url: str) -> bool:
    """Whether an address is https with a host and without a user, or the same with http on this machine."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        return False
    if not usable or len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(str(parts.hostname)))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def opener(*instead: BaseHandler, proxies: bool = True) -> OpenerDirector:
    """Knows http and https and the proxies of the environment; follows no redirect and opens no file.

    Args:
        instead: handlers of http and https that take the place of the plain ones.
        proxies: whether the environment's are used.
    """
    import urllib.request

    made = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler() if proxies else urllib.request.ProxyHandler({}),
        *(instead or (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler())),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        made.add_handler(handler)
    return made


def _read(answer: Any, max_bytes: int) -> bytes:
    data = bytearray()
    while len(data) <= max_bytes:
        part = answer.read1(65536)
        if not part:
            if getattr(answer, "length", None):  # the client takes a connection that breaks for an end
                raise AskingFailed("the connection broke before its answer was complete")
            return bytes(data)
        data += part
    raise AskingFailed(f"its answer is longer than {max_bytes:,} bytes")
