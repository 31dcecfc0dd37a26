"""A map that works ahead in threads and gives its results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """``work(item)`` of each item, in the order of the items.

    Items are taken by whoever asks for results, and no more than twice as many as there are threads are held at once.
    Where an item or a result raises, and where the iterator is closed, what has not begun is dropped; no thread is left
    once the error or the end is seen.

    Args:
        work: is called from several threads.
        items: may be endless.
        threads: 1 or more.
    """
    pending: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="scan-block")
    try:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) >= 2 * threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
