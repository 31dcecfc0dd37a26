"""What callers are told: a problem for everything, the right status, and nothing of the inside."""

import json
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from certify.cli.explanations import EXPLANATIONS
from certify.errors import (
    CertifyError,
    EvidenceMissing,
    HostileInput,
    InternalError,
    RegistryError,
    TrustError,
    UsageError,
)
from certify_registry import Appended
from certify_registry.service import problems
from certify_registry.service.problems import problem_of, status_of
from tests.fakes import logged_statements as made
from tests.fakes.registry_service import Served, served


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        (UsageError, "011", 400), (HostileInput, "044", 422), (EvidenceMissing, "050", 409), (TrustError, "041", 422),
        (RegistryError, "071", 503), (RegistryError, "072", 503), (RegistryError, "073", 503),
        (RegistryError, "070", 500),
        (RegistryError, "074", 403), (RegistryError, "077", 409), (RegistryError, "078", 409),
        (RegistryError, "079", 404),
        (InternalError, "099", 500),
    ],
)  # fmt: skip
def test_the_status_follows_from_kind_and_code(kind: type[CertifyError], code: str, expected: int) -> None:
    error = kind(f"CERT-E{code}", "x")
    assert status_of(error) == expected
    assert problem_of(error).status == expected


def test_every_code_in_the_table_is_explained() -> None:
    assert set(problems.STATUS_OF_CODE) <= set(EXPLANATIONS)


@pytest.mark.parametrize("code", ["CERT-E070", "CERT-E072", "CERT-E073", "CERT-E099"])
def test_the_servers_own_troubles_are_not_told(code: str) -> None:
    kind = InternalError if code == "CERT-E099" else RegistryError
    told = problem_of(kind(code, "/srv/secret is broken", "table heads", "hint /srv")).document()
    assert "/srv" not in json.dumps(told)
    assert "heads" not in json.dumps(told)


def test_a_disk_that_fails_is_no_missing_entry() -> None:
    error = RegistryError("CERT-E079", "a file in /srv/registry cannot be used")
    error.__cause__ = PermissionError(13, "denied")
    assert (status_of(error), "/srv" in problem_of(error).detail) == (503, False)
    error.__cause__ = FileNotFoundError(2, "no")
    assert status_of(error) == 404


@pytest.fixture
def broken(world: Served, monkeypatch: pytest.MonkeyPatch):
    """Has the reader fail in a given way while a test runs."""

    def breaking(error: BaseException) -> None:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(world.service.reader, "entries", fail)

    return breaking


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("secret /srv/x"), 500, "CERT-E677"),
        (OperationalError("SELECT secret", {}, Exception("/srv/x")), 503, "CERT-E073"),
        (PermissionError(13, "secret", "/srv/x"), 503, "CERT-E073"),
        (RegistryError("CERT-E070", "secret /srv/x"), 500, "CERT-E070"),
    ],
)
def test_a_fault_inside_is_told_to_the_operator_alone(world: Served, broken, error, status: int, code: str) -> None:
    broken(error)
    with world.client() as client:
        answer = client.get("/api/v1/entries/0")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "secret" not in answer.text
    assert "/srv" not in answer.text
    line = world.line_of(answer)
    assert "/srv/x" in line["trouble"]
    assert (line["request"], line["status"]) == (answer.json()["instance"], status)


def test_nothing_and_no_method_are_problems_too(world: Served) -> None:
    with world.client() as client:
        for method, path, status in (
            ("GET", "/no", 404),
            ("DELETE", "/api/v1/entries", 405),
            ("POST", "/checkpoint", 405),
        ):
            answer = client.request(method, path)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"].endswith(answer.json()["code"])
        assert client.delete("/api/v1/entries").headers["allow"] == "GET, POST"
        told = client.get("/api/v1/entries", params={"start": "x", "limit": 0}).json()
    assert [one["where"] for one in told["errors"]] == ["query.start", "query.limit"]


class Held:
    """An appender that answers when it is let."""

    waiting = 0

    def __init__(self) -> None:
        self.futures: list[Future[Appended]] = []

    def submit(self, bundle: bytes) -> Future[Appended]:
        future: Future[Appended] = Future()
        self.futures.append(future)
        return future

    def close(self) -> None:
        """Nothing is open."""


def test_too_many_at_once_are_turned_away_and_none_that_was_taken_is_lost(alone: Path, many: dict[str, float]) -> None:
    with served(alone, limits={**many, "outstanding": 3}) as world, ThreadPoolExecutor(8) as clients:
        gate, genuine, signer = threading.Event(), world.registry.append_checked, world.signers["data-steward"]
        appender = world.service.appender
        assert appender is not None

        def slowly(*arguments: Any, **how: Any) -> Any:
            gate.wait(30)
            return genuine(*arguments, **how)

        world.registry.append_checked = slowly  # type: ignore[method-assign]
        asked = [clients.submit(world.post, made.note(n, signer), "submitter") for n in range(3)]
        for _ in range(1000):
            if appender.waiting == 3:
                break
            threading.Event().wait(0.01)
        refused = world.post(made.note(9, signer), "submitter")
        assert (refused.status_code, refused.json()["code"]) == (503, "CERT-E670")
        assert refused.headers["retry-after"] == "1"
        gate.set()
        assert sorted(one.result().json()["index"] for one in asked) == [0, 1, 2]
        assert appender.waiting == 0


def test_who_waits_too_long_is_told_to_ask_again(alone: Path, many: dict[str, float]) -> None:
    held = Held()
    with served(alone, appender=held, limits={**many, "append_seconds": 0.1}) as world:
        answer = world.post(made.note(1, world.signers["data-steward"]), "submitter")
        assert (answer.status_code, answer.json()["code"]) == (503, "CERT-E670")
        assert not held.futures[0].cancelled()
        held.futures[0].set_result(Appended(0, "proof", duplicate=False))


def test_statements_at_once_from_many_callers_all_have_their_place(alone: Path, many: dict[str, float]) -> None:
    with served(alone, limits=many) as world, ThreadPoolExecutor(8) as clients:
        bundles = [made.note(n % 20, world.signers["data-steward"]) for n in range(40)]
        answers = list(clients.map(world.post, bundles))
        assert {one.status_code for one in answers} == {200, 201}
        assert len({one.json()["index"] for one in answers}) == 20 == world.registry.size
        assert sum(one.status_code == 201 for one in answers) == 20
