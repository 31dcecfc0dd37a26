"""One limit for all of a request: its connections are hung up when the time is over, whatever is being waited for.

The limit that a socket knows is one for each wait, which a byte now and then outlasts.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.request import BaseHandler, HTTPHandler, HTTPSHandler, Request

Watch = Callable[[socket.socket], None]


class Deadline:
    """Runs from ``with`` to its end.

    Args:
        seconds: for everything in between.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        """What was given."""
        self.passed = False
        """Whether time ran out; what came before then may be cut off."""
        self._lock = threading.Lock()
        self._wires: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for wire in self._wires:
                wire.close()
            self._wires.clear()

    def handlers(self) -> tuple[BaseHandler, BaseHandler]:
        """Handlers of http and https whose connections are hung up in time."""
        return _Http(self._watch), _Https(self._watch)

    def _watch(self, wire: socket.socket) -> None:
        with self._lock:
            self._wires.append(wire.dup())  # the same connection; TLS takes the original over
        if self.passed:
            self._pass()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            for wire in self._wires:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)


class _Connection(http.client.HTTPConnection):
    """Tells of its socket before it is used."""

    watch: Watch

    def connect(self) -> None:
        super().connect()
        self.watch(self.sock)


class _SecureConnection(http.client.HTTPSConnection, _Connection):
    """The same: ``HTTPSConnection`` connects by way of ``_Connection``, and shakes hands after that."""


def _made(kind: type[_Connection], watch: Watch) -> Callable[..., Any]:
    def make(host: str, **options: Any) -> _Connection:
        made = kind(host, **options)
        made.watch = watch
        return made

    return make


class _Http(HTTPHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(_made(_Connection, self._watch), request)


class _Https(HTTPSHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def https_open(self, request: Request) -> http.client.HTTPResponse:
        return self.do_open(_made(_SecureConnection, self._watch), request)
