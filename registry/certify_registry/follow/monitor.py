"""A monitor: follows a log, and notices when it takes something back or shows others another history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from certify.errors import RegistryError
from certify.trust.note import Checkpoint, VerifierKey, parse_note, verify_checkpoint
from certify.trust.tlog_policy import TlogPolicy
from certify.trust.witnessed import Witnessed, witnessed
from certify_registry.exchange import failed
from certify_registry.follow.matching import Match, told_of
from certify_registry.follow.source import Source
from certify_registry.follow.state import MonitorState
from certify_registry.follow.tree import VerifiedTree

CHECKPOINT = "checkpoint"
MAX_NOTE = 1024 * 1024
FORK = "fork"
ROLLBACK = "rollback"


@dataclass(frozen=True)
class Seen:
    """What one look at a log brought."""

    checkpoint: Checkpoint
    """What the log commits to now."""
    before: int
    """Entries known before."""
    told: int
    """New entries that are told about."""
    fault: str = ""
    """``fork``: two signed checkpoints contradict each other; ``rollback``: the log shows less than it did."""
    words: str = ""
    """The fault in a sentence."""
    witnesses: Witnessed | None = None
    """What known witnesses say of the checkpoint; absent where none are named."""


class Monitor:
    """Follows one log.

    Args:
        source: where its public files are.
        key: the log's key.
        state: what was seen before.
        matches: which entries are told about; all where there are none.
        policy: witnesses to look for; the log of it is ``key``'s.
    """

    def __init__(
        self,
        source: Source,
        key: VerifierKey,
        state: MonitorState,
        *,
        matches: tuple[Match, ...] = (),
        policy: TlogPolicy | None = None,
    ) -> None:
        self._source, self._key, self._state, self._matches, self._policy = source, key, state, matches, policy

    def look(self, now: str) -> Seen:
        """Reads what is new, all of it verified, and remembers it together with what is to be told.

        Args:
            now: the time, ``2026-11-26T17:00:00Z``.

        Raises:
            HostileInput: CERT-E075, CERT-E076, what is called the checkpoint is none of this log.
            RegistryError: CERT-E643, the files are not those of the checkpoint; CERT-E644, they cannot be read;
                CERT-E647, the state cannot be used.
        """
        note = self._read()
        newest = verify_checkpoint(note, self._key)
        seen_by = None if self._policy is None else witnessed(note, self._policy)
        known_note = self._state.checkpoint(self._key.vkey)
        known = None if known_note is None else verify_checkpoint(known_note, self._key)
        before = 0 if known is None else known.size
        for other in (*([known_note] if known_note else []), *self._state.heard(self._key.vkey)):
            fault, words = self._contradiction(verify_checkpoint(other, self._key), newest)
            if fault:
                self._accuse(fault, now, other, note)
                return Seen(newest, before, 0, fault, words, seen_by)
        tree = VerifiedTree(self._source, newest)
        found = list(self._told(tree, before, now))
        self._state.advance(self._key.vkey, note, found)
        return Seen(newest, before, len(found), witnesses=seen_by)

    def compare(self, other: str, now: str) -> Seen | None:
        """Holds a checkpoint of this log that somebody else was shown against the one known here.

        One such exchange finds a log that shows two histories: two checkpoints of it, each signed, of which neither
        is the beginning of the other. A larger one than the one known here is remembered: the log itself has to show
        as much by the next look, and with it the same history.

        Args:
            other: the signed note as somebody else has it, such as a witness.
            now: the time.

        Returns:
            None where nothing is known here yet.

        Raises:
            HostileInput: CERT-E075, CERT-E076, it is no checkpoint of this log.
            RegistryError: as :meth:`look`.
        """
        theirs = verify_checkpoint(other, self._key)
        known_note = self._state.checkpoint(self._key.vkey)
        if known_note is None:
            return None
        known = verify_checkpoint(known_note, self._key)
        if theirs.size > known.size:
            self._state.hear(self._key.vkey, parse_note(other).text, other)
            return Seen(theirs, known.size, 0)
        if VerifiedTree(self._source, self._readable(known)).root_at(theirs.size) == theirs.root:
            return Seen(known, known.size, 0)
        self._accuse(FORK, now, known_note, other)
        return Seen(known, known.size, 0, FORK, _forked(theirs, known))

    def _contradiction(self, known: Checkpoint, newest: Checkpoint) -> tuple[str, str]:
        """What kind of contradiction there is, and it in words; empty where the log has only grown."""
        if newest.size == known.size:
            return (FORK, _forked(known, newest)) if newest.root != known.root else ("", "")
        small, large = sorted((known, newest), key=lambda one: one.size)
        try:
            found = VerifiedTree(self._source, large).root_at(small.size)
        except RegistryError as error:
            if newest.size > known.size or error.code != "CERT-E643":
                raise
            return ROLLBACK, f"it shows {newest.size} entries and has shown {known.size}, whose files are gone"
        if found != small.root:
            return FORK, _forked(small, large)
        if newest.size < known.size:
            return ROLLBACK, f"it shows {newest.size} entries and has shown {known.size}; both are one history"
        return "", ""

    def _readable(self, known: Checkpoint) -> Checkpoint:
        """The checkpoint under which the files can be read: the log may have grown past the known one."""
        newest = verify_checkpoint(self._read(), self._key)
        if newest.size < known.size or VerifiedTree(self._source, newest).root_at(known.size) != known.root:
            return known
        return newest

    def _told(self, tree: VerifiedTree, start: int, now: str) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        for index, entry in tree.entries(start):
            body = told_of(index, entry, self._matches)
            if body is not None:
                yield "entry", now, {"log": self._key.name, **body}, f"{self._key.vkey} {index}"

    def _accuse(self, kind: str, now: str, ours: str, theirs: str) -> None:
        body = {"log": self._key.name, "logKey": self._key.vkey, "known": ours, "shown": theirs}
        once = hashlib.sha256(f"{kind}\0{ours}\0{parse_note(theirs).text}".encode()).hexdigest()
        self._state.accuse(kind, now, body, once)

    def _read(self) -> str:
        data = self._source.read(CHECKPOINT, MAX_NOTE)
        if data is None:
            raise failed(self._source.name, "has no checkpoint, so it is not where a log is")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise failed(self._source.name, "has no checkpoint in UTF-8") from error


def _forked(small: Checkpoint, large: Checkpoint) -> str:
    if small.size == large.size:
        return f"it has signed two different histories of {small.size} entries"
    return f"its first {small.size} entries are not the ones it has signed, now that it has {large.size}"
