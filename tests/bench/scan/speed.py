"""Speed and memory of the corpus scan from end to end, and how other scanners do on a slice in the same run.

    python -m tests.bench --only scan [--rounds N] [--megabytes N] [--slice N] [--no-large]

MB are of UTF-8 text, so that formats compare; every shard is hashed in the same pass. The items are cuts of documents
that are not in the corpus scanned, and of which no document of it holds half; what is found is natural reuse. A row of
its own has the cuts as they come. On the slice, copies are planted and recall counted.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.bench.scan.beside import print_peers
from tests.bench.scan.clean import containment, kept
from tests.bench.scan.corpus import RECIPE, cache_folder, load
from tests.bench.scan.peers import CERTIFY, PEERS, Peer, run_peer
from tests.bench.scan.shards import FORMATS, shards, text_megabytes, write_items

GOALS = {"jsonl": 180, "jsonl.zst": 140, "parquet": 220}
LARGE_GRAMS, LARGE_GOAL = 10_000_000, 105
FEW = 2000
_GRAM = 5


class Items(NamedTuple):
    """Benchmark files."""

    secret: Path
    """Cuts of which no document scanned holds half, as a benchmark's problems should be."""
    any: Path
    """Cuts as they come, licences and generated help among them."""
    large: Path
    """Whole documents in cuts."""
    large_items: int
    large_grams: int


def halves(megabytes: float) -> tuple[list[str], list[str]]:
    """Documents to scan, and documents to cut items from."""
    documents = [document.text for document in load()]
    size, scanned = 0, 0
    while scanned < len(documents) // 2 and size < megabytes * 1e6:
        size += len(documents[scanned].encode())
        scanned += 1
    return documents[:scanned], documents[scanned:]


def chopped(texts: Sequence[str], seed: int) -> Iterator[str]:
    """Whole documents in cuts of 13 to 110 words, one after another."""
    chance = Random(f"chopped/{seed}")
    for text in texts:
        words = text.split()
        place = 0
        while len(words) - place >= 13:
            step = chance.randint(13, 110)
            yield " ".join(words[place : place + step])
            place += step


