"""A board is read where it is whole and nobody shares it; everywhere else there is no figure."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from certify.engines.board import SERVER, BoardMeter


class NVMLError(Exception):
    pass


class Driver(SimpleNamespace):
    """Stands where pynvml stands."""

    NVMLError = NVMLError
    boards = 1
    mig: int | None = None
    processes = 1
    readings: Any = (1_000_000, 8_200_000)

    def __init__(self, **changes: Any) -> None:
        super().__init__(**changes)
        self._left = list(self.readings)

    def nvmlInit(self) -> None:
        if self.boards == 0:
            raise NVMLError

    def nvmlDeviceGetCount(self) -> int:
        return self.boards

    def nvmlDeviceGetHandleByIndex(self, index: int) -> str:
        return f"board {index}"

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:
        return uuid

    def nvmlDeviceGetMigMode(self, board: str) -> list[int]:
        if self.mig is None:
            raise NVMLError
        return [self.mig, self.mig]

    def nvmlDeviceGetComputeRunningProcesses(self, board: str) -> list[int]:
        return list(range(self.processes))

    def nvmlSystemGetDriverVersion(self) -> str:
        return "580.95.05"

    def nvmlDeviceGetMemoryInfo(self, board: str) -> SimpleNamespace:
        return SimpleNamespace(used=60 * 2**30)

    def nvmlDeviceGetTotalEnergyConsumption(self, board: str) -> int:
        if not self._left:
            raise NVMLError
        return self._left.pop(0)


def metered(monkeypatch: pytest.MonkeyPatch, driver: Driver | None, visible: str = "", device: str = "cuda"):
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    return BoardMeter.start(device)


@pytest.mark.parametrize(
    ("driver", "visible"),
    [(Driver(), ""), (Driver(mig=0), "0"), (Driver(boards=8), "GPU-8a56e7"), (Driver(processes=0), "")],
)
def test_a_board_of_ones_own_is_read(monkeypatch, driver, visible) -> None:
    meter = metered(monkeypatch, driver, visible)
    assert meter is not None
    assert meter.joules() == 7200.0
    assert (meter.memory(), meter.driver()) == (60 * 2**30, "580.95.05")


@pytest.mark.parametrize(
    ("driver", "visible", "device"),
    [
        (Driver(), "", "cpu"),
        (None, "", "cuda"),
        (Driver(boards=0), "", "cuda"),
        (Driver(boards=2), "", "cuda"),
        (Driver(boards=2), "1", "cuda"),
        (Driver(), "GPU-1,GPU-2", "cuda"),
        (Driver(mig=1), "", "cuda"),
        (Driver(processes=2), "", "cuda"),
        (Driver(readings=()), "", "cuda"),
    ],
)
def test_any_other_board_is_not(monkeypatch, driver, visible, device) -> None:
    assert metered(monkeypatch, driver, visible, device) is None


def test_a_board_that_idles_while_a_server_answers_tells_nothing(monkeypatch) -> None:
    for processes, told in ((0, (None, None)), (1, (7200.0, 60 * 2**30))):
        meter = metered(monkeypatch, Driver(processes=processes), device=SERVER)
        assert meter is not None
        assert (meter.joules(), meter.memory()) == told


def test_a_second_reading_that_fails_or_is_shared_gives_nothing(monkeypatch) -> None:
    for driver in (Driver(readings=(5,)), Driver(readings=(5, 5))):
        meter = metered(monkeypatch, driver)
        assert meter is not None
        assert meter.joules() is None
    driver = Driver()
    meter = metered(monkeypatch, driver)
    assert meter is not None
    driver.processes = 2
    assert meter.joules() is meter.memory() is None
    monkeypatch.delattr(Driver, "nvmlSystemGetDriverVersion")
    assert meter.driver() is None
