"""What a leaked key, a leaked benchmark, a vulnerable engine, a retired policy or a withdrawn dataset touches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from certify.errors import UsageError
from certify_registry.lifecycle.causes import cause_of
from certify_registry.store.finding import standing_in_list
from certify_registry.store.lookup import CertificateRow

if TYPE_CHECKING:
    from certify_registry.reader import Reader

KINDS = ("key", "benchmark", "engine", "policy", "dataset")
"""What a condition can name."""
VERSIONS = "write it like vllm 0.31.0, or vllm>=0.30,<0.31.1"
_NEXT = re.compile(rf",(?=(?:{'|'.join(KINDS)})=)")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_KEYID = re.compile(r"[0-9a-f]{8,64}", re.ASCII)
_RANGE = re.compile(r"([A-Za-z][\w.-]*?)\s*((?:[<>=!~]=?=?\s*|\s)\d.*)", re.ASCII)


class Condition(NamedTuple):
    """One thing that went wrong."""

    kind: str
    """One of ``KINDS``."""
    value: str
    """Key id or its first digits; name or digest of a benchmark, policy or dataset; engine, or library, versions."""


@dataclass(frozen=True)
class Touched:
    """A certificate that rests on what went wrong."""

    row: CertificateRow
    """The certificate."""
    standing: str
    """How it stands now, by the index."""
    causes: tuple[str, ...]
    """Why it is touched, a sentence for each condition."""

    @property
    def can_be_suspended(self) -> bool:
        """Whether a suspension would change anything."""
        return self.standing in ("valid", "not_yet_valid")


def conditions_of(text: str) -> tuple[Condition, ...]:
    """The conditions in ``key=3f2a90cc,policy=starter``, all of which must hold.

    Raises:
        UsageError: CERT-E625, another form.
    """
    found = []
    for part in _NEXT.split(text):
        kind, equals, value = part.partition("=")
        misread = value.rstrip().endswith(",") or (kind == "policy" and "," in value)
        if kind not in KINDS or not equals or not value.strip() or misread:
            raise unclear(f"{part!r} is not of the form KIND=VALUE", f"the kinds are {', '.join(KINDS)}")
        found.append(Condition(kind, value.strip()))
    return tuple(found)


def impact_of(reader: Reader, conditions: Sequence[Condition], *, now: str, since: int = 0) -> tuple[Touched, ...]:
    """The certificates that meet all of the conditions, oldest first.

    Args:
        reader: the registry.
        conditions: at least one.
        now: the time in UTC, ``2026-11-23T17:00:00Z``.
        since: first log index of a certificate that is looked at.

    Raises:
        UsageError: CERT-E625, no condition, or one that cannot be read.
        RegistryError: CERT-E070, a statement is damaged.
    """
    if not conditions:
        raise unclear("nothing was named that could touch a certificate", f"name one of {', '.join(KINDS)}")
    rows = [{row.serial: row for row in rows_for(reader, one) if row.log_index >= since} for one in conditions]
    shared = [row for serial, row in rows[0].items() if all(serial in others for others in rows[1:])]
    needed = reader.voices_needed()
    changes = reader.indexed_changes([row.serial for row in shared])
    return tuple(
        Touched(
            row,
            standing_in_list(row, changes[row.serial], now, needed),
            tuple(cause_of(reader, row, one.kind, one.value) for one in conditions),
        )
        for row in sorted(shared, key=lambda row: row.log_index)
    )


def rows_for(reader: Reader, condition: Condition) -> tuple[CertificateRow, ...]:
    """The certificates that meet one condition.

    Raises:
        UsageError: CERT-E625, it cannot be read.
    """
    kind, value = condition
    if kind == "key":
        if not _KEYID.fullmatch(value.lower()):
            raise unclear(f"{value[:80]!r} is no key id", "give its 64 digits, or the first 8 or more")
        return reader.touched("key", reader.known_terms("key", value.lower()))
    if kind == "engine":
        found = _RANGE.fullmatch(value)
        if found is None and set(value) & set("<>=!~"):
            raise unclear(f"{value[:80]!r} names no versions", VERSIONS)
        if found is None:
            return reader.touched("engine", [value])
        return reader.touched("software", _in_range(reader, found[1].lower(), found[2].strip()))
    if _DIGEST.fullmatch(value.lower()):
        digests = {"benchmark": "benchmark-digest", "policy": "policy-digest"}
        return reader.touched(digests.get(kind, kind), [value.lower()])
    return reader.touched("dataset-name" if kind == "dataset" else kind, [value])


def _in_range(reader: Reader, name: str, versions: str) -> list[str]:
    """The terms of a library in any of its versions. Source: version specifiers of PyPA."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        wanted = SpecifierSet(versions if versions[0] in "<>=!~" else f"=={versions}")
    except InvalidSpecifier as error:
        raise unclear(f"{versions[:80]!r} names no versions", VERSIONS) from error
    found = []
    for term in reader.known_terms("software", f"{name} "):
        try:
            if wanted.contains(Version(term.rpartition(" ")[2]), prereleases=True):
                found.append(term)
        except InvalidVersion:
            found.append(term)  # nobody can tell whether it is in the range, and a person looks at the list
    return found


def unclear(what: str, hint: str) -> UsageError:
    """The error for a condition that cannot be read."""
    return UsageError("CERT-E625", what, "what is touched has to be named exactly, or the wrong certificates are", hint)
