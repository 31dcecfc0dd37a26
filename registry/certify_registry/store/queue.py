"""The inbox of a log in PostgreSQL: statements that wait, and the answers to them. No part of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from certify import errors
from certify.errors import CertifyError, InternalError
from certify.evidence.canonical import canonical_bytes, parse_json
from certify_registry.appended import Appended

POSTED, ANSWERED = "certify_posted", "certify_answered"
"""Channels on which servers are told of statements and of answers."""
_FORGOTTEN = "1 hour"
"""How long an answer is kept for a server that does not fetch it."""


def put(connection: Connection, bundles: Sequence[bytes]) -> list[int]:
    """Add statements; returns their numbers, in the same order."""
    first = connection.execute(
        text("SELECT nextval(pg_get_serial_sequence('inbox', 'id')) FROM generate_series(1, :count)"),
        {"count": len(bundles)},
    )
    numbers = [int(number) for number in first.scalars()]
    rows = [{"id": number, "bundle": bundle} for number, bundle in zip(numbers, bundles, strict=True)]
    connection.execute(text("INSERT INTO inbox (id, bundle) OVERRIDING SYSTEM VALUE VALUES (:id, :bundle)"), rows)
    connection.execute(text(f"NOTIFY {POSTED}"))
    return numbers


def take(connection: Connection, limit: int) -> list[tuple[int, bytes]]:
    """The oldest statements without an answer, with their numbers; they stay until they have one."""
    query = text("SELECT id, bundle FROM inbox WHERE outcome IS NULL ORDER BY id LIMIT :limit")
    return [(number, bytes(bundle)) for number, bundle in connection.execute(query, {"limit": limit})]


def answer(connection: Connection, answers: Sequence[tuple[int, Appended | BaseException]]) -> None:
    """Write answers, and forget those that nobody fetched."""
    numbers, outcomes = [number for number, _ in answers], [_written(outcome) for _, outcome in answers]
    connection.execute(
        text(
            "UPDATE inbox SET outcome = given.outcome "
            "FROM unnest(CAST(:numbers AS bigint[]), CAST(:outcomes AS text[])) AS given(id, outcome) "
            "WHERE inbox.id = given.id"
        ),
        {"numbers": numbers, "outcomes": outcomes},
    )
    connection.execute(
        text("DELETE FROM inbox WHERE outcome IS NOT NULL AND received < now() - CAST(:age AS interval)"),
        {"age": _FORGOTTEN},
    )
    connection.execute(text(f"NOTIFY {ANSWERED}"))


def collect(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, Appended | CertifyError]]:
    """The answers to statements, each fetched once."""
    query = text(
        "DELETE FROM inbox WHERE id = ANY(CAST(:numbers AS bigint[])) AND outcome IS NOT NULL RETURNING id, outcome"
    )
    found = connection.execute(query, {"numbers": list(numbers)})
    return [(number, _read(outcome)) for number, outcome in found]


def _written(outcome: Appended | BaseException) -> str:
    document: dict[str, Any]
    if isinstance(outcome, Appended):
        document = {"index": outcome.index, "proof": outcome.proof, "duplicate": outcome.duplicate}
    elif isinstance(outcome, CertifyError):
        parts = [outcome.code, outcome.what, outcome.why, outcome.hint]
        document = {"error": type(outcome).__name__, "parts": [part.replace("\x00", "�") for part in parts]}
    else:
        document = {"error": "InternalError", "parts": ["CERT-E099", f"{type(outcome).__name__}: {outcome}", "", ""]}
    return canonical_bytes(document).decode()


def _read(text: str) -> Appended | CertifyError:
    document = parse_json(text.encode(), name="answer")
    if "error" not in document:
        return Appended(document["index"], document["proof"], document["duplicate"])
    kind = getattr(errors, document["error"], InternalError)
    found: CertifyError = kind(*document["parts"])
    return found
