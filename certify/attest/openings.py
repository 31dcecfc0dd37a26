"""Openings of withheld fields: kept private beside the statement, shown to one reader in a disclosure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import canonical_bytes, parse_json, sha256_hex
from certify.evidence.disclosure import Disclosure
from certify.evidence.statement import DISCLOSURE, statement_bytes, subject_of
from certify.evidence.visibility import Opening, opened
from certify.files import read_file
from certify.trust.bundle import Bundle, statement_of

SCHEMA = "certify/openings/v1"


def openings_file(payload: bytes, openings: Sequence[Opening]) -> bytes:
    """The private file that belongs to the statement with this payload."""
    return canonical_bytes(
        {
            "schema": SCHEMA,
            "statementSha256": sha256_hex(payload),
            "openings": [opening.document() for opening in openings],
        }
    )


def set_aside(path: Path) -> None:
    """Keeps the openings of an earlier statement under a name of their own: nobody could make them again.

    ``X.openings.json`` becomes ``X.openings.DIGEST.json``, with the first digits of the SHA-256 of its content.

    Raises:
        UsageError: CERT-E012, there is something that cannot be read, or renamed.
    """
    if not path.exists():
        return
    kept = path.with_name(f"{path.name.removesuffix('.json')}.{sha256_hex(read_file(path))[:12]}.json")
    try:
        path.replace(kept)
    except OSError as error:
        raise UsageError("CERT-E012", f"{path} cannot be renamed: {error.strerror or error}") from error


def read_openings(data: bytes, statement: Bundle) -> tuple[Opening, ...]:
    """The openings in a private file, all of which fit the statement.

    Raises:
        HostileInput: CERT-E119, they belong to another statement; CERT-E045 to CERT-E049, malformed.
    """
    document = parse_json(data, name="openings")
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise HostileInput("CERT-E045", "this is not a file of openings", hint="name the .openings.json file")
    if document.get("statementSha256") != statement.payload_sha256:
        raise _other("these openings belong to another statement")
    listed = document.get("openings")
    found = tuple(Opening.from_document(entry, by_name=False) for entry in (listed if isinstance(listed, list) else []))
    opened(statement_of(statement).predicate, found)
    return found


def disclosure_statement(
    statement: Bundle, openings: Sequence[Opening], *, to: str, fields: Sequence[str] = (), disclosed_at: str
) -> bytes:
    """The payload of a disclosure.

    Args:
        statement: whose fields are shown.
        openings: all that are at hand.
        to: who asked to see them.
        fields: pointers or last names of those to show; all when empty.
        disclosed_at: RFC 3339 UTC.

    Raises:
        UsageError: CERT-E118, there is no opening of a field, or none at all.
        HostileInput: CERT-E119, an opening does not fit the statement.
    """
    chosen = [_named(name, openings) for name in fields] if fields else list(openings)
    if not chosen or not to.strip():
        raise UsageError(
            "CERT-E118", "there is nothing to show, or nobody to show it to", hint="name a field and a reader"
        )
    content = statement_of(statement)
    opened(content.predicate, chosen)
    disclosure = Disclosure(
        statement_type=content.predicate_type, disclosed_to=to, openings=tuple(chosen), disclosed_at=disclosed_at
    )
    subject = subject_of(content.subject[0].name, statement.payload_sha256)
    return statement_bytes(subject, DISCLOSURE, disclosure)


def open_disclosure(disclosure: Bundle, statement: Bundle) -> tuple[Disclosure, dict[str, Any]]:
    """What a disclosure shows, and the predicate with the shown fields in their places.

    The commitments are checked, not the signatures: the values are those in the statement, whoever shows them.

    Raises:
        HostileInput: CERT-E119, it opens another statement, or does not fit; CERT-E045, not a disclosure.
    """
    shown = statement_of(disclosure)
    if shown.predicate_type != DISCLOSURE:
        raise HostileInput("CERT-E045", "this is not a disclosure", hint="name the file that was made for you")
    if [subject.digest.sha256 for subject in shown.subject] != [statement.payload_sha256]:
        raise _other("the disclosure belongs to another statement")
    content = statement_of(statement)
    found = Disclosure.from_document(shown.predicate, by_name=False)
    if found.statement_type != content.predicate_type:
        raise _other("the disclosure takes the statement for one of another kind")
    return found, opened(content.predicate, found.openings)


def _named(name: str, openings: Sequence[Opening]) -> Opening:
    found = [one for one in openings if name in (one.field, one.field.rpartition("/")[2])]
    if len(found) != 1:
        known = ", ".join(one.field for one in openings)
        raise UsageError("CERT-E118", f"there is not one opening of {name[:80]!r}", hint=f"the openings are {known}")
    return found[0]


def _other(what: str) -> HostileInput:
    return HostileInput(
        "CERT-E119",
        what,
        "an opening fits one statement alone",
        "compare sha256sum of the payloads, or ask for its own",
    )
