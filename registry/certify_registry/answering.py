"""What a registry answers about one certificate, all of it from one moment of its log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from certify.evidence.canonical import parse_json
from certify.evidence.statement import RENDERING, STATUS
from certify.trust.tlog_proof import format_tlog_proof
from certify.verify.document import RegistryAnswer, StatusEntry
from certify_registry.log import tree
from certify_registry.log.committed import Committed, Logged
from certify_registry.store import lookup

if TYPE_CHECKING:
    from certify_registry.reader import Reader


class Proven(NamedTuple):
    """A logged statement and where it is."""

    log_index: int
    """Log index."""
    bundle: bytes
    """The signed statement."""
    proof: str
    """tlog-proof against the checkpoint of the answer."""


class AnswerParts(NamedTuple):
    """What one head of the log says of a certificate; no part is of a newer or an older log than another."""

    rendering: Proven | None
    """The newest rendering; None where none is logged."""
    statuses: tuple[Proven, ...]
    """Every change of its standing, in the log's order."""
    checkpoint: str
    """The head, signed, with the cosignatures that are kept for it."""


def read_parts(connection: Connection, committed: Committed, kept: Callable[[str], str], serial: str) -> AnswerParts:
    """The parts of an answer under the newest head of a snapshot.

    Args:
        connection: one snapshot of the database.
        committed: the log's statements.
        kept: adds the cosignatures that are kept for a checkpoint.
        serial: the certificate.

    Raises:
        RegistryError: CERT-E070, the entries are not those of the signed head, or the index is not theirs.
    """
    head = tree.read_head(connection)
    checkpoint = kept(head.checkpoint)

    def proven(logged: Logged) -> Proven:
        place, bundle = logged
        path = tree.inclusion(connection, place, head.size)
        return Proven(place, bundle, format_tlog_proof(place, path, checkpoint))

    renderings = committed.about(connection, RENDERING, serial, lookup.rendering_indexes(connection, serial))
    statuses = committed.about(connection, STATUS, serial, lookup.status_indexes(connection, serial))
    return AnswerParts(proven(renderings[-1]) if renderings else None, tuple(map(proven, statuses)), checkpoint)


def ask_registry(reader: Reader, serial: str) -> RegistryAnswer:
    """The registry's answer about one certificate as ``certify verify`` reads it, every part signed or proven.

    Raises:
        RegistryError: CERT-E070, what is on disk is not what was logged.
    """
    parts = reader.answer_parts(serial)
    rendering = parts.rendering
    return RegistryAnswer(
        serial=serial,
        rendering=parse_json(rendering.bundle, name="rendering") if rendering else None,
        rendering_proof=rendering.proof if rendering else None,
        statuses=tuple(
            StatusEntry(bundle=parse_json(one.bundle, name="status"), proof=one.proof) for one in parts.statuses
        ),
        checkpoint=parts.checkpoint,
    )
