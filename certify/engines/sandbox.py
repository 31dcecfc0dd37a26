"""What a worker gives up before it touches a model: the network, memory, packages, and life without its parent."""

from __future__ import annotations

import ipaddress
import os
import resource
import signal
import sys
import threading
from collections.abc import Collection
from queue import SimpleQueue
from typing import Any

from certify.engines.processes import kill_descendants

MAX_TOLD = 1 << 24
"""Bytes of the longest line that a worker takes from its parent."""

_LOCAL = frozenset({"", "localhost", "0.0.0.0", "::"})  # noqa: S104 - compared with, never bound


def scrubbed_environment(home: str, device: str = "cpu") -> dict[str, str]:
    """The whole environment of a worker: no secret, no proxy, no plugin, no Python path.

    Args:
        home: an empty folder.
        device: the library path, which GPU drivers may need, is kept for anything but ``cpu``.
    """
    kept = ("PATH",) if device == "cpu" else ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_PLUGINS": "",
        "VLLM_HOST_IP": "127.0.0.1",
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
        "TOKENIZERS_PARALLELISM": "false",
        "TQDM_DISABLE": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads slow each other down on a busy machine
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # deterministic matrix products on CUDA
    }


def with_threads(environment: dict[str, str], threads: int) -> dict[str, str]:
    """The environment with the thread counts of numeric libraries set."""
    return environment | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}


def limit_memory(limit: int | None) -> None:
    """Bounds the address space of this process, bytes."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def refuse_network(admitted: Collection[tuple[str, int]] = ()) -> None:
    """From now on this process opens no connection to another machine.

    A guard against accidents and against Python code that slipped in with a model; native code could pass it.

    Args:
        admitted: addresses and ports of the one server that may be reached nevertheless; no names, so that a name
            cannot come to mean another machine later.
    """
    allowed = frozenset(admitted)
    sys.addaudithook(lambda event, arguments: _refuse_remote(event, arguments, allowed))


def _refuse_remote(event: str, arguments: tuple[Any, ...], admitted: frozenset[tuple[str, int]]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_known(address[0], address[1], admitted):
            raise PermissionError(f"a worker may not reach {address[0]}")
    elif event == "socket.getaddrinfo" and not _is_known(arguments[0], arguments[1], admitted):
        raise PermissionError(f"a worker may not look up {arguments[0]}")


def _is_known(host: Any, port: Any, admitted: frozenset[tuple[str, int]]) -> bool:
    """Whether a name or address means this machine, or is the admitted one; names that only begin so do not."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name in _LOCAL or (name, port) in admitted:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def do_without(*packages: str) -> None:
    """Makes installed packages look absent to this process, to whatever would load them only because they are there."""
    for package in packages:
        sys.modules.setdefault(package, None)  # type: ignore[arg-type]  # None is what the import system looks for


def die_with_parent() -> SimpleQueue[bytes]:
    """Ends this process and its children when its standard input closes, as it does when the parent is gone.

    Gives the queue of the lines that the parent writes there; one longer than 16 MiB arrives in parts.
    """
    lines: SimpleQueue[bytes] = SimpleQueue()

    def watch() -> None:
        with os.fdopen(os.dup(0), "rb") as parent:
            while line := parent.readline(MAX_TOLD):
                lines.put(line)
        kill_descendants(os.getpid())  # a server may have left our group
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    return lines
