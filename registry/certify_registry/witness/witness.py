"""A witness of transparency logs: cosigns a checkpoint only if it extends all it has cosigned of that log before.

Source: C2SP tlog-witness, whose statuses are given exactly. ``sign-subtree``, which is optional there, is not offered.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from certify.errors import HostileInput, UsageError
from certify.evidence.merkle import tree_root, verify_consistency
from certify.trust.cosignature import LONGEST_NAME, Cosigner, cosign
from certify.trust.note import Note, VerifierKey, signature_line, verify_note
from certify_registry.witness.request import Submission, parse_submission
from certify_registry.witness.store import Latest, Turn, WitnessStore

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
Clock = Callable[[], float]


class Answer(NamedTuple):
    """What a witness answers."""

    status: int
    body: str
    kind: str = TEXT
    """Content type."""


class Witness:
    """A witness with its keys, the logs it watches and its memory.

    Args:
        logs: keys of the logs; a key's name is the log's, and several keys may sign for one log.
        cosigners: the witness's own keys; each cosigns.
        store: what it has cosigned.
        clock: seconds since 1970.
        alarm: told of a log that has signed two histories.

    Raises:
        UsageError: CERT-E011, a log's name is too long for a cosignature.
    """

    def __init__(
        self,
        logs: Iterable[VerifierKey],
        cosigners: Sequence[Cosigner],
        store: WitnessStore,
        clock: Clock = time.time,
        alarm: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._logs: dict[str, list[VerifierKey]] = {}
        for key in logs:
            if len(key.name.encode()) > LONGEST_NAME:
                raise UsageError("CERT-E011", f"the name of the log {key.name[:80]} is too long to be cosigned")
            self._logs.setdefault(key.name, []).append(key)
        self._cosigners, self._store, self._clock, self._alarm = tuple(cosigners), store, clock, alarm

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to ``POST /add-checkpoint``; what it says it has seen is on the disk before it is given.

        Raises:
            RegistryError: CERT-E642, the memory cannot be used, so nothing was signed.
        """
        try:
            asked = parse_submission(body)
        except HostileInput as error:
            return Answer(400, f"{error.why}\n")
        keys = self._logs.get(asked.origin)
        if keys is None:
            return Answer(404, "this witness does not watch that log\n")
        try:
            verify_note(asked.note, keys)
        except HostileInput as error:
            return Answer(403, f"{error.why}\n")
        if asked.old_size > asked.checkpoint.size:
            return Answer(400, "the old size is larger than the checkpoint's\n")
        with self._store.turn(asked.origin) as turn:
            return self._decide(asked, turn)

    def checkpoint(self, origin_hash: str) -> Answer:
        """The answer to ``GET /<origin hash>/checkpoint``: the newest checkpoint that was cosigned.

        Raises:
            RegistryError: CERT-E642, the memory cannot be used.
        """
        for origin in self._logs:
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                latest = self._store.latest(origin)
                if latest is not None:
                    return Answer(200, latest.note)
        return Answer(404, "no checkpoint of such a log was cosigned here\n")

    def _decide(self, asked: Submission, turn: Turn) -> Answer:
        size = 0 if turn.latest is None else turn.latest.size
        if asked.old_size != size:
            return Answer(409, f"{size}\n", SIZE)
        wrong = _contradiction(asked, turn.latest)
        if wrong:
            if turn.latest is not None and asked.checkpoint.size == size and not asked.path:
                turn.accuse(int(self._clock()), _document(asked.note, asked.note.signatures))
                self._alarm(f"{asked.origin} has signed two histories of {size} entries; both checkpoints are kept")
            return Answer(422, f"{wrong}\n")
        lines = "".join(cosign(asked.note.text, cosigner, max(1, int(self._clock()))) for cosigner in self._cosigners)
        turn.advance(Latest(asked.checkpoint.size, asked.checkpoint.root, self._kept(asked.note) + lines))
        return Answer(200, lines)

    def _kept(self, note: Note) -> str:
        """The note with the log's own signatures alone: nothing is passed on that was not verified."""
        keys = {(key.name, key.key_id) for held in self._logs.values() for key in held}
        return _document(note, [line for line in note.signatures if (line.name, line.key_id) in keys])


def _contradiction(asked: Submission, latest: Latest | None) -> str:
    """Why a checkpoint does not extend what was cosigned before; empty where it does."""
    checkpoint = asked.checkpoint
    if checkpoint.size == 0 and checkpoint.root != tree_root(()):
        return "an empty log has another root"
    if asked.old_size == 0:
        return "from an empty log no proof is needed, and none may be given" if asked.path else ""
    assert latest is not None  # noqa: S101 -- the old size is that of what was cosigned
    if asked.old_size == checkpoint.size and latest.root != checkpoint.root:
        return "another checkpoint of this size was cosigned before"
    if not verify_consistency(asked.old_size, checkpoint.size, latest.root, checkpoint.root, asked.path):
        return "the proof does not lead from the checkpoint cosigned before to this one"
    return ""


def _document(note: Note, lines: Iterable[tuple[str, bytes, bytes]]) -> str:
    return f"{note.text}\n" + "".join(signature_line(*line) for line in lines)
