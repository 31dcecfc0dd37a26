"""The newest checkpoint that witnesses have cosigned, kept beside the log.

The database signs each checkpoint once; what others add to it later comes from outside, can be asked for again, and so
lies in an object of its own.
"""

from __future__ import annotations

from certify.errors import HostileInput
from certify.trust.note import Note, parse_note, signature_line
from certify_registry.store.ports import Objects

COSIGNED = "cosigned"
_LIMIT = 1024 * 1024


class KeptCosignatures:
    """The object ``cosigned`` of a registry.

    Args:
        objects: where the registry's public files lie.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def newest(self) -> str | None:
        """The newest checkpoint with its cosignatures; None where there is none, or none that can be read."""
        note = self._read()
        return None if note is None else f"{note.text}\n" + _lines(note)

    def over(self, checkpoint: str) -> str:
        """A checkpoint with the cosignatures that are kept for exactly it; nothing of them is verified here."""
        kept = self._read()
        if kept is None or not checkpoint.startswith(f"{kept.text}\n"):
            return checkpoint
        own = parse_note(checkpoint).signatures
        return checkpoint + _lines(kept._replace(signatures=tuple(x for x in kept.signatures if x not in own)))

    def keep(self, note: str) -> None:
        """Keep a checkpoint with its cosignatures instead of the former one.

        Raises:
            OSError: the disk is full or not writable.
        """
        self._objects.put_many({COSIGNED: note.encode()}, derived=True)

    def _read(self) -> Note | None:
        try:
            return parse_note(self._objects.get(COSIGNED, _LIMIT).decode("utf-8"))
        except (OSError, ValueError, HostileInput):
            return None


def _lines(note: Note) -> str:
    return "".join(signature_line(*line) for line in note.signatures)