def benchmarks(scanned: Sequence[str], sources: Sequence[str], folder: Path) -> Items:
    """Cuts of 13 to 110 words, one a document, and items that have ten million different runs of five words."""
    few = [next(chopped([text[len(text) // 3 :]], n), "") for n, text in enumerate(sources[-4 * FEW :])]
    few = [text for text in few if text][: 2 * FEW]
    grams: set[int] = set()
    rows: list[tuple[str, str]] = []
    for text in chopped(sources, 1):
        words = text.lower().split()
        grams.update(hash(tuple(words[i : i + _GRAM])) for i in range(len(words) - _GRAM + 1))
        rows.append((f"l{len(rows)}", text))
        if len(grams) >= LARGE_GRAMS:
            break
    return Items(
        secret=write_items(folder / "secret.jsonl", _named("s", _secret(few, scanned)[:FEW])),
        any=write_items(folder / "any.jsonl", _named("s", few[:FEW])),
        large=write_items(folder / "large.jsonl", rows),
        large_items=len(rows),
        large_grams=len(grams),
    )


def _secret(cuts: Sequence[str], scanned: Sequence[str]) -> list[str]:
    """Cuts that no scanned document holds half of; found once, because it reads the whole corpus in Python."""
    digest = hashlib.sha256("\n".join([*cuts, str(len(scanned)), scanned[-1]]).encode()).hexdigest()
    path = cache_folder() / f"secret-{RECIPE}-{digest[:16]}.json"
    if not path.exists():
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(kept(cuts, containment(cuts, scanned))))
        beside.rename(path)
    return [cuts[number] for number in json.loads(path.read_text())]


def _named(letter: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{letter}{number}", text) for number, text in enumerate(texts)]


def print_speed(rounds_wanted: int, megabytes: float, slice_mb: float, seed: int, *, large: bool) -> None:
    """Prints the tables of speed, of start-up and of the peers."""
    scanned, sources = halves(megabytes)
    size = text_megabytes(scanned)
    with tempfile.TemporaryDirectory(prefix="certify-bench-") as place:
        folder = Path(place)
        items = benchmarks(scanned, sources, folder)
        print(
            f"\nscan speed: {size:.0f} MB of text in {len(scanned):,} documents, 8 shards; sha256 {_sha256():,.0f} MB/s"
        )
        print("\n| what | MB/s on the clock | MB/s a CPU second | goal | peak MiB |\n|---|---|---|---|---|")
        rates = {}
        for ending in FORMATS:
            data = shards(f"speed-{RECIPE}-{megabytes:.0f}", scanned, ending)
            for threads in (1, 2):
                goal = str(GOALS.get(ending, "–")) if threads == 1 else "–"
                name = f"{ending}, 2,000 items, {threads} thread{'s' * (threads > 1)}"
                rates[ending, threads] = _row(name, data, items.secret, size, goal, rounds_wanted, threads)
        data = shards(f"speed-{RECIPE}-{megabytes:.0f}", scanned, "jsonl")
        name = "jsonl, 2,000 items, those that stand elsewhere among them, 1 thread"
        _row(name, data, items.any, size, "–", max(1, rounds_wanted // 2), 1)
        if large:
            name = f"jsonl, {items.large_items:,} items of {items.large_grams / 1e6:.1f} M 5-grams, 1 thread"
            _row(name, data, items.large, size, str(LARGE_GOAL), max(1, rounds_wanted // 2), 1)
        for peer in PEERS:
            if peer.quick:
                _row(f"{peer.name}: jsonl, 2,000 items, 1 thread", data, items.secret, size, "–", 1, 1, peer)
        if all(rates.get(("jsonl", threads)) for threads in (1, 2)):
            gain = rates["jsonl", 2] / rates["jsonl", 1]
            print(f"\nTwo threads scan JSON Lines {gain:.2f} times as fast as one (goal 1.8).")
        taken = _start_up(scanned, items.secret)
        print(f"Result on 1,000 documents and 2,000 items, from the start of the process: {taken:.2f} s (goal 1).")
    print_peers(slice_mb, seed, rates.get(("jsonl", 1), 0.0))


def _row(
    name: str, data: Path, items: Path, size: float, goal: str, count: int, threads: int, peer: Peer = CERTIFY
) -> float:
    """Median of some runs; the first, which fills caches, is left out where there are more. Gives MB/s on the clock."""
    runs = []
    for _ in range(count + (count > 1)):
        ran = run_peer(peer, data, items, threads=threads)
        if isinstance(ran, str):
            print(f"| {name} | not run: {ran} | | {goal} | |", flush=True)
            return 0.0
        runs.append(ran)
    runs = runs[1:] or runs
    clock = size / statistics.median(ran.seconds for ran in runs)
    cpu = size / statistics.median(ran.cpu for ran in runs)
    peak = max(ran.peak_mib for ran in runs)
    print(f"| {name} | {clock:.1f} | {cpu:.1f} | {goal} | {f'{peak:.0f}' if peak else '–'} |", flush=True)
    return clock


def _sha256() -> float:
    data = bytes(64 << 20)
    started = time.perf_counter()
    hashlib.sha256(data).hexdigest()
    return len(data) / 1e6 / (time.perf_counter() - started)


def _start_up(documents: Sequence[str], items: Path) -> float:
    """Seconds of the command itself, the best of three: the first compiles."""
    data = shards(f"start-{RECIPE}", documents[:1000], "jsonl", 1)
    command = [sys.executable, "-m", "certify", "scan", "--data", str(data / "part-0.jsonl"), "--benchmark", str(items)]
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([*command, "--json"], check=False, capture_output=True)
        taken.append(time.perf_counter() - started)
    return min(taken)
