"""Shards scanned by a Ray cluster: one task each, tried again where a worker dies."""

from __future__ import annotations

import os
import pickle
import re
import secrets
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from functools import cache
from typing import Any

from certify.errors import RegistryError, UsageError
from certify.scan.executors import Advance, largest_first
from certify.scan.executors.aside import printing_aside
from certify.scan.shard_result import ShardResult
from certify.scan.shards import Shard
from certify.scan.sources import Source
from certify.scan.work import Work, code_digest, lost

RETRIES = 2
"""How often a shard whose worker died is given to another."""

LOCAL = "local"
_ADDRESS = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9A-Fa-f:]+\]:[0-9]{1,5}")
_AHEAD = 2
_PATIENCE = 10.0
_LISTENERS = "ray_"
"""How the names of the threads begin in which Ray listens to its cluster, and prints what it hears."""

_works: dict[str, Work] = {}


class RayExecutor:
    """Ray Core tasks on a cluster of our own on this machine, or on one that runs already.

    A session that was there before is used and left as it is. Every worker must be able to read the data under the
    same paths, and have this very version of certify.

    Args:
        address: ``local``, or HOST:PORT of a running cluster.
        threads: workers of a local cluster; None for as many as this process may use cores.

    Raises:
        UsageError: CERT-E470, a cluster elsewhere and no token for it; CERT-E471, no such kind of address.
    """

    def __init__(self, address: str, threads: int | None = None) -> None:
        self._address, self._threads = address, threads or len(os.sched_getaffinity(0))
        if address == LOCAL:
            return
        if not _ADDRESS.fullmatch(address):
            what = f"{address} is no address of a Ray cluster"
            raise UsageError("CERT-E471", what, "", "Give HOST:PORT of its head node, or local.")
        if not any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")):
            raise UsageError(
                "CERT-E470",
                f"no token is set for the Ray cluster at {address}",
                "a cluster without one runs whatever anybody who reaches it sends, and could return any result",
                "start the cluster with RAY_AUTH_MODE=token and set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH here",
            )

    def map_unordered(
        self, work: Work, shards: Sequence[Source], advance: Advance | None = None
    ) -> Iterator[tuple[int, ShardResult]]:
        """Each shard's position and result, as they are finished.

        Raises:
            RegistryError: CERT-E472, the cluster does not answer.
            UsageError: CERT-E473, a worker with another version of certify; and what the work raises.
        """
        if shards:
            # Ray prints on standard output that a worker died; whoever wants JSON wants nothing else there.
            with printing_aside(_LISTENERS), _session(self._address, self._threads) as ray:
                yield from _tasks(ray, work, shards)


def _tasks(ray: Any, work: Work, shards: Sequence[Source]) -> Iterator[tuple[int, ShardResult]]:
    # Arrays that Ray shares between processes cannot be written to, and the compiled search has no code for those.
    held = ray.put(ray.cloudpickle.dumps(work))
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(_scan)
    waiting, running = iter(largest_first(shards)), dict[Any, int]()
    window = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))

    def start() -> None:
        while len(running) < window and (number := next(waiting, None)) is not None:
            shard = shards[number]
            if isinstance(shard, Shard):
                shard = shard._replace(path=shard.path.absolute())  # workers stand in other folders
            running[task.remote([held], shard, code_digest())] = number

    try:
        start()
        while running:
            for done in ray.wait(list(running))[0]:
                number = running.pop(done)
                result = _result(ray, done, shards[number])
                start()
                yield number, result
    finally:
        for reference in running:
            ray.cancel(reference, force=True)


def _scan(held: list[Any], shard: Source, code: str) -> ShardResult:
    """One shard, in a worker; what to do is unpacked once a worker."""
    import ray

    if code_digest() != code:
        raise UsageError(
            "CERT-E473",
            "a worker of the Ray cluster has another version of certify",
            "its results would not be comparable with those of this machine",
            "install the same version on every node",
        )
    name = held[0].hex()
    if name not in _works:
        _works.clear()
        _works[name] = pickle.loads(ray.get(held[0]))  # noqa: S301 - what the driver put there, behind the token
    return _works[name](shard)


def _result(ray: Any, reference: Any, shard: Source) -> ShardResult:
    failures = ray.exceptions
    try:
        result: ShardResult = ray.get(reference)
    except failures.RayTaskError as error:
        raise getattr(error, "cause", None) or error from None
    except (
        failures.WorkerCrashedError,
        failures.OutOfMemoryError,
        failures.NodeDiedError,
        failures.LocalRayletDiedError,
    ):
        return lost(shard, f"its worker died {RETRIES + 1} times")
    return result


@contextmanager
def _session(address: str, threads: int) -> Iterator[Any]:
    """Ray, connected; what was started here is ended, and nothing else."""
    # Without a limit Ray tries a task whose worker needs too much memory again for ever.
    own = {"RAY_AUTH_TOKEN": _own_token(), "RAY_task_oom_retries": str(RETRIES)} if address == LOCAL else {}
    with _environment({"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", **own}), _private_folder() as folder:
        import ray

        if ray.is_initialized():
            yield ray
            return
        try:
            # Ray puts the folder its driver stands in first where workers look for modules: a ``numpy.py`` that lies
            # beside the data would run there. So for this moment the driver stands in an empty one.
            with tempfile.TemporaryDirectory() as empty, chdir(empty):
                _connect(ray, address, threads, folder)
            yield ray
        finally:
            ray.shutdown()


@contextmanager
def _private_folder() -> Iterator[str]:
    # Ray opens its folder, with logs and sockets of the workers, to every user of the machine; so it gets one inside a
    # closed folder. Sockets need a short path; and Ray may still write there when it is told to end.
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield os.path.join(folder, "r")


def _connect(ray: Any, address: str, threads: int, folder: str) -> None:
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address == LOCAL:
            ray.init(LOCAL, include_dashboard=False, num_cpus=threads, _temp_dir=folder, **quiet)
            return
        # Ray takes over a minute to find that nobody is there, and then ends the process.
        host, _, port = address.rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
        ray.init(address, **quiet)
    except (OSError, OverflowError, RuntimeError, SystemExit, ray.exceptions.RayError) as error:
        raise RegistryError(
            "CERT-E472",
            f"the Ray cluster {address} cannot be used",
            str(error).partition("\n")[0],
            "check the address, that the cluster runs, and its token; finished files stay noted",
        ) from error


@cache
def _own_token() -> str:
    # Ray remembers the first token a process used, so every cluster of this process has the same.
    return secrets.token_hex(32)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
