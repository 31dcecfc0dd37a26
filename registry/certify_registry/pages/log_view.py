"""The newest entries of the log, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from certify.errors import CertifyError
from certify.evidence.statement import CERTIFICATE, RENDERING, SHORT_NAMES, STATUS
from certify.trust.bundle import parse_bundle, statement_of
from certify_registry.reader import Reader
from certify_registry.store.lookup import EntryRow

RECENT = 30
_WINDOW = 256
_ABOUT_A_CERTIFICATE = (CERTIFICATE, RENDERING, STATUS)


class Logged(NamedTuple):
    """An entry."""

    place: int
    """Place in the log."""
    kind: str
    """Kind of statement."""
    detail: str
    """What happened, for a change of standing."""
    serial: str
    """The certificate it is about; empty for evidence."""
    keyid: str
    """Who signed."""
    time: str
    """When the registry took it, by the registry's clock."""


class Change(NamedTuple):
    """A change of a certificate's standing."""

    place: int
    """Place in the log."""
    serial: str
    """The certificate."""
    state: str
    """``revoked``, ``suspended``, ``reinstated`` or ``superseded``."""
    reason: str
    """In the revoker's words."""
    time: str
    """When the registry took it, by the registry's clock."""


def recent(reader: Reader, count: int = RECENT) -> tuple[Logged, ...]:
    """The newest entries, newest first."""
    size = reader.size
    return tuple(_logged(reader, row) for row in reversed(reader.entries(max(0, size - count), size)))


def changes(reader: Reader, count: int = 50, *, reach: int = 20_000) -> Iterator[Change]:
    """The newest changes of standing, newest first.

    Args:
        reader: the registry.
        count: how many at most.
        reach: how many entries back it looks at most, so that a long log cannot hold up whoever asks.
    """
    size = end = reader.size
    while end > max(0, size - reach) and count > 0:
        start = max(0, end - _WINDOW)
        for row in reversed(reader.entries(start, end)):
            if row.predicate_type == STATUS and count > 0:
                yield _change(reader, row)
                count -= 1
        end = start


def _logged(reader: Reader, row: EntryRow) -> Logged:
    kind = SHORT_NAMES.get(row.predicate_type, "statement")
    serial = detail = ""
    if row.predicate_type in _ABOUT_A_CERTIFICATE:
        try:
            predicate = statement_of(parse_bundle(reader.bundle_at(row.log_index))).predicate
            serial, detail = str(predicate["serial"]), str(predicate.get("state", ""))
        except CertifyError:
            detail = "damaged on disk"
    return Logged(row.log_index, kind, detail, serial, row.keyid, row.appended_at)


def _change(reader: Reader, row: EntryRow) -> Change:
    said = statement_of(parse_bundle(reader.bundle_at(row.log_index))).predicate
    return Change(row.log_index, str(said["serial"]), str(said["state"]), str(said["reason"]), row.appended_at)
