"""The common form of every value that crosses a wall."""

from __future__ import annotations

import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes, parse_json, sha256_hex

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""Lower-case hexadecimal SHA-256."""

Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""A share between 0 and 1, not a percentage."""

Utc = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
"""A time as RFC 3339 in UTC with seconds, ``2026-11-23T17:00:00Z``."""


class Value(BaseModel):
    """A frozen value: snake_case in Python, lowerCamelCase on the wire.

    Unknown fields are ignored when read, so that a newer writer does not break an older
    reader; digests are always taken over the bytes as signed, never over a re-serialisation.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
        defer_build=True,  # most commands read a few of the hundred and fifty kinds
    )

    def document(self) -> dict[str, Any]:
        """The JSON object of this value; absent optional fields are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def to_bytes(self) -> bytes:
        """The canonical JSON bytes of this value. Source: RFC 8785."""
        return canonical_bytes(self.document())

    def content_sha256(self) -> str:
        """SHA-256 (hex) of the canonical bytes."""
        return sha256_hex(self.to_bytes())

    @classmethod
    def from_document(
        cls, document: Any, *, name: str | None = None, by_name: bool = True, source: bytes | None = None
    ) -> Self:
        """The value of an untrusted JSON object.

        Args:
            document: the object.
            name: what to call it in errors.
            by_name: whether it is read as people write by hand: Python's names of the fields are taken, too, and
                ``"5"`` for 5. What was signed has one spelling, or other readers would read something else in it.
            source: with ``by_name=False``, the bytes that ``parse_json`` read the object from, where they are at hand.

        Raises:
            HostileInput: a field is missing or of the wrong kind.
        """
        try:
            if by_name:
                return cls.model_validate(document, by_alias=True, by_name=True)
            data = json.dumps(document) if source is None else source
            return cls.model_validate_json(data, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            label = name or cls.__name__.lower()
            reason = first["msg"].removeprefix("Value error, ")
            raise HostileInput("CERT-E045", f"{label} is malformed at {where}: {reason}") from error

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str | None = None) -> Self:
        """The value of untrusted JSON bytes, read strictly.

        Raises:
            HostileInput: the bytes are not strict JSON, or not this kind of value.
        """
        return cls.from_document(parse_json(data, name=name or cls.__name__.lower()), name=name)


class StrictValue(Value):
    """A value that people write by hand: an unknown field is a typo, and refused."""

    model_config = ConfigDict(extra="forbid")
