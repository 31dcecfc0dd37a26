"""All shards of a scan: those the ledger has, and the rest by an executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from certify.scan.executors import Executor
from certify.scan.ledger import ShardLedger
from certify.scan.shard_result import ShardResult
from certify.scan.shards import Shard
from certify.scan.sources import Source
from certify.scan.work import Work

Progress = Callable[[int, int], None]


class _Meter:
    """How far a scan is, in stored bytes: whole shards, and of those running about as much as text was searched."""

    def __init__(self, shards: Sequence[Source], progress: Progress | None) -> None:
        self._sizes = [shard.size or 0 for shard in shards]
        self._done = [0] * len(shards)
        self._sum = 0
        self._progress, self._lock = progress, Lock()

    def advance(self, number: int, searched: int) -> None:
        """Text of a shard was searched; packed text is longer than what is stored."""
        with self._lock:
            self._reach(number, min(self._done[number] + searched, self._sizes[number]))

    def finish(self, number: int, result: ShardResult) -> None:
        """A shard is done."""
        with self._lock:
            self._sizes[number] = max(self._done[number], result.bytes)
            self._reach(number, self._sizes[number])

    def _reach(self, number: int, done: int) -> None:
        self._sum += done - self._done[number]
        self._done[number] = done
        if self._progress:
            self._progress(self._sum, sum(self._sizes))


def run_shards(
    work: Work,
    shards: Sequence[Source],
    executor: Executor,
    ledger: ShardLedger | None,
    progress: Progress | None,
    *,
    at_hand: Executor,
) -> list[ShardResult]:
    """The result of every shard, in their order, whoever scans them and however many were noted already.

    Args:
        work: what is done to each shard.
        shards: all of them, and data that the program holds.
        executor: scans the shards that the ledger does not have.
        ledger: takes each result as it is finished; None for none.
        progress: called with (stored bytes done, stored bytes in all), one call at a time, from any thread.
        at_hand: scans data that the program holds, which cannot leave this process.
    """
    meter, results = _Meter(shards, progress), dict[int, ShardResult]()
    for number, shard in enumerate(shards):
        if ledger and isinstance(shard, Shard) and (found := ledger.find(shard)):
            results[number] = found
            meter.finish(number, found)
    left = [number for number in range(len(shards)) if number not in results]
    for files, chosen in ((True, executor), (False, at_hand)):
        some = [number for number in left if isinstance(shards[number], Shard) == files]
        for number, result in _mapped(chosen, work, shards, some, meter):
            results[number] = result
            shard = shards[number]
            if ledger and isinstance(shard, Shard):
                ledger.keep(shard, result)
            meter.finish(number, result)
    return [results[number] for number in range(len(shards))]


def _mapped(
    executor: Executor, work: Work, shards: Sequence[Source], some: list[int], meter: _Meter
) -> Iterator[tuple[int, ShardResult]]:
    found = executor.map_unordered(
        work, [shards[number] for number in some], lambda place, searched: meter.advance(some[place], searched)
    )
    for place, result in found:
        yield some[place], result
