"""Digests of many files: small ones one after another in one thread, large ones side by side in several."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from certify.identify.files import FoundFile, stamp_of
from certify.identify.reading import Folders, Meter, changed, checked, opened

LARGE = 1 << 20
"""Bytes from which a file is worth a thread of its own.

Below it the interpreter's lock is taken so often that threads take longer than none.
Source: docs/benchmarks.md, section Hashing.
"""

_TOLD_EVERY = 64
T = TypeVar("T")


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def digest_files(folder: Path, files: Sequence[FoundFile], meter: Meter, *, workers: int | None = None) -> list[str]:
    """SHA-256 (hex) of each file, in the order of ``files``; every byte is read.

    Args:
        folder: where they are.
        files: as listed; fastest when sorted by path.
        meter: told of every byte.
        workers: threads for large files; one for each processor when absent.

    Raises:
        HostileInput: CERT-E023, a link stands in the way; CERT-E026, a file changed since it was listed.
        UsageError: CERT-E020, a file may not be read.
    """
    return each_file(
        files,
        lambda file: digest_file(folder, file, meter),
        meter,
        small=lambda few: digest_small(folder, few, meter),
        workers=workers,
    )


def digest_file(folder: Path, file: FoundFile, meter: Meter) -> str:
    """SHA-256 (hex) of one file of any size.

    Raises:
        HostileInput, UsageError: as :func:`digest_files`.
    """
    with opened(folder, file, meter) as stream:
        stream.drain()
    return stream.hexdigest()


def digest_small(folder: Path, files: Sequence[FoundFile], meter: Meter) -> list[str]:
    """SHA-256 (hex) of files that fit into memory, each read in one go.

    Raises:
        HostileInput, UsageError: as :func:`digest_files`.
    """
    digests, untold = list[str](), 0
    with Folders(folder) as folders:
        for number, file in enumerate(files, 1):
            digests.append(hashlib.sha256(_content(folders, file)).hexdigest())
            untold += file.size
            if number % _TOLD_EVERY == 0:
                meter.add(untold)
                untold = 0
    meter.add(untold)
    return digests


def each_file(
    files: Sequence[FoundFile],
    work: Callable[[FoundFile], T],
    meter: Meter,
    *,
    small: Callable[[Sequence[FoundFile]], list[T]] | None = None,
    workers: int | None = None,
) -> list[T]:
    """``work`` done for each file, in the order of ``files``; large files share several threads.

    What fails is told in one order, however many threads there are: small files first.

    Args:
        files: what to work on.
        work: done for one file; it reports to ``meter``, through which it is stopped when another fails.
        meter: what ``work`` reports to.
        small: ``work`` for all small files together, if there is a faster way.
        workers: threads for large files; one for each processor when absent.
    """
    large = [place for place, file in enumerate(files) if file.size >= LARGE]
    rest = [place for place, file in enumerate(files) if file.size < LARGE]
    together = small or (lambda few: [work(file) for file in few])
    threads = min(workers or cores(), len(large))
    # A single large file still gets a thread while this one does the small ones, if there is a processor for it.
    if not large or (workers or cores()) < 2 or len(files) < 2:
        found = together([files[place] for place in rest]), [work(files[place]) for place in large]
    else:
        with _pool(threads, meter) as pool:
            waiting: list[Future[T]] = [pool.submit(work, files[place]) for place in large]
            found = together([files[place] for place in rest]), [future.result() for future in waiting]
    results = dict(zip(rest, found[0], strict=True)) | dict(zip(large, found[1], strict=True))
    return [results[place] for place in range(len(files))]


@contextmanager
def _pool(threads: int, meter: Meter) -> Iterator[ThreadPoolExecutor]:
    """Threads that stop at their next block when anything fails here, Ctrl-C included."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="certify-hash")
    try:
        yield pool
    except BaseException:
        meter.halt()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _content(folders: Folders, file: FoundFile) -> bytes:
    descriptor = folders.open(file)
    try:
        before = checked(descriptor, file)
        data = os.read(descriptor, file.size + 1)
        while len(data) < file.size and (more := os.read(descriptor, file.size + 1 - len(data))):
            data += more
        if len(data) != file.size or stamp_of(os.fstat(descriptor)) != before:
            raise changed(file.path)
    finally:
        os.close(descriptor)
    return data
