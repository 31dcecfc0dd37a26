"""Shards scanned by threads of this process: the compiled search runs without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Event

from certify.scan.executors import Advance, largest_first
from certify.scan.ordered import ordered_map
from certify.scan.shard_result import Ordered, ShardResult
from certify.scan.sources import Source
from certify.scan.work import Work


class _Stopped(BaseException):
    """Ends a shard nobody waits for any more; no error that is tried again."""


class ThreadExecutor:
    """The default. Where there are fewer shards than threads, several work on the blocks of one shard.

    Args:
        threads: how many, 1 or more.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def map_unordered(
        self, work: Work, shards: Sequence[Source], advance: Advance | None = None
    ) -> Iterator[tuple[int, ShardResult]]:
        """Each shard's position and result, as they are finished."""
        each = self._threads // max(1, len(shards))
        ordered: Ordered = partial(ordered_map, threads=each) if each > 1 else map
        stop, waiting = Event(), iter(largest_first(shards))
        running: dict[Future[ShardResult], int] = {}
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="scan-shard")

        def start() -> None:
            for number in waiting:
                told = _teller(number, stop, advance)
                running[pool.submit(work, shards[number], ordered=ordered, advance=told)] = number
                if len(running) >= self._threads:
                    break

        try:
            start()
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(future)
                    start()
                    yield number, future.result()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def _teller(number: int, stop: Event, advance: Advance | None) -> Callable[[int], None]:
    """Passes on how far one shard is, and ends it when it is to stop."""

    def told(searched: int) -> None:
        if stop.is_set():
            raise _Stopped
        if advance:
            advance(number, searched)

    return told
