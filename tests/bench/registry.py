"""The registry's table of ``make bench``: appending beside what the disk and the processor could do at most.

    python -m tests.bench --only registry [--answers 3000]

An append counts when its client holds a proof: signature verified, looked for among all entries, durable, and under a
signed checkpoint. All clients are threads of this process, each waiting for its answer before it goes on, and so share
the processor with the registry. What they are held against is measured in the same minute.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from certify.evidence.merkle import leaf_hash
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import pae
from certify.trust.keys import KeySigner, generate_signer, public_key_of, signature_matches
from certify.trust.log_entry import entry_of
from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry import Registry, found
from certify_registry.appending import Appender
from certify_registry.grouping import GroupAppender
from certify_registry.inbox import InboxAppender
from certify_registry.log.batch import Rows
from certify_registry.log.growth import Growth
from certify_registry.store.tables import Entry, table_of
from tests.fakes import logged_statements as made
from tests.fakes.postgres import BINARIES, postgres_cluster

LOG_KEY = Ed25519PrivateKey.generate()
CLIENTS = (1, 64, 256)
_CHUNK = 20_000


class Appending(NamedTuple):
    """What clients saw."""

    rate: float
    """Proofs in hand, a second."""
    median: float
    """Seconds."""
    p99: float
    """Seconds."""
    processor: float
    """Seconds of processor time of this process for one entry, the clients' own included."""


def appending(appender: Appender, bundles: Sequence[bytes], clients: int) -> Appending:
    """Append all of them with this many clients."""
    waiting, lock, taken = iter(bundles), threading.Lock(), list[float]()

    def client() -> None:
        while True:
            with lock:
                bundle = next(waiting, None)
            if bundle is None:
                return
            begun = time.perf_counter()
            appender.submit(bundle).result()
            taken.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun, before = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    assert len(taken) == len(bundles)
    ordered = sorted(taken)
    processor = (time.process_time() - before) / len(taken)
    return Appending(len(taken) / seconds, statistics.median(ordered), ordered[int(len(ordered) * 0.99)], processor)


@contextmanager
def embedded(signer: KeySigner, processes: int) -> Iterator[Appender]:
    """SQLite and files on the disk of the temporary folder."""
    with (
        tempfile.TemporaryDirectory(prefix="certify-bench-") as folder,
        started(Path(folder) / "r", signer) as registry,
    ):
        appender = GroupAppender(registry, lambda: made.NOW, processes=processes)
        yield appender
        appender.close()


@contextmanager
def served(signer: KeySigner, processes: int) -> Iterator[Appender]:
    """PostgreSQL and files on the disk of the temporary folder."""
    with (
        postgres_cluster(on_disk=True) as cluster,
        tempfile.TemporaryDirectory(prefix="certify-bench-") as folder,
        started(cluster.create_database(), signer, objects=folder) as registry,
    ):
        appender = InboxAppender(registry, lambda: made.NOW, processes=processes)
        yield appender
        appender.close()


@contextmanager
def started(address: str | Path, signer: KeySigner, objects: str | None = None) -> Iterator[Registry]:
    """A new registry that takes statements from the signer."""
    with found(address, "localhost/bench", LOG_KEY, objects=objects) as registry:
        registry.enroll(signer.public_pem, "A", "evaluator")
        yield registry


def rate_of(work: Callable[[int], object], count: int, rounds: int = 5) -> float:
    """Calls in a second of processor time, in the best of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        for place in range(count):
            work(place)
        times.append(time.process_time() - begun)
    return count / min(times)


def syncs(count: int = 200) -> float:
    """Entries a second where each is written to the end of a file and synced by itself."""
    with tempfile.NamedTemporaryFile(prefix="certify-bench-") as file:
        begun = time.perf_counter()
        for _ in range(count):
            file.write(b"x" * 800)
            file.flush()
            os.fdatasync(file.fileno())
        return count / (time.perf_counter() - begun)


def verifications(signer: KeySigner, bundles: Sequence[bytes]) -> float:
    """Bare signature verifications of one core in a second."""
    read, key = [parse_bundle(bundle) for bundle in bundles[:300]], public_key_of(signer.public_pem)
    return rate_of(
        lambda at: signature_matches(key, read[at].signature, pae(read[at].payload_type, read[at].payload)), 300
    )


def proofs(signer: KeySigner) -> float:
    """Offline verifications of a whole proof, its checkpoint's signature included, of one core in a second."""
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "r", signer) as registry:
        bundles = [made.note(number, signer) for number in range(1000)]
        registry.append_many(bundles, now=made.NOW)
        leaves = [entry_of(parse_bundle(bundle)).to_bytes() for bundle in bundles]
        texts, vkey = [registry.proof(index) for index in range(1000)], registry.vkey
        return rate_of(lambda at: verify_tlog_proof(texts[at], leaves[at], vkey), 1000)


