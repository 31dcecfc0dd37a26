"""The journal: every answer as it came, appended, synced and chained, so that a run can stop anywhere.

A journal is a JSON Lines file. The first line says what the answers belong to; each further line holds one
completion, or the score of one given text, and the digest of everything before it. Answers are committed in
batches: the last line of a batch says so, and what follows the last such line was being written when the machine
stopped and does not count. Anything else that does not fit was altered, and is refused.

Source: our own format, described in docs/engines.md.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from certify.engines.episodes import by_request, unfold
from certify.engines.journal_lines import Contents, Entry, add_entries, altered, entry_line, first_line, read_lines
from certify.engines.order import JournalHeader, Key
from certify.errors import EvidenceMissing, HostileInput, InternalError, UsageError
from certify.evidence.answers import Completion, Request
from certify.evidence.model import ReasoningTags
from certify.evidence.scores import TextScore
from certify.statistics.stream import turn_seed


def read_journal(path: Path, header: JournalHeader | None = None) -> dict[Key, Completion]:
    """The committed completions of a journal by key; none where there is no journal.

    Args:
        path: the journal.
        header: what it must belong to; anything when absent.

    Raises:
        HostileInput: CERT-E061, a committed line was altered.
        UsageError: CERT-E062, the journal belongs to something else.
    """
    return _contents(path, header).completions


def read_scores(path: Path, header: JournalHeader | None = None) -> dict[str, TextScore]:
    """The committed scores of given texts by key, otherwise as :func:`read_journal`."""
    return _contents(path, header).scores


LOCK_SECONDS = 2.0
"""A worker that is being stopped lets go of its journal within this time."""


class Journal:
    """A journal open for appending; only one process can have it open.

    Use :meth:`open`, preferably in a ``with`` statement.
    """

    def __init__(self, path: Path, descriptor: int, contents: Contents) -> None:
        self._path = path
        self._descriptor = descriptor
        self._chain = contents.chain
        self._completions = contents.completions
        self._scores = contents.scores

    @classmethod
    def open(cls, path: Path, header: JournalHeader) -> Self:
        """Continues the journal at ``path``, or begins one there.

        Raises:
            HostileInput: CERT-E061, a committed line was altered, or the path is a link.
            UsageError: CERT-E062, the journal belongs to something else or another process writes to it.
        """
        descriptor = _open_locked(path)
        try:
            with os.fdopen(os.dup(descriptor), "rb") as file:
                contents = read_lines(file, path)
            if contents.header is None:
                contents = _begin(path, descriptor, header)
            _require_same(path, contents.header, header)
            os.ftruncate(descriptor, contents.size)
            return cls(path, descriptor, contents)
        except BaseException:
            os.close(descriptor)
            raise

    def append(self, batch: Sequence[Entry]) -> None:
        """Commits a batch: all of it survives a crash from now on, or none of it.

        Raises:
            InternalError: CERT-E061, a request was answered before; committed answers never change.
        """
        data, chain, new = list[bytes](), self._chain, set[Key | str]()
        for place, entry in enumerate(batch, 1):
            if entry.key in self._completions or entry.key in self._scores or entry.key in new:
                raise InternalError("CERT-E061", f"{entry.key} was answered twice", "answers never change")
            line, chain = entry_line(chain, entry, place == len(batch))
            data.append(line)
            new.add(entry.key)
        _write_all(self._descriptor, b"".join(data))
        os.fsync(self._descriptor)
        self._chain = chain
        add_entries(batch, self._completions, self._scores)

    def completions(self) -> dict[Key, Completion]:
        """The committed completions by key."""
        return dict(self._completions)

    def scores(self) -> dict[str, TextScore]:
        """The committed scores of given texts by key."""
        return dict(self._scores)

    def close(self) -> None:
        """Lets another process open the journal."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _contents(path: Path, header: JournalHeader | None) -> Contents:
    try:
        with path.open("rb") as file:
            contents = read_lines(file, path)
    except FileNotFoundError:
        return Contents(None, {}, {}, "", 0)
    if header is not None and contents.header is not None:
        _require_same(path, contents.header, header)
    return contents


def _open_locked(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise HostileInput("CERT-E061", f"the journal {path} cannot be opened: {error.strerror}") from error
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() < until:
                time.sleep(0.05)
                continue
            os.close(descriptor)
            raise UsageError(
                "CERT-E062",
                f"another process is writing to the journal {path}",
                "two runs cannot share a journal",
                "wait for the other run to end, or stop it",
            ) from error
        return descriptor


def _begin(path: Path, descriptor: int, header: JournalHeader) -> Contents:
    line, chain = first_line(header)
    if not line.startswith(os.pread(descriptor, len(line), 0)):
        raise altered(path, 1, "this file is no journal")
    os.ftruncate(descriptor, 0)
    _write_all(descriptor, line)
    os.fsync(descriptor)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Contents(header, {}, {}, chain, len(line))


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _require_same(path: Path, found: JournalHeader | None, wanted: JournalHeader) -> None:
    if found == wanted:
        return
    names = sorted(JournalHeader.model_fields)
    differing = [n.replace("_", " ") for n in names if getattr(found, n, None) != getattr(wanted, n)]
    raise UsageError(
        "CERT-E062",
        f"the journal {path} belongs to another run: {', '.join(differing)} differ",
        "answers made in other conditions do not count for this plan",
        "go on with the run that made it, or begin a new one",
    )


def unanswered(
    requests: Sequence[Request],
    completions: dict[Key, Completion],
    path: Path,
    reasoning: ReasoningTags | None = None,
) -> int:
    """How many of a run's requests a journal does not answer yet, or not to the end.

    Args:
        requests: the run.
        completions: what the journal holds.
        path: the journal, named in errors.
        reasoning: how the model marks its reasoning; sessions do not see it.

    Raises:
        UsageError: CERT-E062, it answers something that the run does not ask, or with another seed.
    """
    said, lacking = by_request(completions.values()), 0
    for request in requests:
        turns = said.pop(request.key, {})
        episode = unfold(request, turns, reasoning)
        lacking += not episode.over
        for turn, completion in turns.items():
            asked = turn < len(episode.said) and completion.seed == str(turn_seed(request.seed, turn))
            if not asked or (completion.logprobs is None) != (request.given is None):
                raise _not_asked(completion.key, path)
    for turns in said.values():
        raise _not_asked(next(iter(turns.values())).key, path)
    return lacking


def _not_asked(key: Key, path: Path) -> UsageError:
    return UsageError(
        "CERT-E062",
        f"the journal {path} answers {'/'.join(map(str, key))}, which this run does not ask so",
        "answers to other requests do not count for this plan",
        "go on with the run that made the journal, or begin a new one",
    )


def require_complete(
    requests: Sequence[Request],
    completions: dict[Key, Completion],
    path: Path,
    reasoning: ReasoningTags | None = None,
) -> None:
    """Returns where a journal answers all of a run.

    Raises:
        EvidenceMissing: CERT-E060, requests are unanswered.
        UsageError: CERT-E062, it answers another run.
    """
    if lacking := unanswered(requests, completions, path, reasoning):
        raise EvidenceMissing(
            "CERT-E060",
            f"the engine stopped with {lacking} of {len(requests)} requests unanswered",
            f"the answers so far are safe in {path}",
            "give the same command again: it asks only what is missing",
        )
