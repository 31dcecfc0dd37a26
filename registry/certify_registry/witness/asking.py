"""The log's side: which cosignatures a checkpoint has, whom to ask for more, and what their answers come to.

Nothing here reaches the network; ``client`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from certify.errors import CertifyError, HostileInput
from certify.trust.cosignature import CosignerKey, verify_cosignatures
from certify.trust.note import Note, SignatureLine, parse_note, parse_number, parse_signature_line, signature_line
from certify.trust.tlog_policy import TlogPolicy
from certify.trust.witnessed import Witnessed, witnessed
from certify_registry.witness.request import MAX_PATH, format_submission

CONFLICT = "text/x.tlog.size"
MAX_ANSWER = 64 * 1024
"""Characters of a witness's answer that are read."""
MAX_LINES = 16
"""Signature lines of one answer."""

Consistency = Callable[[int], Sequence[bytes]]
"""The hashes that lead from an older size, not 0, to the checkpoint at hand."""


class WitnessSaid(NamedTuple):
    """What one witness came to."""

    name: str
    """The name it signs under."""
    lines: str = ""
    """Its signature lines, nothing of them verified."""
    trouble: str = ""
    """Why there are none."""


@dataclass(frozen=True)
class Cosigned:
    """A checkpoint with all the cosignatures that hold."""

    note: str
    """The signed note."""
    state: Witnessed
    """What they come to under the policy."""
    troubles: tuple[tuple[str, str], ...] = ()
    """Witness and why it has not cosigned."""
    published: bool = True
    """Whether it was still the log's newest checkpoint when they had answered."""

    def deficit(self, policy: TlogPolicy) -> str:
        """What is missing to the quorum, in a sentence; empty where nothing is."""
        if self.state.satisfied:
            return ""
        told = "; ".join(f"{name}: {why}" for name, why in self.troubles)
        return self.state.words(policy) + (f" ({told})" if told else "")


class Dialogue:
    """The requests to one witness, one after the other, until it has answered or there is no more to say.

    Args:
        checkpoint: the signed note.
        size: its size.
        consistency: proofs to it.
        known: the size that the witness cosigned last, as far as is known here.
    """

    def __init__(self, checkpoint: str, size: int, consistency: Consistency, known: int = 0) -> None:
        self._checkpoint, self._size, self._consistency = checkpoint, size, consistency
        self._old, self._tries = min(known, size), 0

    def request(self) -> bytes:
        """What to send next."""
        self._tries += 1
        path = self._consistency(self._old) if 0 < self._old < self._size else ()
        return format_submission(self._old, path[:MAX_PATH], self._checkpoint)

    def take(self, name: str, status: int, kind: str, body: str) -> WitnessSaid | None:
        """What the answer comes to; None where another request should follow."""
        if status == 200:
            return WitnessSaid(name, body[:MAX_ANSWER])
        if status == 409 and kind == CONFLICT and self._tries < 3:
            try:
                held = parse_number(body.removesuffix("\n"))
            except HostileInput:
                return WitnessSaid(name, trouble="it answered with a size that is none")
            if held > self._size:
                return WitnessSaid(name, trouble=f"it has seen {held} entries of this log, more than there are here")
            self._old = held
            return None
        said = {
            403: "it does not know the log's key",
            404: "it does not watch this log",
            409: "it has moved on",
            422: "it has cosigned another history of this log",
            503: "it is busy, or cannot reach its memory",
        }.get(status, f"it answered with status {status}")
        return WitnessSaid(name, trouble=said)


def merge_cosignatures(note: str, answers: Iterable[WitnessSaid], policy: TlogPolicy) -> Cosigned:
    """The checkpoint with every cosignature of a known witness that holds; anything else is left out, and told.

    One witness's nonsense never spoils the others' words. Of a key that cosigned twice the newest line is kept.

    Args:
        note: the checkpoint, signed by the log, perhaps cosigned already.
        answers: what the witnesses said.
        policy: which witnesses are known.

    Raises:
        HostileInput: CERT-E075, CERT-E076, the checkpoint itself is not one that the policy's log signed.
    """
    base = parse_note(note)
    best: dict[CosignerKey, tuple[int, SignatureLine]] = {}
    own = [line for line in base.signatures if not _keep_best(best, base, line, policy)]
    troubles = []
    for answer in answers:
        why = answer.trouble or _take(best, base, answer, policy)
        if why:
            troubles.append((answer.name, why))
    lines = [*own, *(line for _, line in best.values())]
    merged = f"{base.text}\n" + "".join(signature_line(*line) for line in lines)
    return Cosigned(merged, witnessed(merged, policy), tuple(troubles))


def log_line(note: str, policy: TlogPolicy) -> str:
    """A note without the cosignatures: what the log itself signed, to be sent to a witness."""
    base = parse_note(note)
    cosigners = {(key.name, key.key_id) for key in policy.keys}
    lines = [line for line in base.signatures if (line.name, line.key_id) not in cosigners]
    return f"{base.text}\n" + "".join(signature_line(*line) for line in lines)


def _take(best: dict[CosignerKey, tuple[int, SignatureLine]], base: Note, said: WitnessSaid, policy: TlogPolicy) -> str:
    """Why none of a witness's lines could be used; empty where one could."""
    lines = said.lines.removesuffix("\n").split("\n")
    if len(lines) > MAX_LINES:
        return f"it answered with more than {MAX_LINES} lines"
    own = replace(policy, witnesses=tuple(one for one in policy.witnesses if one.key.name == said.name))
    used = False
    for text in lines:
        try:
            used = _keep_best(best, base, parse_signature_line(text), own) or used
        except CertifyError as error:
            return f"it answered with something that is no cosignature of this checkpoint ({error.why})"
    return "" if used else "it answered without a cosignature by a key that is known of it"


def _keep_best(
    best: dict[CosignerKey, tuple[int, SignatureLine]], base: Note, line: SignatureLine, policy: TlogPolicy
) -> bool:
    """Whether a line is by a known witness key; it must hold, and is kept where it is the newest."""
    for key, time in verify_cosignatures(Note(base.text, (line,)), policy.keys).items():
        if key not in best or best[key][0] < time:
            best[key] = (time, line)
        return True
    return False
