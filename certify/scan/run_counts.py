"""How many documents hold each run of words, for the few of millions of runs that one shard holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

Numbers = NDArray[np.int64]


class RunCounts:
    """Counts by the number of a run; what is added is put in order when somebody looks or it has doubled.

    Args:
        runs: numbers of runs in any order, several times perhaps.
        times: for each how often it is counted.
    """

    def __init__(self, runs: Any = (), times: Any = ()) -> None:
        self._parts: list[tuple[Numbers, Numbers]] = []
        self._ordered = self._waiting = 0
        self._append(np.asarray(runs, dtype=np.int64), np.asarray(times, dtype=np.int64))

    def update(self, other: RunCounts) -> None:
        """Adds all counts of another."""
        for runs, times in other._parts:
            self._append(runs, times)

    def clear(self) -> None:
        """Forgets all counts."""
        self._parts.clear()
        self._ordered = self._waiting = 0

    def totals(self) -> tuple[Numbers, Numbers]:
        """Runs in rising order, each once, and their counts."""
        if len(self._parts) != 1 or self._waiting:
            runs = np.concatenate([np.empty(0, np.int64), *(runs for runs, _ in self._parts)])
            times = np.concatenate([np.empty(0, np.int64), *(times for _, times in self._parts)])
            order = np.argsort(runs, kind="stable")
            runs, times = runs[order], times[order]
            first = np.flatnonzero(np.diff(runs, prepend=-1))
            self._parts = [(runs[first], np.add.reduceat(times, first) if first.size else times)]
            self._ordered, self._waiting = first.size, 0
        return self._parts[0]

    def _append(self, runs: Numbers, times: Numbers) -> None:
        self._parts.append((runs, times))
        self._waiting += runs.size
        if self._waiting > max(self._ordered, 1 << 16):
            self.totals()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RunCounts):
            return NotImplemented
        return all(map(np.array_equal, self.totals(), other.totals()))

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """In JSON a list of the runs and one of their counts."""
        whole = core_schema.list_schema(core_schema.int_schema(ge=0, lt=1 << 63, strict=True))
        lists = core_schema.tuple_schema([whole, whole])
        stored = core_schema.no_info_after_validator_function(cls._of_lists, lists)
        return core_schema.json_or_python_schema(
            json_schema=stored,
            python_schema=core_schema.is_instance_schema(cls),
            serialization=core_schema.plain_serializer_function_ser_schema(cls._lists),
        )

    @classmethod
    def _of_lists(cls, lists: tuple[list[int], list[int]]) -> RunCounts:
        runs, times = lists
        if len(runs) != len(times):
            raise ValueError("there are more runs than counts, or fewer")
        return cls(runs, times)

    def _lists(self) -> tuple[list[int], list[int]]:
        runs, times = self.totals()
        return runs.tolist(), times.tolist()
