"""What the witnesses' cosignatures under a checkpoint come to under a reader's policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from certify.errors import HostileInput
from certify.trust.cosignature import verify_cosignatures
from certify.trust.note import Checkpoint, Note, parse_checkpoint, parse_note, unverified, verify_note
from certify.trust.tlog_policy import TlogPolicy
from certify.trust.tlog_proof import LogProof, included, parse_tlog_proof


@dataclass(frozen=True)
class Witnessed:
    """A checkpoint with what known witnesses said of it; every signature is verified."""

    checkpoint: Checkpoint
    """What the log commits to."""
    times: Mapping[str, int]
    """Witness, by the name it signs under, to the newest time it gave, in seconds since 1970."""
    satisfied: bool
    """Whether they are enough under the policy."""
    time: int | None
    """The newest time as of which enough witnesses called this the largest tree they had seen; absent where the policy
    asks for none, or they are too few."""

    @property
    def time_text(self) -> str:
        """That time in UTC, ``2026-11-23T17:00:00Z``; empty where there is none."""
        return "" if self.time is None else time_text(self.time)

    def words(self, policy: TlogPolicy) -> str:
        """Who cosigned, in half a sentence."""
        names = dict.fromkeys(key.name for key in policy.keys)
        told = f"{len(self.times)} of {len(names)} witnesses cosigned the log of {self.checkpoint.size} entries"
        return told + (f", {', '.join(sorted(self.times))}" if self.times else "")


def witnessed(document: str | Note, policy: TlogPolicy) -> Witnessed:
    """A checkpoint that a log of the policy signed, and what the policy's witnesses said of it.

    Raises:
        HostileInput: CERT-E075 malformed; CERT-E076, no log of the policy signed it, the log's name is another, or a
            known key's signature is wrong.
    """
    note = parse_note(document) if isinstance(document, str) else document
    checkpoint = parse_checkpoint(note.text)
    signed = verify_note(note, [log.key for log in policy.logs])
    if not any(key.name == checkpoint.origin for key in signed):
        raise unverified(f"the checkpoint speaks for the log {checkpoint.origin}, the key for {signed[0].name}")
    return _counted(note, checkpoint, policy)


def require_quorum(document: str, policy: TlogPolicy) -> Witnessed:
    """The same, where the witnesses must be enough.

    Raises:
        HostileInput: as :func:`witnessed`; CERT-E640, they are too few.
    """
    found = witnessed(document, policy)
    if not found.satisfied:
        raise too_few(found.words(policy))
    return found


def verify_witnessed_proof(text: str, leaf_data: bytes, policy: TlogPolicy) -> tuple[LogProof, Witnessed]:
    """What a log proof establishes of an entry, and who saw the history it belongs to; each signature checked once.

    Args:
        text: the proof.
        leaf_data: the entry, as the log hashed it.
        policy: whose logs and witnesses count.

    Raises:
        HostileInput: as :func:`require_quorum`; CERT-E076, the entry is not at this place of the log.
    """
    proof = parse_tlog_proof(text)
    found = require_quorum(proof.checkpoint, policy)
    return included(proof, leaf_data, found.checkpoint), found


def too_few(words: str) -> HostileInput:
    """The error for a checkpoint that too few witnesses cosigned."""
    return HostileInput(
        "CERT-E640",
        f"too few witnesses: {words}",
        "the log could show others another history",
        "ask whoever keeps the log for a proof under a checkpoint that enough witnesses have cosigned",
    )


def time_text(time: int) -> str:
    """Seconds since 1970 as a time in UTC; the year 9999 stands for all later ones."""
    latest = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    moment = datetime.fromtimestamp(time, UTC) if time < latest.timestamp() else latest
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _counted(note: Note, checkpoint: Checkpoint, policy: TlogPolicy) -> Witnessed:
    found = verify_cosignatures(note, policy.keys)
    voices = {one.name: found[one.key] for one in policy.witnesses if one.key in found}
    times: dict[str, int] = {}
    for key, time in found.items():
        times[key.name] = max(times.get(key.name, 0), time)
    return Witnessed(checkpoint, times, policy.satisfied(voices), _quorum_time(voices, policy))


def _quorum_time(voices: Mapping[str, int], policy: TlogPolicy) -> int | None:
    """The newest time by which the voices that are at least as new are enough; none where nobody must speak."""
    if policy.satisfied(()):
        return None
    for time in sorted(set(voices.values()), reverse=True):
        if policy.satisfied([name for name, said in voices.items() if said >= time]):
            return time
    return None
