"""An address that a user names: read strictly, and the only one an engine may reach."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from certify.errors import UsageError

_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
PORTS = {"http": 80, "https": 443}


class Endpoint(NamedTuple):
    """Where a server answers."""

    scheme: str
    """http or https."""
    host: str
    """Name or address, lower case, without brackets."""
    port: int
    path: str
    """What stands before ``/completions``, such as ``/v1``; no slash at its end."""

    def __str__(self) -> str:
        """The address as people write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def root(self) -> str:
        """The path without a version at its end: where servers tell of themselves."""
        return self.path.removesuffix("/v1")

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine by its very name."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_endpoint(url: str) -> Endpoint:
    """The endpoint of an address such as ``http://127.0.0.1:8000/v1``; without a path, ``/v1`` is meant.

    Raises:
        UsageError: CERT-E540, it is no plain http or https address, or holds a user name or a query.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _refused(str(error)) from error
    if parts.scheme not in PORTS:
        raise _refused("it begins neither with http:// nor with https://")
    if parts.username is not None or parts.password is not None:
        raise _refused("it holds a user name or password, which would be printed; use --api-key-env")
    if parts.query or parts.fragment:
        raise _refused("it has a query or a fragment")
    host, path = (parts.hostname or "").lower(), parts.path.rstrip("/")
    if not (_HOST.fullmatch(host) or _is_address(host)) or not _PATH.fullmatch(path) or port == 0:
        raise _refused("its host, port or path is not written plainly")
    return Endpoint(parts.scheme, host, port or PORTS[parts.scheme], path or "/v1")


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _refused(why: str) -> UsageError:
    return UsageError(
        "CERT-E540",
        "the endpoint is not an address that certify can use",
        why,
        "write it as http://HOST:PORT/v1",
    )
