"""The hashing table of ``make bench``: certify beside other people's tools, on the same files in the same minute.

    python -m tests.bench --only hashing [--rounds N] [--huge-mib 2048] [--small-files 20000]

Every row is work on the same bytes: a tree of small files, or one huge file of random bytes, both in the page cache.
Rounds are interleaved. A ratio is taken between medians of one run, so that a busy machine slows both alike.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from certify.identify import DigestCache, read_dataset
from certify.identify.files import FoundFile
from certify.identify.hashing import digest_files
from certify.identify.reading import Meter
from certify.identify.sharding import SHARD_SIZE, shard_digests

Work = Callable[[], object]
SMALL, HUGE = "hashlib, one after another", "hashlib.file_digest, one thread"
LATER = 3600 * 10**9


class Timed(NamedTuple):
    """Seconds of each round."""

    wall: list[float]
    cpu: list[float]


class Believed:
    """Takes any file system as one that stamps what is written to it: the tree was just made, and is ours."""

    def keeps_time(self, device: int, path: Path) -> bool:
        """Always."""
        return True


@contextmanager
def samples(small_files: int, huge_mib: int) -> Iterator[tuple[Path, Path]]:
    """A folder of small files of 4 to 12 KB, 250 in a folder, and a huge file."""
    with tempfile.TemporaryDirectory(prefix="certify-bench-") as folder:
        tree, huge = Path(folder) / "tree", Path(folder) / "huge"
        stream = random.Random(1)
        for number in range(small_files):
            file = tree / f"part-{number // 250:03}" / f"doc-{number:06}.txt"
            if number % 250 == 0:
                file.parent.mkdir(parents=True)
            file.write_bytes(stream.randbytes(stream.randrange(4096, 12289)))
        huge.mkdir()
        with (huge / "weights").open("wb") as out:
            for _ in range(huge_mib):
                out.write(os.urandom(1 << 20))
        os.sync()
        yield tree, huge


def small_work(tree: Path, cache: DigestCache) -> dict[str, Work]:
    """The tree of small files, each row with whatever its tool does beyond hashing."""
    read_dataset([tree], cache=cache, rehash=True)
    return {
        SMALL: lambda: _hashlib_tree(tree),
        "certify, identity of the tree": lambda: read_dataset([tree]),
        "certify, unchanged tree from the cache": lambda: read_dataset([tree], cache=cache),
        "model-signing, files, sha256": lambda: _model_signing(tree),
        "in-toto, record_artifacts_as_dict": lambda: _in_toto(tree),
        "find | xargs sha256sum (coreutils)": lambda: _sha256sum(tree),
    }


def huge_work(huge: Path) -> dict[str, Work]:
    """One huge file."""
    path = huge / "weights"
    file = FoundFile("weights", "weights", path.stat().st_size)
    size = min(SHARD_SIZE, max(1, file.size // 16))

    def shards(workers: int) -> Work:
        return lambda: shard_digests(huge, file, Meter(file.size, None), size=size, workers=workers)

    return {
        HUGE: lambda: _file_digest(path),
        "certify, sha256": lambda: digest_files(huge, [file], Meter(file.size, None)),
        "certify, sharded, one thread": shards(1),
        "certify, sharded, two threads": shards(2),
        "model-signing, files, sha256": lambda: _model_signing(huge),
        "in-toto, record_artifacts_as_dict": lambda: _in_toto(huge),
        "sha256sum (coreutils)": lambda: _sha256sum(huge),
    }


def timed(work: dict[str, Work], rounds: int) -> dict[str, Timed]:
    """Seconds of each, on the clock and of processor; one round beforehand warms the caches."""
    times = {name: Timed([], []) for name in work}
    for turn in range(rounds + 1):
        for name, run in work.items():
            started, before = time.perf_counter(), _cpu()
            run()
            if turn:
                times[name].wall.append(time.perf_counter() - started)
                times[name].cpu.append(_cpu() - before)
    return times


def table(title: str, times: dict[str, Timed], base: str) -> Iterator[str]:
    """Markdown: medians as multiples of ``base``, the clock's and the processor's, and the best round's."""
    yield f"\n| {title} | clock ÷ {base} | processor ÷ {base} | clock, best rounds |"
    yield "|---|---|---|---|"
    for name, found in times.items():
        clock = statistics.median(found.wall) / statistics.median(times[base].wall)
        processor = statistics.median(found.cpu) / statistics.median(times[base].cpu)
        best = min(found.wall) / min(times[base].wall)
        yield f"| {name.replace('|', 'to')} | {clock:.2f} | {processor:.2f} | {best:.2f} |"


def print_tables(rounds: int, small_files: int, huge_mib: int) -> None:
    """Prints both tables, and the goals they are held against."""
    tools = ", ".join(f"{name} {version(name)}" for name in ("model-signing", "in-toto"))
    print(f"\nhashing: {tools}, {_coreutils()}")
    with samples(small_files, huge_mib) as (tree, huge), tempfile.TemporaryDirectory() as folder:
        cache = DigestCache(Path(folder), file_systems=Believed(), clock=lambda: time.time_ns() + LATER)
        small = timed(small_work(tree, cache), rounds)
        large = timed(huge_work(huge), rounds)
    print("\n".join(table(f"{small_files:,} files of 4 to 12 KB", small, SMALL)))
    print("\n".join(table(f"one file of {huge_mib:,} MiB", large, HUGE)))
    ours, theirs = small["certify, identity of the tree"], small["model-signing, files, sha256"]
    cached, plain = small["certify, unchanged tree from the cache"], large["certify, sha256"]
    two = large["certify, sharded, two threads"]
    print(f"\ncertify is {_ratio(theirs.wall, ours.wall)} times as fast as model-signing on small files (goal 4),")
    print(f"hashes one huge file at {_ratio(large[HUGE].wall, plain.wall)} of hashlib's rate (goal 0.9),")
    print(f"its shards on two processors at {_ratio(large[HUGE].wall, two.wall)} of it (goal 1.8),")
    rate = small_files / statistics.median(cached.wall), small_files / min(cached.cpu)
    print(f"and takes {rate[0]:,.0f} files/s of an unchanged tree from its cache, {rate[1]:,.0f} a processor second.")


def _ratio(longer: list[float], shorter: list[float]) -> str:
    """Medians, and in brackets the best rounds."""
    return f"{statistics.median(longer) / statistics.median(shorter):.2f} ({min(longer) / min(shorter):.2f})"


def _cpu() -> float:
    found = os.times()
    return found.user + found.system + found.children_user + found.children_system


def _hashlib_tree(tree: Path) -> list[str]:
    files = (os.path.join(folder, name) for folder, _, names in os.walk(tree) for name in names)
    return [hashlib.sha256(_whole(file)).hexdigest() for file in files]


def _whole(file: str) -> bytes:
    with open(file, "rb", buffering=0) as stream:
        return stream.read()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _model_signing(folder: Path) -> object:
    import model_signing

    return model_signing.hashing.Config().use_file_serialization(hashing_algorithm="sha256").hash(folder)


def _in_toto(folder: Path) -> object:
    from in_toto.runlib import record_artifacts_as_dict

    return record_artifacts_as_dict([str(folder)])


def _sha256sum(folder: Path) -> object:
    if not shutil.which("sha256sum"):
        return None
    command = "find . -type f -print0 | xargs -0 sha256sum"
    return subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True)


def _coreutils() -> str:
    if not shutil.which("sha256sum"):
        return "no sha256sum"
    said = subprocess.run(["sha256sum", "--version"], check=True, capture_output=True, text=True).stdout
    return said.splitlines()[0]
