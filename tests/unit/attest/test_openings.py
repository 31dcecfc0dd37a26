"""Withheld fields shown to one reader: only the signed values, of this statement, can be shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.attest.openings import disclosure_statement, open_disclosure, openings_file, read_openings
from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import STATEMENT_TYPE
from certify.evidence.visibility import Opening, withhold
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer

SIGNER = generate_signer()
NOW = "2026-11-23T17:00:00Z"


def withheld(value: object = "planted") -> tuple[Bundle, bytes, tuple[Opening, ...]]:
    predicate, openings = withhold({"a": 1, "b": {"c": value}, "d": None}, ["/b/c", "/d"])
    payload = canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": "data", "digest": {"sha256": "0" * 64}}],
            "predicateType": "https://example.org/x",
            "predicate": predicate,
        }
    )
    return parse_bundle(sign_statement(payload, SIGNER)), openings_file(payload, openings), openings


def disclosed(statement: Bundle, openings: tuple[Opening, ...], **change: object) -> Bundle:
    payload = disclosure_statement(statement, openings, to="Auditor", disclosed_at=NOW, **change)  # type: ignore[arg-type]
    return parse_bundle(sign_statement(payload, SIGNER))


def test_a_reader_sees_what_was_signed_and_no_more() -> None:
    statement, private, _ = withheld()
    shown, predicate = open_disclosure(disclosed(statement, read_openings(private, statement), fields=["c"]), statement)
    assert (shown.disclosed_to, [one.value for one in shown.openings]) == ("Auditor", ["planted"])
    assert predicate["b"] == {"c": "planted"}
    assert [one["field"] for one in predicate["withheld"]] == ["/d"]


def test_an_empty_value_is_shown_as_empty() -> None:
    statement, _, openings = withheld(value={"n": None})
    _, predicate = open_disclosure(disclosed(statement, openings), statement)
    assert predicate == {"a": 1, "b": {"c": {"n": None}}, "d": None}


def test_openings_of_another_statement_are_refused() -> None:
    statement, private, openings = withheld()
    other, _, _ = withheld()
    with pytest.raises(HostileInput, match="CERT-E119"):
        read_openings(private, other)
    with pytest.raises(HostileInput, match="CERT-E119"):
        open_disclosure(disclosed(statement, openings), other)
    with pytest.raises(HostileInput, match="CERT-E119"):
        disclosed(other, openings)


def test_a_changed_value_in_the_private_file_is_refused() -> None:
    statement, private, _ = withheld()
    for changed in (private.replace(b"planted", b"plantex"), private.replace(b"/b/c", b"/b/e")):
        with pytest.raises(HostileInput, match="CERT-E119"):
            read_openings(changed, statement)


def test_a_disclosure_that_lies_is_refused() -> None:
    statement, _, openings = withheld()
    honest = json.loads(disclosed(statement, openings).payload)
    for change in (
        {"statementType": "https://example.org/y"},
        {"openings": [{**openings[0].document(), "value": "x"}]},
    ):
        lie = {**honest, "predicate": {**honest["predicate"], **change}}
        with pytest.raises(HostileInput, match="CERT-E119"):
            open_disclosure(parse_bundle(sign_statement(canonical_bytes(lie), SIGNER)), statement)
    with pytest.raises(HostileInput, match="CERT-E045"):
        open_disclosure(statement, statement)


@pytest.mark.parametrize("fields", [["nothing"], [""]])
def test_a_field_that_is_not_there_is_told(fields: list[str]) -> None:
    statement, _, openings = withheld()
    with pytest.raises(UsageError, match="CERT-E118"):
        disclosed(statement, openings, fields=fields)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"schema":"certify/openings/v1"}'])
def test_a_file_that_holds_no_openings_is_refused(data: bytes, tmp_path: Path) -> None:
    statement, _, _ = withheld()
    with pytest.raises(HostileInput):
        read_openings(data, statement)
