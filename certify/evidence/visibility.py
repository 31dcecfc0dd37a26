"""Which fields of a statement everybody reads, which a named auditor, and which nobody.

A restricted field is left out of the signed document; a salted commitment stands in its place, so that its value can be
shown later, to one reader, and cannot have been another. A secret field is left out without trace.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from pydantic import Field

from certify.errors import HostileInput, UsageError
from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_digest

WITHHELD = "withheld"
"""The member of a document that lists its commitments."""
SALT_BYTES = 32


class Withheld(Value):
    """A field that was left out, and can be opened."""

    field: str = Field(pattern=r"^/", max_length=1000)
    """Where it stood, as JSON pointer within the predicate. Source: RFC 6901."""
    commitment: Sha256
    """SHA-256 of the canonical JSON of ``{"field", "salt", "value"}``."""


class Opening(Value):
    """What a withheld field holds, with the salt that proves it."""

    field: str = Field(pattern=r"^/", max_length=1000)
    """Where it stood, as JSON pointer within the predicate."""
    salt: str = Field(pattern=r"^([0-9a-f]{2}){32}$")
    """32 random bytes, hexadecimal; without them the commitment tells nothing of the value."""
    value: Any
    """What stood there."""

    def document(self) -> dict[str, Any]:
        """The JSON object of this opening; an empty value is a value, too."""
        return {"field": self.field, "salt": self.salt, "value": self.value}

    def commitment(self) -> str:
        """SHA-256 (hex) that binds field, salt and value."""
        return canonical_digest(self.document())


def withhold(
    document: dict[str, Any],
    restricted: Iterable[str],
    *,
    secret: Iterable[str] = (),
    salts: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[dict[str, Any], tuple[Opening, ...]]:
    """The document without its restricted and secret fields, and the openings of the restricted ones.

    Args:
        document: a predicate as JSON object; not changed.
        restricted: JSON pointers of members of objects; elements of lists cannot be withheld one by one.
        secret: pointers of what is left out without trace.
        salts: random bytes; every field gets 32 fresh ones.

    Raises:
        UsageError: CERT-E118, a pointer leads nowhere, twice to one place, or into another one.
    """
    open_fields, gone = sorted(set(restricted)), sorted(set(secret))
    if not open_fields and not gone:
        return copy.deepcopy(document), ()
    _require_apart([*open_fields, *gone])
    if WITHHELD in document:
        raise _cannot("this document already withholds fields", "name all restricted fields at once")
    shown = copy.deepcopy(document)
    openings = tuple(
        Opening(field=field, salt=salts(SALT_BYTES).hex(), value=_take(shown, field)) for field in open_fields
    )
    for field in gone:
        _take(shown, field)
    if openings:
        shown[WITHHELD] = [
            Withheld(field=opening.field, commitment=opening.commitment()).document() for opening in openings
        ]
    return shown, openings


def withheld_fields(document: dict[str, Any]) -> tuple[Withheld, ...]:
    """The commitments of a signed document; none where it withholds nothing.

    Raises:
        HostileInput: CERT-E119, a field is committed to twice, or stands in the open as well; CERT-E045, malformed.
    """
    listed = document.get(WITHHELD, [])
    if not isinstance(listed, list):
        raise _false("the list of withheld fields is not a list")
    entries = tuple(Withheld.from_document(entry, name=WITHHELD, by_name=False) for entry in listed)
    names = [entry.field for entry in entries]
    _refuse_overlaps(names)
    for name in names:
        if _holds(document, name):
            raise _false(f"{name} is withheld and stands in the open as well")
    return entries


def opened(document: dict[str, Any], openings: Sequence[Opening]) -> dict[str, Any]:
    """The document with the opened fields back in their places; what stays withheld stays listed.

    Raises:
        HostileInput: CERT-E119, an opening does not fit the commitment, or opens a field that is not withheld.
    """
    commitments = {entry.field: entry.commitment for entry in withheld_fields(document)}
    if len({opening.field for opening in openings}) != len(openings):
        raise _false("one field is opened twice")
    for opening in openings:
        if opening.field not in commitments:
            raise _false(f"{opening.field} is not withheld in this statement")
        if opening.commitment() != commitments[opening.field]:
            raise _false(f"{opening.field} does not hold what this opening says")
    shown = copy.deepcopy(document)
    for opening in sorted(openings, key=lambda one: one.field):
        _put(shown, opening.field, opening.value)
    remaining = [entry for entry in shown.pop(WITHHELD, []) if entry["field"] not in {one.field for one in openings}]
    return {**shown, WITHHELD: remaining} if remaining else shown


def _refuse_overlaps(names: Sequence[str]) -> None:
    """Two commitments to one place, or to a place inside another, would let two values be shown for it."""
    places = sorted(_tokens(name) for name in names)
    if any(_spelt(place) != name for name, place in zip(names, map(_tokens, names), strict=True)):
        raise _false("a withheld field is named in a spelling that no writer produces")
    if any(other[: len(one)] == one for one, other in pairwise(places)):
        raise _false("one field is withheld twice: two values could be shown for it")


def _tokens(pointer: str) -> tuple[str, ...]:
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def _spelt(tokens: Sequence[str]) -> str:
    """The one pointer of a place: list positions without leading zeros. Source: RFC 6901, sections 3 and 4."""
    plain = (str(int(token[:9])) if token.isdecimal() else token for token in tokens)
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in plain)


def _require_apart(pointers: Sequence[str]) -> None:
    for pointer in pointers:
        if not pointer.startswith("/") or pointer.split("/")[1] == WITHHELD:
            raise _cannot(
                f"{pointer!r} is not a field that can be withheld", "write it like /externalParameters/command"
            )
    ordered = sorted(pointer + "/" for pointer in pointers)
    for one, other in pairwise(ordered):
        if other.startswith(one):
            raise _cannot(f"{other[:-1]} is withheld twice", "name a field once, without the fields inside it")


def _take(document: dict[str, Any], pointer: str) -> Any:
    parent, name = _parent(document, pointer)
    if not isinstance(parent, dict) or name not in parent:
        raise _cannot(f"there is no field {pointer} to withhold", "give the path of a member, such as /command")
    return parent.pop(name)


def _put(document: dict[str, Any], pointer: str, value: Any) -> None:
    parent, name = _parent(document, pointer)
    if not isinstance(parent, dict):
        raise _false(f"{pointer} has no place in this statement")
    parent[name] = copy.deepcopy(value)


def _holds(document: dict[str, Any], pointer: str) -> bool:
    parent, name = _parent(document, pointer)
    return isinstance(parent, dict) and name in parent


def _parent(document: Any, pointer: str) -> tuple[Any, str]:
    """The value that holds what the pointer names, or None, and the name within it. Source: RFC 6901, section 4."""
    *steps, name = _tokens(pointer)
    for step in steps:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step[:9]) < len(document):
            document = document[int(step[:9])]
        else:
            return None, name
    return document, name


def _cannot(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E118", what, "a field is withheld whole, once, and from where it stands", hint)


def _false(what: str) -> HostileInput:
    return HostileInput(
        "CERT-E119",
        what,
        "a value shown later must be the one that was signed",
        "ask whoever signed the statement for the openings that belong to it",
    )
