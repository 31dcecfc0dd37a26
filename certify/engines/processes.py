"""Processes as Linux shows them: whose child is whose, and who listens where. Read only by who may end them."""

from __future__ import annotations

import ctypes
import os
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
_SUBREAPER, _DEATH_SIGNAL = 36, 1
"""PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG. Source: linux/prctl.h."""
_LOOPBACK4 = "7F"
_LOOPBACK6 = ("00000000000000000000000001000000", "0000000000000000FFFF0000")
_LISTENING = "0A"


class Listener(NamedTuple):
    """A socket that waits for connections."""

    local: bool
    """Whether only this machine can reach it."""
    inode: str


def adopt_orphans() -> None:
    """From now on, whatever our children leave behind becomes ours, so that it can be found and ended."""
    _prctl(_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """Ends this process when its parent ends, which has to be ``parent``."""
    _prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def descendants(root: int) -> list[int]:
    """Every process below ``root``, those nearest to it first."""
    below: dict[int, list[int]] = defaultdict(list)
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            below[int((folder / "stat").read_text().rpartition(")")[2].split()[1])].append(int(folder.name))
    found, waiting = list[int](), [root]
    while waiting:
        children = sorted(below.get(waiting.pop(0), ()))
        found += children
        waiting += children
    return found


def peak_memory(root: int) -> int:
    """Largest resident memory of ``root`` and of each process below it that is alive, added up; bytes."""
    peaks = 0
    for process in (root, *descendants(root)):
        with suppress(OSError, ValueError, IndexError):
            status = (PROC / str(process) / "status").read_text()
            peaks += int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return peaks


def kill_descendants(root: int) -> None:
    """Ends every process below ``root``, also those that are started meanwhile."""
    for _ in range(10):
        alive = descendants(root)
        if not alive:
            return
        for process in alive:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        _reap()


def listeners(port: int) -> list[Listener]:
    """Who waits for TCP connections at a port, in this network namespace."""
    found = []
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                address, _, at = fields[1].partition(":")
                if int(at, 16) == port and fields[3] == _LISTENING:
                    found.append(Listener(_is_loopback(address), fields[9]))
    return found


def holds(processes: list[int], inode: str) -> bool:
    """Whether one of these processes has a socket open."""
    wanted = f"socket:[{inode}]"
    for process in processes:
        with suppress(OSError):
            for link in (PROC / str(process) / "fd").iterdir():
                with suppress(OSError):
                    if os.readlink(link) == wanted:
                        return True
    return False


def _is_loopback(address: str) -> bool:
    if len(address) == 8:
        return address.endswith(_LOOPBACK4)
    mapped = address.startswith(_LOOPBACK6[1]) and address.endswith(_LOOPBACK4)
    return address == _LOOPBACK6[0] or mapped


def _prctl(option: int, value: int) -> None:
    with suppress(OSError, AttributeError):  # no Linux: the process group has to do
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
