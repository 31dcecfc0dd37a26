"""Genuine requests, spoilt at random: never a fault, never a wrong accept, and the log stays whole."""

from __future__ import annotations

import base64
import copy
import http.client
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from certify.evidence.certificate import State
from certify.evidence.statement import STATUS
from certify.pipeline.clock import now
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from tests.fakes import logged_statements as made
from tests.fakes.registry_service import Served, served

HOSTILE: list[Any] = [
    None, True, False, 0, -1, 2**53, -(2**63), 1.5, 1e308, "", "a", "\x00", "\ud800", "\u202e", "é" * 300, "A" * 70_000,
    [], {}, [[[[]]]], {"": ""}, "../../etc/passwd", "' OR 1=1 --", "<script>", "%s%n", "2026-13-45T99:99:99Z", "0" * 64,
    "2026-11-23T17:00:00Z", ["a"] * 100, {"a": {"b": {"c": None}}},
]  # fmt: skip
PATHS = [
    "/api/v1/entries?start={}&limit={}", "/api/v1/entries/{}", "/api/v1/entries/{}/proof", "/api/v1/certificates?q={}",
    "/api/v1/certificates?model={}&issuer={}", "/api/v1/certificates?policy={}&status={}",
    "/api/v1/certificates?digest={}",
    "/api/v1/certificates?before={}&limit={}", "/api/v1/certificates/{}", "/api/v1/certificates/{}/status",
    "/api/v1/certificates/{}/pdf", "/api/v1/blobs/{}", "/api/v1/consistency?from={}&to={}", "/tile/{}/{}",
    "/tile/entries/{}",
    "/api/v1/status-lists/{}", "/c/{}.json", "/{}", "/api/v1/entries/0?{}={}",
]  # fmt: skip
VALUES = [
    "0", "1", "-1", "007", "9" * 30, "1e3", "0x10", "٣", "1.0", "NaN", "null", "", " ", "+", "%", "a" * 300,
    "CM-AAAA-AAAA-AAAA",
    "\x00", "\n", "é", "\U0001f600", "../..", "..%2f", "x001", "000", "000.p/1", "valid", "revoked", "f" * 64,
    "F" * 64, "*", "_", "'",
]  # fmt: skip

Sent = tuple[str, str, bytes]
"""Method, address and body."""


def flip(data: bytes, rng: random.Random) -> bytes:
    """A bit, a cut, a repetition or a stranger's bytes."""
    place, length = rng.randrange(len(data)), rng.choice([1, 2, 30])
    new = rng.choice(
        [bytes([data[place] ^ 1 << rng.randrange(8)]), b"", data[place : place + 2 * length], rng.randbytes(3)]
    )
    return data[:place] + new + data[place + rng.choice([1, length]) :]


def spoil(document: Any, rng: random.Random) -> Any:
    """A JSON value with one part, somewhere in it, that is another."""
    whole = [copy.deepcopy(document)]
    holder, key = whole, 0
    while isinstance(holder[key], dict | list) and holder[key] and rng.random() < 0.9:
        holder = holder[key]
        key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    turn = rng.random()
    if turn < 0.6:
        holder[key] = copy.deepcopy(rng.choice(HOSTILE))
    elif turn < 0.8 and isinstance(holder, dict):
        holder[rng.choice(["x", "schema", "_type", "serial", str(key).upper()])] = holder.pop(key)
    else:
        holder[key] = [holder[key], holder[key]]
    return whole[0]


