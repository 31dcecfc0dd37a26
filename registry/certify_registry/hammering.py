"""Load and correctness at once: clients append without pause while readers verify whatever the log tells them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from certify.errors import CertifyError
from certify.evidence.canonical import sha256_hex
from certify.evidence.merkle import verify_consistency
from certify.evidence.statement import DATASET, statement_bytes, subject_of
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.log_entry import entry_of
from certify.trust.note import VerifierKey, parse_vkey, verify_checkpoint
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry.appending import Appender
from certify_registry.registry import Registry
from certify_registry.waiting import RETRY_AFTER

_REPEATED = 0.1
"""Share of statements that a client sends a second time."""


@dataclass
class Hammered:
    """What came of it."""

    seconds: float = 0.0
    """How long clients were at work."""
    acknowledged: dict[int, str] = field(default_factory=dict)
    """Log index to payload digest of every statement that was acknowledged."""
    latencies: list[float] = field(default_factory=list)
    """Seconds from sending to a verified proof, one for each acknowledgement."""
    repeated: int = 0
    """Acknowledgements of statements that were there before."""
    sent_away: int = 0
    """Times a client was told to come again."""
    proofs: int = 0
    """Proofs that readers verified."""
    checkpoints: int = 0
    """Checkpoints of which readers verified that each extends the one before."""
    faults: list[str] = field(default_factory=list)
    """Everything that was not as it must be; empty when all is well."""

    @property
    def rate(self) -> float:
        """Acknowledgements a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def latency(self, share: float) -> float:
        """Seconds within which this share of clients, between 0 and 1, had a verified proof."""
        ordered = sorted(self.latencies) or [0.0]
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def hammer(
    registry: Registry,
    appender: Appender,
    signer: StatementSigner,
    *,
    now: Callable[[], str],
    clients: int = 64,
    readers: int = 2,
    seconds: float = 5.0,
    seed: int = 0,
) -> Hammered:
    """Append and verify for some time, then examine the whole registry.

    Args:
        registry: one that is thrown away afterwards; its entries are nonsense.
        appender: how statements get into it.
        signer: a key that it takes statements from.
        now: gives the time in UTC.
        clients: threads that append, each waiting for its answer before it goes on.
        readers: threads that fetch and verify proofs of random entries, and consistency.
        seconds: how long.
        seed: makes the order of random choices repeatable, as far as threads are.
    """
    work = _Hammer(registry, appender, signer)
    started = time.perf_counter()
    with ThreadPoolExecutor(clients + readers) as pool:
        running = [pool.submit(work.append, _random(f"{seed} client {number}")) for number in range(clients)]
        running += [pool.submit(work.read, _random(f"{seed} reader {number}")) for number in range(readers)]
        time.sleep(seconds)
        work.stop.set()
        for one in running:
            if (error := one.exception()) is not None:
                work.found.faults.append(f"{type(error).__name__}: {error}")
    work.found.seconds = time.perf_counter() - started
    work.examine(now())
    return work.found


class _Hammer:
    """What the threads share."""

    def __init__(self, registry: Registry, appender: Appender, signer: StatementSigner) -> None:
        self._registry, self._appender, self._signer = registry, appender, signer
        self._key, self._vkey = parse_vkey(registry.vkey), registry.vkey
        self._lock, self.stop, self.found = threading.Lock(), threading.Event(), Hammered()

    def append(self, random: Random) -> None:
        """One client."""
        bundle = b""
        while not self.stop.is_set():
            if not bundle or random.random() >= _REPEATED:
                bundle = self._nonsense(random)
            self._send(bundle)

    def read(self, random: Random) -> None:
        """One reader: each checkpoint extends the last one, and random entries are where they are said to be."""
        last = verify_checkpoint(self._registry.checkpoint(), self._key)
        while not self.stop.is_set():
            newest = verify_checkpoint(self._registry.checkpoint(), self._key)
            if last.size:
                path = self._registry.consistency(last.size)
                current = self._covering(newest.size, self._key)
                if current == newest and not verify_consistency(last.size, newest.size, last.root, newest.root, path):
                    self._fault(f"the log of {newest.size} entries does not extend that of {last.size}")
            for _ in range(8 if newest.size else 0):
                self._look_at(random.randrange(newest.size))
            last = newest
            with self._lock:
                self.found.checkpoints += 1

    def examine(self, now: str) -> None:
        """Whether everything acknowledged is where it was said to be, and everything else as it must be."""
        for index, payload in self.found.acknowledged.items():
            rows = self._registry.entries(index, index + 1)
            if not rows or rows[0].payload_sha256 != payload:
                self._fault(f"entry {index} was acknowledged and is lost")
        for finding in self._registry.fsck(now):
            self._fault(f"fsck: {finding.part} {finding.where} {finding.problem}")

    def _covering(self, size: int, key: VerifierKey) -> object:
        """The newest checkpoint, to tell whether the log has grown since a path was asked for."""
        found = verify_checkpoint(self._registry.checkpoint(), key)
        return found if found.size == size else None

    def _send(self, bundle: bytes) -> None:
        begun = time.perf_counter()
        try:
            answer = self._appender.submit(bundle).result()
        except CertifyError as error:
            if error.code != "CERT-E071":
                raise
            with self._lock:
                self.found.sent_away += 1
            self.stop.wait(RETRY_AFTER)
            return
        read = parse_bundle(bundle)
        proof = verify_tlog_proof(answer.proof, entry_of(read).to_bytes(), self._vkey)
        taken = time.perf_counter() - begun
        with self._lock:
            known = self.found.acknowledged.setdefault(proof.index, read.payload_sha256)
            self.found.latencies.append(taken)
            self.found.repeated += answer.duplicate
        if known != read.payload_sha256 or proof.index != answer.index:
            self._fault(f"two statements were acknowledged at entry {answer.index}")

    def _look_at(self, index: int) -> None:
        (row,) = self._registry.entries(index, index + 1)
        verify_tlog_proof(self._registry.proof(index), row.leaf, self._vkey)
        with self._lock:
            self.found.proofs += 1

    def _nonsense(self, random: Random) -> bytes:
        number = random.getrandbits(128)
        subject = subject_of("nonsense", sha256_hex(b"%d" % number))
        return sign_statement(statement_bytes(subject, DATASET, {"nonsense": f"{number:032x}"}), self._signer)

    def _fault(self, what: str) -> None:
        with self._lock:
            self.found.faults.append(what)


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 -- it chooses what to try, and protects nothing
