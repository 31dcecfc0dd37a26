"""The status lists that a server gives out: made when somebody asks, and again when they would say something else."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.trust.note import parse_checkpoint, parse_note
from certify.trust.status_list import StatusLists
from certify_registry.lifecycle.snapshots import make_lists
from certify_registry.reader import Reader

HOURS = 24.0
"""From one set of lists to the next."""


class CurrentLists:
    """The signed status lists of a registry, as it is now.

    A set is used again until the log has grown or was cosigned anew, or until half of its time is over, so that nobody
    gets lists that are due in a minute.

    Args:
        reader: the registry.
        log_key: the key that signs its checkpoints.
        now: gives the time in UTC, ``2026-11-23T17:00:00Z``.
        later: a time and ``hours``, which it adds.
    """

    def __init__(
        self, reader: Reader, log_key: Ed25519PrivateKey, now: Callable[[], str], later: Callable[..., str]
    ) -> None:
        self._reader, self._log_key, self._now, self._later = reader, log_key, now, later
        self._lock = threading.Lock()
        self._made: tuple[str, str, StatusLists] | None = None

    def __call__(self) -> StatusLists | None:
        """The lists; None while the log is empty.

        Raises:
            RegistryError: CERT-E070, the entries of the log are not those it has signed for.
        """
        with self._lock:  # one set is made at a time, whoever asks meanwhile gets the same
            note, moment = self._reader.checkpoint(), self._now()
            if self._made is None or self._made[0] != note or moment >= self._made[1]:
                if parse_checkpoint(parse_note(note).text).size == 0:
                    return None
                until = self._later(moment, hours=HOURS)
                lists, _ = make_lists(self._reader, self._log_key, now=moment, until=until)
                self._made = note, self._later(moment, hours=HOURS / 2), lists
            return self._made[2]
