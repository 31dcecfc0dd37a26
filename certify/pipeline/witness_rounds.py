"""A server's witnesses are asked as its log grows, in a thread of its own; no statement waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from certify.errors import CertifyError
from certify.pipeline.cosigning import cosign, witnesses_of
from certify.pipeline.workspace import Workspace
from certify.trust.witnessed import witnessed

if TYPE_CHECKING:
    from certify_registry import Registry

EVERY = 1.0
"""Seconds between looks at the size of the log, whoever makes it grow."""
AGAIN = 60.0
"""Seconds until a witness that did not answer is asked about the same checkpoint again."""


class WitnessRounds:
    """Asks the witnesses of a workspace about its log, round after round, until it is closed.

    Args:
        workspace: whose file of witnesses is read, anew each time.
        registry: open with its key.
        note: is told what goes wrong.
        every: seconds between looks.
    """

    def __init__(
        self, workspace: Workspace, registry: Registry, note: Callable[[str], None], *, every: float = EVERY
    ) -> None:
        self._workspace, self._registry, self._note, self._every = workspace, registry, note, every
        self._asked, self._again, self._told = -1, 0.0, ""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witnesses", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ask nobody any more; waits for the round that is under way."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._every):
            try:
                self._round()
            except CertifyError as error:
                self._tell(f"{error.code}: {error.what}")
            except Exception as error:  # the thread has to outlive whatever a network or a database comes up with
                self._tell(f"{type(error).__name__}: {error}")

    def _round(self) -> None:
        policy = witnesses_of(self._workspace, self._registry.vkey)
        size = self._registry.size
        if policy is None or not size or (size == self._asked and time.monotonic() < self._again):
            return
        told = witnessed(self._registry.checkpoint(), policy)
        silent = {one.key.name for one in policy.witnesses if one.url is not None} - set(told.times)
        trouble = ""
        if silent:  # else another server before the same log has asked them
            found = cosign(self._registry, policy)
            trouble = found.deficit(policy) or "; ".join(f"{name}: {why}" for name, why in found.troubles)
        self._asked, self._again = size, time.monotonic() + AGAIN
        self._tell(f"witnesses: {trouble}" if trouble else "")

    def _tell(self, trouble: str) -> None:
        """What is wrong, once for as long as it is the same."""
        if trouble and trouble != self._told:
            self._note(trouble)
        self._told = trouble
