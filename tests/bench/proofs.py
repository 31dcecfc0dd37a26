"""The table of log proofs of ``make bench``: how many a reader checks offline in a second of processor time.

    python -m tests.bench --only proofs [--rounds N]

Each round checks the same proofs in each way; processor time of the one thread is counted, rounds are interleaved, and
the ratio to bare Ed25519 verification, two of which a proof with one witness cannot do without, is taken in the same
round, because the machine has other work.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from certify.evidence.merkle import node_hash
from certify.trust.cosignature import cosign
from certify.trust.note import parse_note
from certify.trust.tlog_policy import counted_policy
from certify.trust.tlog_proof import format_tlog_proof
from certify.trust.witnessed import verify_witnessed_proof
from tests.fakes.tlog import MemoryLog, cosigner

PROOFS = 400
HEIGHT = 17
SIZE = 1 << HEIGHT
BARE = "one Ed25519 verification"


def print_proofs(rounds: int) -> None:
    """Prints the table."""
    ways = _ways(MemoryLog(SIZE))
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, check in ways.items():
            started = time.thread_time()
            check()
            if turn:
                rates[name].append(PROOFS / (time.thread_time() - started))
    print(f"\n| log proofs, {SIZE:,} entries, one core | a second, median | best round | times {BARE} |")
    print("|---|---|---|---|")
    for name, found in rates.items():
        cost = statistics.median(bare / own for bare, own in zip(rates[BARE], found, strict=True))
        print(f"| {name} | {statistics.median(found):,.0f} | {max(found):,.0f} | {cost:.2f} |")


def _ways(log: MemoryLog) -> dict[str, Callable[[], None]]:
    note, paths = log.checkpoint(), _paths(log)
    text = parse_note(note).text
    lines = {kind: cosign(text, cosigner(1, post_quantum=kind), 5) for kind in (False, True)}
    key, signature, data = log.signer.private_key.public_key(), parse_note(note).signatures[0].signature, text.encode()

    def bare() -> None:
        for _ in paths:
            key.verify(signature, data)

    def checking(*witnesses: bool) -> Callable[[], None]:
        checkpoint = note + "".join(lines[kind] for kind in witnesses)
        proofs = [(format_tlog_proof(place, path, checkpoint), log.entries[place]) for place, path in paths]
        keys = [cosigner(1, post_quantum=kind).verifier for kind in witnesses]
        policy = counted_policy(log.signer.verifier, keys, 1 if keys else 0)

        def check() -> None:
            for proof, leaf in proofs:
                verify_witnessed_proof(proof, leaf, policy)

        return check

    return {
        BARE: bare,
        "proof, the log alone": checking(),
        "proof and one witness, Ed25519": checking(False),
        "proof and one witness, ML-DSA-44": checking(True),
        "proof and one witness, both keys": checking(False, True),
    }


def _paths(log: MemoryLog) -> list[tuple[int, list[bytes]]]:
    """Places and paths, each a sibling on every level of a tree that is full."""
    levels = [log.hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below), 2)])
    places = range(0, SIZE, SIZE // PROOFS)
    return [(place, [levels[up][place >> up ^ 1] for up in range(HEIGHT)]) for place in places][:PROOFS]