class Spoiler:
    """Makes requests out of genuine ones."""

    def __init__(self, world: Served, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = world
        self.genuine = genuine(world)
        self.makers: list[Callable[[], Sent]] = [
            self.bytes,
            self.parts,
            self.inner,
            self.signed,
            self.mixed,
            self.question,
        ]

    def make(self) -> tuple[Sent, bool]:
        """A request, and whether it may be taken: only what a key of the registry has signed as it stands."""
        maker = self.rng.choice(self.makers)
        return maker(), maker == self.signed

    def bytes(self) -> Sent:
        return "POST", "/api/v1/entries", flip(self.rng.choice(self.genuine), self.rng)

    def parts(self) -> Sent:
        spoilt = spoil(json.loads(self.rng.choice(self.genuine)), self.rng)
        return "POST", "/api/v1/entries", json.dumps(spoilt).encode()

    def inner(self) -> Sent:
        """Another statement under the old signature."""
        document = json.loads(self.rng.choice(self.genuine))
        statement = spoil(json.loads(base64.b64decode(document["dsseEnvelope"]["payload"])), self.rng)
        document["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
        return "POST", "/api/v1/entries", json.dumps(document).encode()

    def signed(self) -> Sent:
        """A statement that makes no sense, under a good signature."""
        bundle = parse_bundle(self.rng.choice(self.genuine))
        signer = next(one for one in self.world.signers.values() if one.keyid == bundle.keyid)
        try:
            payload = json.dumps(spoil(json.loads(bundle.payload), self.rng), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            payload = b"\xff"
        return "POST", "/api/v1/entries", sign_statement(payload, signer)

    def mixed(self) -> Sent:
        """The payload of one statement with the signature of another."""
        one, other = (json.loads(self.rng.choice(self.genuine)) for _ in range(2))
        one["dsseEnvelope"]["signatures"] = other["dsseEnvelope"]["signatures"]
        one["verificationMaterial"] = other["verificationMaterial"]
        body = json.dumps(one).encode()
        return self.rng.choice(
            [("POST", "/api/v1/entries", body), ("POST", "/api/v1/entries:batch", b"[" + body + b"]")]
        )

    def question(self) -> Sent:
        path = self.rng.choice(PATHS)
        values = [quote(self.rng.choice(VALUES), safe=self.rng.choice(["", "/"])) for _ in range(path.count("{}"))]
        return "GET", path.format(*values), b""


def genuine(world: Served) -> list[bytes]:
    """Statements of every kind with rules of its own, logged."""
    evaluator, issuer, revoker = (world.signers[role] for role in ("evaluator", "issuer", "revoker"))
    plan, certificate = made.plan(evaluator), made.certificate(issuer)
    predicate = statement_of(parse_bundle(made.status(revoker, State.SUSPENDED))).predicate
    status = made.signed(STATUS, made.payload_of(certificate), predicate, revoker)
    found = [made.note(1, world.signers["data-steward"]), plan, certificate, status]
    for bundle in found:
        assert world.post(bundle, "all").status_code in (200, 201)
    return found


def send_many(world: Served, count: int, seed: int) -> Counter[int]:
    """How often each status was answered to spoilt requests; asserts that nothing was taken that may not be."""
    spoiler, found = Spoiler(world, seed), Counter[int]()
    originals = [json.loads(one) for one in spoiler.genuine]
    where = urlsplit(world.url)
    line = http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)
    headers = {"Authorization": f"Bearer {world.secrets['all']}", "Content-Type": "application/json"}
    for _ in range(count):
        (method, path, body), may = spoiler.make()
        line.request(method, path, body or None, headers)
        answer = line.getresponse()
        told = answer.read()
        found[answer.status] += 1
        assert answer.status < 500, (method, path, body, told)
        if answer.status >= 400:
            assert answer.headers["content-type"] == "application/problem+json", (path, told)
        elif method == "POST" and not may:
            taken = json.loads(told).get("results", [{"submitted": True}])[0].get("submitted")
            sent = json.loads(body)
            assert not taken or (sent[0] if isinstance(sent, list) else sent) in originals, body
    line.close()
    return found


def test_spoilt_requests_are_refused_in_words(alone: Path, many: dict[str, float]) -> None:
    with served(alone, limits=many) as world:
        found = send_many(world, 400, seed=1)
        assert found[422] > 100
        assert found[404] > 5
        assert world.registry.fsck(now()) == ()


@pytest.mark.slow  # a hundred thousand requests take minutes
def test_a_hundred_thousand_spoilt_requests_are_refused_in_words(alone: Path, many: dict[str, float]) -> None:
    with served(alone, limits=many) as world:
        found = send_many(world, 100_000, seed=2)
        print(dict(found), world.registry.size)
        assert world.registry.fsck(now()) == ()
