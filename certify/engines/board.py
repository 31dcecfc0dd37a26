"""What a GPU board tells of itself: energy between two readings of its counter, memory in use; never an estimate.

Only a whole board that nobody else uses is read: otherwise it would tell of other people's work, too.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

_MIG_ENABLED = 1
SERVER = "server"
"""Processor of a tested configuration that a server answers in."""


class BoardMeter:
    """A reading to subtract from; made by :meth:`start`."""

    def __init__(self, nvml: ModuleType | Any, board: Any, before: int, fewest: int) -> None:
        self._nvml = nvml
        self._board = board
        self._before = before
        self._fewest = fewest

    @classmethod
    def start(cls, device: str) -> BoardMeter | None:
        """A meter that runs from now on, or None where the board cannot be read or is shared.

        Args:
            device: processor of the tested configuration.
        """
        if device == "cpu":
            return None
        try:
            import pynvml

            pynvml.nvmlInit()
            board = _only_board(pynvml)
            if board is None or not _alone(pynvml, board):
                return None
            fewest = 1 if device == SERVER else 0  # a server may run on the processor, and the board idle
            return cls(pynvml, board, int(pynvml.nvmlDeviceGetTotalEnergyConsumption(board)), fewest)
        except Exception:  # a driver that cannot be read is no reason to stop a run
            return None

    def driver(self) -> str | None:
        """Version of the driver; None where it cannot be read."""
        try:
            told = self._nvml.nvmlSystemGetDriverVersion()
            return told.decode("ascii", "replace") if isinstance(told, bytes) else str(told)
        except Exception:  # see above
            return None

    def memory(self) -> int | None:
        """Memory in use on the board, bytes; None where it cannot be read or somebody else came to the board."""
        try:
            used = int(self._nvml.nvmlDeviceGetMemoryInfo(self._board).used)
            return used if used > 0 and _alone(self._nvml, self._board, self._fewest) else None
        except Exception:  # see above
            return None

    def joules(self) -> float | None:
        """Energy since the start, joules; None where it cannot be read or somebody else came to the board."""
        try:
            after = int(self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._board))
            used = after - self._before  # millijoules
            return round(used / 1000, 3) if used > 0 and _alone(self._nvml, self._board, self._fewest) else None
        except Exception:  # see above
            return None


def _only_board(nvml: Any) -> Any:
    """The one board this process may use; None where it is not certain: two libraries may count boards differently."""
    visible = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    if len(visible) == 1 and visible[0].startswith("GPU-"):
        return nvml.nvmlDeviceGetHandleByUUID(visible[0])
    if len(visible) > 1 or nvml.nvmlDeviceGetCount() != 1:
        return None
    return nvml.nvmlDeviceGetHandleByIndex(0)


def _alone(nvml: Any, board: Any, fewest: int = 0) -> bool:
    """Whether the board is whole and runs one process at most, and at least as many as named."""
    try:
        if nvml.nvmlDeviceGetMigMode(board)[0] == _MIG_ENABLED:
            return False
    except nvml.NVMLError:
        pass  # boards that cannot be divided say so by an error
    return fewest <= len(nvml.nvmlDeviceGetComputeRunningProcesses(board)) <= 1
