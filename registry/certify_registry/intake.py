"""What the log answers to each statement of a batch, judged one after another in the order they will have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certify.errors import CertifyError
from certify.trust.bundle import verify_signature
from certify_registry import admission
from certify_registry.checking import Checked
from certify_registry.log.batch import Batch
from certify_registry.store import lookup


@dataclass(frozen=True)
class Place:
    """Where a statement is in the log."""

    index: int
    """Log index."""
    duplicate: bool
    """Whether it was there before."""


class Intake:
    """Judges the statements of one batch.

    Args:
        batch: what they are added to.
        now: the time in UTC.
        checked: all of them, or why one is none.
    """

    def __init__(self, batch: Batch, now: str, checked: Sequence[Checked | CertifyError]) -> None:
        self._batch, self._now = batch, now
        self._roles: dict[str, dict[str, str]] = {}
        leaves = [one.submission.leaf_hash for one in checked if isinstance(one, Checked)]
        self._known = lookup.places_of_leaves(batch.connection, leaves)
        self.fresh: list[bytes] = []
        """The bundles that enter the log."""
        self.again: list[bytes] = []
        """Bundles that it has, and has to hold for its answers to be true."""

    def take(self, checked: Checked | CertifyError) -> Place | CertifyError:
        """The place of a statement, or why the log does not take it; its neighbours are not touched."""
        if isinstance(checked, CertifyError):
            return checked
        try:
            place = self._place(checked)
        except CertifyError as error:
            return error
        if place is None:
            index = self._batch.add(checked.submission, checked.bundle_sha256, self._now)
            self._known[checked.submission.leaf_hash] = (index, checked.bundle_sha256)
            self.fresh.append(checked.data)
            return Place(index, duplicate=False)
        return Place(place, duplicate=True)

    def _place(self, checked: Checked) -> int | None:
        """Where it is already, or None where it may be added."""
        known = self._known.get(checked.submission.leaf_hash)
        if known is not None and known[1] == checked.bundle_sha256:
            self.again.append(checked.data)  # put back if the disk has lost it
            return known[0]
        self._require_signer(checked)
        if known is not None:
            return known[0]
        admission.check_order(self._batch.connection, checked.submission, self._now)
        return None

    def _require_signer(self, checked: Checked) -> None:
        keyid = checked.submission.bundle.keyid
        if keyid not in self._roles:
            self._roles[keyid] = admission.enrolled_roles(self._batch.connection, keyid)
        pem = admission.require_role(self._roles[keyid], checked.submission)
        if checked.forged is not None:
            raise checked.forged
        if not checked.verified:
            verify_signature(checked.submission.bundle, pem)
