"""Work on many files: small ones one after another in one thread, large ones side by side in several."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from certify.identify.files import FoundFile
from certify.identify.reading import Meter

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

LARGE = 1 << 20
"""Bytes from which a file is worth a thread of its own.

Below it the interpreter's lock is taken so often that threads take longer than none.
Source: docs/benchmarks.md, section Hashing.
"""

T = TypeVar("T")


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps Python from searching long lists for garbage again and again while they grow; there is none in them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    few = [files[place] for place in rest]
    # A single large file still gets a thread while this one does the small ones, if there is a processor for it.
    if not large or (workers or cores()) < 2 or len(files) < 2:
        found = together(few) + [work(files[place]) for place in large]
    else:
        with pool(min(workers or cores(), len(large)), meter) as threads:
            waiting = [threads.submit(work, files[place]) for place in large]
            found = together(few) + [future.result() for future in waiting]
    results = dict(zip([*rest, *large], found, strict=True))
    return [results[place] for place in range(len(files))]


@contextmanager
def pool(threads: int, meter: Meter) -> Iterator[ThreadPoolExecutor]:
    """Threads that stop at their next block when anything fails here, Ctrl-C included."""
    from concurrent.futures import ThreadPoolExecutor

    made = ThreadPoolExecutor(threads, thread_name_prefix="certify-hash")
    try:
        yield made
    except BaseException:
        meter.halt()
        raise
    finally:
        made.shutdown(cancel_futures=True)
