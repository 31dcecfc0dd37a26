"""Signed status lists of a registry: what its log says of every certificate at one moment, in one download."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import UsageError
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json
from certify.evidence.lifecycle import StatusList, StatusPurpose
from certify.evidence.statement import statement_bytes
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner
from certify.trust.note import parse_checkpoint, parse_note
from certify.trust.status import Change, Needed, Standing, fold_changes
from certify.trust.status_list import StatusLists, bits_of, encode_bits, subject_for

if TYPE_CHECKING:
    from certify_registry.reader import Reader

SET_BY = {
    Standing.REVOKED: StatusPurpose.REVOCATION,
    Standing.SUSPENDED: StatusPurpose.SUSPENSION,
    Standing.SUPERSEDED: StatusPurpose.REFRESH,
}
"""Which list has the bit of a certificate that stands so; no other has."""


def withdrawn_in(
    places: Mapping[str, int], changes: Mapping[str, Iterable[Change]], needed: Needed, size: int
) -> dict[StatusPurpose, list[int]]:
    """For each purpose, the log indexes whose bit is set: a function of the first ``size`` entries of a log alone.

    Args:
        places: log index of each certificate.
        changes: every word about the standing of each certificate that has any.
        needed: how many revokers must agree.
        size: entries of the log that are looked at.
    """
    found: dict[StatusPurpose, list[int]] = {purpose: [] for purpose in StatusPurpose}
    for serial, said in changes.items():
        standing = fold_changes(serial, (one for one in said if one.index < size), needed).standing
        if standing in SET_BY and places[serial] < size:
            found[SET_BY[standing]].append(places[serial])
    return {purpose: sorted(indexes) for purpose, indexes in found.items()}


def make_lists(
    reader: Reader, log_key: Ed25519PrivateKey, *, now: str, until: str
) -> tuple[StatusLists, list[StatusList]]:
    """The signed lists of a registry as it is now, and the same unsigned.

    The same log and times give the same bits, and with the same zlib the same bytes.

    Args:
        reader: the registry.
        log_key: the key that signs its checkpoints.
        now: when the lists are made, in UTC, ``2026-11-23T17:00:00Z``.
        until: when the next ones are due.

    Raises:
        UsageError: CERT-E624, the log is empty, or the lists would be due before they are made.
        RegistryError: CERT-E070, the entries of the log are not those it has signed for.
    """
    note = reader.checkpoint()
    checkpoint = parse_checkpoint(parse_note(note).text)
    if checkpoint.size == 0 or until <= now:
        raise UsageError(
            "CERT-E624",
            "there is nothing to make status lists of" if checkpoint.size == 0 else f"{until} is not after {now}",
            "a list speaks for the entries of a log until the next one is due",
        )
    places = {row.serial: row.log_index for row in reader.certificates()}
    withdrawn = withdrawn_in(places, reader.all_changes(), reader.voices_needed(), checkpoint.size)
    signer, made, signed = KeySigner.of(log_key), [], []
    for purpose in StatusPurpose:
        bits = bits_of(withdrawn[purpose], checkpoint.size)
        made.append(_list(note, purpose, bits, now, until))
        payload = statement_bytes(subject_for(checkpoint.origin, purpose, bits), kinds.STATUS_LIST, made[-1])
        signed.append(parse_json(sign_statement(payload, signer), name="status list"))
    return StatusLists(lists=tuple(signed)), made


def _list(note: str, purpose: StatusPurpose, bits: bytes, now: str, until: str) -> StatusList:
    checkpoint = parse_checkpoint(parse_note(note).text)
    return StatusList(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        checkpoint=note,
        status_purpose=purpose,
        encoded_list=encode_bits(bits),
        valid_from=now,
        valid_until=until,
    )
