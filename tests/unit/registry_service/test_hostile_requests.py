"""Requests as no honest client makes them, byte by byte: the service refuses in words, and goes on."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.fakes import logged_statements as made
from tests.fakes.registry_service import Served, served

POST = b"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def exchange(world: Served, *parts: bytes, wait: float = 10.0, pause: float = 0.0) -> bytes:
    """All that comes back for bytes sent as they are, until the server hangs up or nothing comes for a while."""
    where = urlsplit(world.url)
    with socket.create_connection((where.hostname, where.port), timeout=wait) as line:
        got = b""
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(pause)
            while part := line.recv(65536):
                got += part
                if _whole(got):
                    break
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
        return got


def _whole(got: bytes) -> bool:
    head, blank, body = got.partition(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(blank) and bool(length) and len(body) >= int(length[0].split(b":")[1])


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def key(world: Served) -> bytes:
    return b"Authorization: Bearer " + world.secrets["all"].encode() + b"\r\n"


MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "binary": bytes(range(1, 256)) + b"\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "space in a name": b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
    "NUL in a value": b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "negative length": POST + b"Content-Length: -1\r\n\r\n{}",
    "length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "negative chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "unknown transfer": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "two transfers": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "huge head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 40_000 + b"\r\n\r\n",
    "many heads": b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
    "long address": b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_http_is_answered_with_a_problem(world: Served, name: str) -> None:
    answer = exchange(world, MALFORMED[name])
    assert status(answer) in (400, 401, 404, 414, 431, 501), answer[:200]
    assert b"application/problem+json" in answer
    assert b"Traceback" not in answer
    assert exchange(world, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "path",
    ["/%00", "/api/v1/entries/%00", "/api/v1/certificates?q=%00", "/%ff%fe", "/api/v1/certificates?issuer=a%0ab",
     "/tile/../registry.db", "/tile/%2e%2e/registry.db", "/tile/0/..%2f..%2fregistry.db", "/tile/0/000.p/256",
     "/tile/0/000.p/01", "/tile/64/000", "/tile/00/000", "/tile/0/x000/000/", "/tile/entries/000/x", "/tile/",
     "/blobs/x", "/api/v1/blobs/" + "A" * 64, "/api/v1/blobs/..%2f..", "/c/..%2f.json", "/api/v1/entries/1e3",
     "/api/v1/entries/-1", "/api/v1/entries/99999999999999999999999", "/api/v1/entries?limit=0",
     "/api/v1/entries?start=9223372036854775808", "/api/v1/consistency?from=0", "/api/v1/consistency",
     "/api/v1/certificates?status=fine", "/api/v1/certificates?digest=xyz", "/api/v1/status-lists/..%2f",
     "//healthz", "/healthz/", "/API/V1/keys", "/.git/config", "/docs", "/redoc"],
)  # fmt: skip
def test_an_odd_address_is_refused_and_never_a_fault(world: Served, path: str) -> None:
    answer = exchange(world, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert status(answer) in (400, 404, 422), answer[:300]
    assert b"application/problem+json" in answer


def post(world: Served, body: bytes, *more: bytes, kind: bytes = b"application/json") -> bytes:
    head = b"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nContent-Type: " + kind + b"\r\n" + key(world)
    return exchange(world, head + b"".join(more) + b"Content-Length: %d\r\n\r\n" % len(body) + body)


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
BODIES = {
    "empty": b"", "not JSON": b"{", "deep": DEEP, "a list": b"[]", "a number": b"1", "null": b"null",
    "duplicate keys": b'{"mediaType":1,"mediaType":2}', "NaN": b'{"a":NaN}', "infinity": b'{"a":1e999}',
    "long integer": b'{"a":' + b"9" * 5000 + b"}", "NUL": b'{"a":"\\u0000"}', "NUL in a list": b'{"a":["\\u0000"]}',
    "raw NUL": b'{"a":"\x00"}', "lone surrogate": b'{"a":"\\ud800"}', "not UTF-8": b'{"a":"\xff"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_strict_json_is_refused(world: Served, name: str) -> None:
    answer = post(world, BODIES[name])
    assert status(answer) == 422, answer[:300]
    assert b'"code":"CERT-E04' in answer


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        (b"text/plain", b"", 415),
        (b"application/json; charset=utf-16", b"", 415),
        (b"application/x-www-form-urlencoded", b"", 415),
        (b"application/json", b"Content-Encoding: gzip\r\n", 415),
        (b"application/json", b"Content-Encoding: gzip, identity\r\n", 415),
    ],
)
def test_other_forms_of_body_are_refused(world: Served, kind: bytes, more: bytes, expected: int) -> None:
    assert status(post(world, gzip.compress(b"{}" * 1000), more, kind=kind)) == expected


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, many: dict[str, float]) -> Iterator[Served]:
    """A service with little patience."""
    limits = {**many, "body_bytes": 4096, "body_seconds": 0.4, "header_seconds": 0.4}
    with served(tmp_path_factory.mktemp("strict"), limits=limits) as made_here:
        yield made_here


def test_a_long_body_is_refused_as_it_arrives_whatever_its_head_says(strict: Served) -> None:
    promised = exchange(strict, POST + key(strict) + b"Content-Length: 999999999999\r\n\r\n")
    assert status(promised) == 413
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    streamed = exchange(strict, POST + key(strict) + b"Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, pause=0.02)
    assert status(streamed) == 413
    assert b'"code":"CERT-E665"' in streamed
    assert b"connection: close" in streamed.lower()


def test_a_body_that_does_not_end_is_given_up(strict: Served) -> None:
    started = time.monotonic()
    answer = exchange(strict, POST + key(strict) + b"Content-Length: 100\r\n\r\n{")
    assert status(answer) == 408
    assert time.monotonic() - started < 3
    assert b"connection: close" in answer.lower()


def test_a_head_that_does_not_end_is_given_up(strict: Served) -> None:
    for beginning in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
        started = time.monotonic()
        assert exchange(strict, beginning) == b""
        assert time.monotonic() - started < 3
    drip = [b"GET /healthz HTTP/1.1\r\n", *[b"A: b\r\n"] * 10]
    started = time.monotonic()
    exchange(strict, *drip, pause=0.1)
    assert time.monotonic() - started < 3


def test_a_second_head_that_does_not_end_is_given_up(strict: Served) -> None:
    where = urlsplit(strict.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert status(line.recv(65536)) == 200
        started = time.monotonic()
        with suppress(OSError):
            while line.sendall(b"G") is None and time.monotonic() - started < 3:
                time.sleep(0.05)
    assert time.monotonic() - started < 3


def test_callers_who_hang_up_harm_nobody(strict: Served) -> None:
    where = urlsplit(strict.url)
    for part in (b"P", POST, POST + key(strict) + b"Content-Length: 100\r\n\r\n{"):
        socket.create_connection((where.hostname, where.port)).sendall(part)
    bundle = made.note(1, strict.signers["data-steward"])
    assert strict.post(bundle, "submitter").status_code == 201


def test_a_body_nobody_asked_for_ends_the_connection(world: Served) -> None:
    answer = exchange(world, b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1")
    assert status(answer) == 200
    assert b"connection: close" in answer.lower()


def test_two_requests_in_one_packet_are_two_answers(world: Served) -> None:
    where = urlsplit(world.url)
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((where.hostname, where.port), timeout=5) as line:
        line.sendall(one + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        got = b"".join(iter(lambda: line.recv(65536), b""))
    assert got.count(b"HTTP/1.1 200 OK") == 2


def test_the_log_line_of_a_hostile_request_is_one_line(world: Served) -> None:
    exchange(world, b"GET /a%0d%0a%1b[31mx HTTP/1.1\r\nHost: x\r\n\r\n")
    line = next(line for line in reversed(world.lines) if "31m" in line["path"])
    written = json.dumps(line)
    assert line["status"] == 400
    assert all(c.isprintable() for c in written)
