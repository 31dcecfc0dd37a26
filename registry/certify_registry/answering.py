"""What a registry says of one certificate, as ``certify verify`` reads it."""

from __future__ import annotations

from certify.evidence.canonical import parse_json
from certify.verify.document import RegistryAnswer, StatusEntry
from certify_registry.reader import Reader


def ask_registry(reader: Reader, serial: str) -> RegistryAnswer:
    """The registry's answer about one certificate, every part signed or proven.

    Raises:
        RegistryError: CERT-E070, what is on disk is not what was logged.
    """
    rendering = reader.rendering_of(serial)
    return RegistryAnswer(
        serial=serial,
        rendering=parse_json(rendering[1], name="rendering") if rendering else None,
        rendering_proof=reader.proof(rendering[0]) if rendering else None,
        statuses=tuple(
            StatusEntry(bundle=parse_json(bundle, name="status"), proof=reader.proof(index))
            for index, bundle in reader.statuses(serial)
        ),
        checkpoint=reader.checkpoint(),
    )
