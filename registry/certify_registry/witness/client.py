"""Asking witnesses over HTTP, all of them at once; a dead one costs its time limit and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from certify.errors import CertifyError
from certify.trust.note import parse_checkpoint, parse_note
from certify.trust.tlog_policy import TlogPolicy
from certify_registry.exchange import SECONDS, exchange
from certify_registry.witness.asking import (
    MAX_ANSWER,
    Consistency,
    Cosigned,
    Dialogue,
    WitnessSaid,
    log_line,
    merge_cosignatures,
)


def ask_witnesses(
    note: str,
    consistency: Consistency,
    policy: TlogPolicy,
    *,
    known: Mapping[str, int] | None = None,
    seconds: float = SECONDS,
) -> Cosigned:
    """The checkpoint with the cosignatures of all witnesses of the policy that have an address and answered.

    Args:
        note: the checkpoint, signed by the log.
        consistency: proofs from older sizes to it.
        policy: the witnesses and their addresses.
        known: witness, by the name it signs under, to the size it cosigned last; saves it a request.
        seconds: for each request. A witness that does not answer in time is passed over.

    Raises:
        HostileInput: CERT-E075, CERT-E076, the checkpoint is not one that the policy's log signed.
    """
    size, bare = parse_checkpoint(parse_note(note).text).size, log_line(note, policy)
    urls = dict(_addresses(policy))
    with ThreadPoolExecutor(max_workers=max(1, len(urls))) as pool:
        waiting = [
            pool.submit(_talk, name, url, Dialogue(bare, size, consistency, (known or {}).get(name, 0)), seconds)
            for name, url in urls.items()
        ]
        return merge_cosignatures(note, [one.result() for one in waiting], policy)


def _addresses(policy: TlogPolicy) -> Iterable[tuple[str, str]]:
    """Each witness with an address, once, however many keys it has."""
    return ((one.key.name, one.url) for one in policy.witnesses if one.url is not None)


def _talk(name: str, url: str, dialogue: Dialogue, seconds: float) -> WitnessSaid:
    """What one witness came to; whatever goes wrong is told, not raised."""
    try:
        while True:
            answer = exchange(
                "POST", f"{url.rstrip('/')}/add-checkpoint", dialogue.request(),
                {"Content-Type": "text/plain; charset=utf-8"}, seconds=seconds, max_body=MAX_ANSWER,
            )  # fmt: skip
            said = dialogue.take(name, answer.status, answer.kind, answer.body.decode("utf-8", "replace"))
            if said is not None:
                return said
    except CertifyError as error:
        return WitnessSaid(name, trouble=error.what)
