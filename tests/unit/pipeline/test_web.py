"""Asking a server: it ends in time, however the server spreads its bytes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from certify.web import AskingFailed, fetch

HEAD = b"HTTP/1.1 200 OK\r\n"
SECONDS = 0.3


@contextmanager
def answering(parts: list[bytes], pause: float) -> Iterator[str]:
    """A server that sends one part after the other, and the same part at the end of them for as long as it may."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(9999)
                try:
                    for part in parts:
                        connection.sendall(part)
                        time.sleep(pause)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD, *([b"X-A: a\r\n"] * 40), b"Content-Length: 0\r\n\r\n"],
        [HEAD + b"Content-Length: 40\r\n\r\n", *([b"a"] * 40)],
        [HEAD + b"\r\n", *([b"a"] * 40)],
        [*([b"H"] * 40)],
    ],
)
def test_slow_parts_do_not_outlast_the_whole(parts: list[bytes]) -> None:
    with answering(parts, SECONDS / 4) as url:
        started = time.monotonic()
        with pytest.raises(AskingFailed, match=r"too slowly|timed out"):
            fetch(url, max_bytes=100, seconds=SECONDS)
        assert time.monotonic() - started < 3 * SECONDS


def test_a_quick_answer_is_taken_whole() -> None:
    with answering([HEAD + b"X-A: b\r\nContent-Length: 3\r\n\r\nabc"], 0) as url:
        found = fetch(url, max_bytes=3, seconds=5)
    assert (found.status, found.headers["x-a"], found.body) == (200, "b", b"abc")


def test_a_connection_that_breaks_is_no_end() -> None:
    with answering([HEAD + b"Content-Length: 4\r\n\r\nabc"], 0) as url, pytest.raises(AskingFailed, match="broke"):
        fetch(url, max_bytes=10, seconds=5)


def test_tls_that_is_never_spoken_ends_in_time() -> None:
    with answering([b"\x16\x03\x03\x40\x00", *([b"a"] * 40)], SECONDS / 4) as url:
        started = time.monotonic()
        with pytest.raises(AskingFailed):
            fetch(url.replace("http:", "https:").replace("127.0.0.1", "localhost"), max_bytes=10, seconds=SECONDS)
        assert time.monotonic() - started < 3 * SECONDS