def large(size: int) -> tuple[float, float, float]:
    """Seconds to open a log of this size with its key, and within which half and 99 of 100 proofs are made."""
    with tempfile.TemporaryDirectory(prefix="certify-bench-") as folder:
        path = Path(folder) / "r"
        with found(path, "localhost/bench", LOG_KEY) as registry:
            fill(registry, size)
        Registry.open(path, LOG_KEY).close()  # writes the tiles once
        begun = time.perf_counter()
        with Registry.open(path, LOG_KEY) as registry:
            opened, taken, random = time.perf_counter() - begun, [], Random(1)
            for _ in range(1000):
                begun = time.perf_counter()
                registry.proof(random.randrange(size))
                taken.append(time.perf_counter() - begun)
    return opened, statistics.median(taken), sorted(taken)[990]


def fill(registry: Registry, size: int) -> None:
    """Write leaves that stand for nothing straight into the database, under one signed head."""
    growth, entries = Growth((), 0, []), table_of(Entry)
    blank = {column.name: "x" for column in entries.columns}
    with registry.database.write() as connection:
        rows = Rows(connection)
        for start in range(0, size, _CHUNK):
            leaves = [b'{"keyid":"%064x"}' % place for place in range(start, min(start + _CHUNK, size))]
            hashes = [leaf_hash(leaf) for leaf in leaves]
            growth = Growth(growth.frontier, growth.size, hashes)
            connection.execute(insert(entries), [
                {**blank, "log_index": start + place, "leaf": leaf, "leaf_hash": hashes[place]}
                for place, leaf in enumerate(leaves)
            ])  # fmt: skip
            note = sign_checkpoint(
                Checkpoint("localhost/bench", growth.size, growth.root), NoteSigner("localhost/bench", LOG_KEY)
            )
            rows.add_tree(growth, note, start // _CHUNK + 1)


def print_registry(count: int, size: int) -> None:
    """Prints the tables.

    Args:
        count: statements that 256 clients append; 64 append a third of them, one a tenth.
        size: entries of the large log; 0 leaves it out.
    """
    cores, once = os.cpu_count() or 1, syncs()
    print(f"\n{cores} cores; the disk takes {once:,.0f} entries/s that are synced one by one")
    columns = ["appending", "clients", "entries/s", "times synced one by one", "of what the cores verify"]
    columns += ["processor time ÷ a verification", "median", "p99"]
    print(f"\n| {' | '.join(columns)} |")
    print("|---|---|---|---|---|---|---|---|")
    for scheme in ("ed25519", "ecdsa-p256"):
        signer = generate_signer(scheme)  # type: ignore[arg-type]
        bundles = [made.note(number, signer) for number in range(2 * count)]
        bound = verifications(signer, bundles) * cores
        places = {"SQLite": embedded} | ({"PostgreSQL": served} if (BINARIES / "initdb").exists() else {})
        for name, place in places.items():
            with place(signer, 0) as appender:
                at = 0
                for clients, share in zip(CLIENTS, (10, 3, 1), strict=True):
                    seen = appending(appender, bundles[at : at + count // share], clients)
                    at += count // share
                    print(
                        f"| {name}, {scheme} | {clients} | {seen.rate:,.0f} "
                        f"| {seen.rate / once:.1f} | {seen.rate / bound:.2f} of {bound:,.0f}/s "
                        f"| {seen.processor * bound / cores:.1f} "
                        f"| {seen.median * 1000:.0f} ms | {seen.p99 * 1000:.0f} ms |",
                        flush=True,
                    )
    print(f"\nOffline, one core verifies {proofs(generate_signer()):,.0f} whole proofs a second (goal 1,500).")
    if size:
        opened, median, p99 = large(size)
        print(
            f"A log of {size:,} entries opens in {opened:.2f} s (goal 2) and proves an entry in {median * 1000:.1f} ms,"
        )
        print(f"99 of 100 in {p99 * 1000:.1f} ms (goal 10).")
