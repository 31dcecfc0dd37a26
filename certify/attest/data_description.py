"""A steward's description of data, put together from a file by hand and from other people's forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from certify.attest.plain_yaml import NotPlain, meant, read_plain_yaml
from certify.errors import UsageError
from certify.evidence.base import Value
from certify.evidence.data_description import DataDescription
from certify.evidence.data_fields import LicenceText, Line
from certify.evidence.dataset import Dataset, DatasetIdentity

MAX_DESCRIPTION = 1024 * 1024
BESIDE = ("name", "licence", "producedBy")
"""Fields of a description file that stand beside the description in the statement."""
FIELDS = (*BESIDE, *(field.alias or name for name, field in DataDescription.model_fields.items()))
"""Every field of a description file."""
_GUIDE = "`certify data describe --template` prints a description with every field"


class _Beside(Value):
    """The fields that stand beside the description."""

    name: str | None = Field(default=None, min_length=1, max_length=300)
    """What the data is called."""
    licence: LicenceText | None = None
    """Licence of the whole."""
    produced_by: Line | None = None
    """Step that made it."""


@dataclass(frozen=True)
class Said:
    """What one file says of the data, in the names that a description file uses."""

    origin: str
    """The file."""
    fields: dict[str, Any]
    """Field to value; nested objects as they stand in JSON."""
    notes: tuple[str, ...] = ()
    """What the file holds and could not be taken over."""


@dataclass(frozen=True)
class StewardsWord:
    """All that is said of the data, ready to be bound to its identity."""

    name: str | None
    """What the data is called, if the files say so."""
    licence: str | None
    """Licence of the whole."""
    produced_by: str | None
    """Step that made it, as named in the layout."""
    description: DataDescription | None
    """Everything else."""

    def document(self) -> dict[str, Any]:
        """All of it as a JSON object: what names a run that is asked for."""
        said = self.description.document() if self.description else {}
        beside = {"name": self.name, "licence": self.licence, "producedBy": self.produced_by}
        return {**said, **{name: value for name, value in beside.items() if value is not None}}

    def dataset(self, identity: DatasetIdentity, *, complete: bool, described_at: str) -> Dataset:
        """The claim about this data."""
        sources = self.description.sources if self.description else ()
        return Dataset(
            dataset=identity,
            complete=complete,
            licence=self.licence,
            sources=tuple(source.name for source in sources),
            produced_by=self.produced_by,
            description=self.description,
            described_at=described_at,
        )


def read_description(path: Path) -> Said:
    """What a steward's own file says.

    Args:
        path: YAML or JSON, one object, at most 1 MiB.

    Raises:
        UsageError: CERT-E122, unreadable, an unknown field, or a value of the wrong form.
    """
    try:
        fields = read_plain_yaml(path, max_bytes=MAX_DESCRIPTION)
    except NotPlain as error:
        raise UsageError("CERT-E122", f"{path} cannot be read as a description of data", str(error), _GUIDE) from error
    stewards_word([Said(str(path), fields)])
    return Said(str(path), fields)


def stewards_word(said: Sequence[Said]) -> StewardsWord:
    """All that several files say, the earlier having precedence.

    Raises:
        UsageError: CERT-E122, an unknown field, or a value of the wrong form.
    """
    fields = merge(said)[0]
    origin = said[0].origin if said else "the description"
    try:
        beside = _Beside.model_validate({name: fields.pop(name) for name in BESIDE if name in fields}, by_alias=True)
        description = DataDescription.model_validate(fields, extra="forbid", by_alias=True, by_name=False)
    except ValidationError as error:
        raise _malformed(origin, error) from error
    return StewardsWord(
        name=beside.name,
        licence=beside.licence,
        produced_by=beside.produced_by,
        description=description if description.document() else None,
    )


def merge(said: Sequence[Said]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields of all files together, and a sentence for each that a later file gives another value.

    Objects are merged field by field, lists are taken whole from the first file that has them.
    """
    merged: dict[str, Any] = {}
    conflicts: list[str] = []
    for one in said:
        conflicts += _add(merged, one.fields, one.origin, "")
    return merged, tuple(conflicts)


def usable(fields: dict[str, Any], origin: str) -> Said:
    """What of other people's fields can be taken over; the rest is named in the notes."""
    kept, notes = {}, []
    for name, value in fields.items():
        model = _Beside if name in BESIDE else DataDescription
        try:
            model.model_validate({name: value}, extra="forbid", by_alias=True, by_name=False)
        except ValidationError as error:
            reason = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
            notes.append(f"{origin}: {name} was left out: {reason[0].lower()}{reason[1:]}")
        else:
            kept[name] = value
    return Said(origin, kept, tuple(notes))


def _add(merged: dict[str, Any], fields: dict[str, Any], origin: str, place: str) -> list[str]:
    conflicts = []
    for name, value in fields.items():
        where = f"{place}{name}"
        if name not in merged:
            merged[name] = dict(value) if isinstance(value, dict) else value
        elif isinstance(value, dict) and isinstance(merged[name], dict):
            conflicts += _add(merged[name], value, origin, f"{where}.")
        elif merged[name] != value:
            conflicts.append(f"{origin} gives another {where}; the value of the file before it was kept")
    return conflicts


def _malformed(origin: str, error: ValidationError) -> UsageError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part)[:100] for part in first["loc"]) or "the whole"
    if first["type"] == "extra_forbidden":
        hint = meant(str(first["loc"][0])[:100], FIELDS) if len(first["loc"]) == 1 else _GUIDE
        return UsageError("CERT-E122", f"{origin} has the unknown field {where!r}", hint=hint)
    reason = first["msg"].removeprefix("Value error, ")
    return UsageError("CERT-E122", f"{origin} is malformed at {where}: {reason}", hint=_GUIDE)
