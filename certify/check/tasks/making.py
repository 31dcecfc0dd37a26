"""Has a task of lm-eval read in a process of its own, once for each task and folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from certify.check.tasks.file import TaskBenchmark, task_benchmark
from certify.check.told import retold
from certify.engines.sandbox import scrubbed_environment, with_threads
from certify.errors import CertifyError, EvidenceMissing, UsageError
from certify.evidence.parameters import StaticBenchmarkParameters

FOLDER = "CERTIFY_TASKS"
"""Environment variable: the folder with an operator's own folders of tasks."""
SECONDS = 900.0
"""Time that reading a task may take, its data set at hand."""
FETCH_SECONDS = 3600.0
"""Time that fetching a data set may take."""
MEMORY = 16 << 30
"""Most address space, bytes; numeric libraries reserve much that they never touch."""
_OFFLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
_CACHES = {"HF_DATASETS_CACHE": "datasets", "HF_HUB_CACHE": "hub"}


def make_task(given: StaticBenchmarkParameters) -> TaskBenchmark:
    """The task that parameters name, as lm-eval words it now.

    Raises:
        UsageError: CERT-E035, lm-eval is not installed; CERT-E560, the task cannot be asked; CERT-E561, its data set is
            not at hand. EvidenceMissing: CERT-E562, the process failed or took too long.
    """
    require_lm_eval()
    folder = None if given.tasks is None else str(own_folder(given.tasks))
    return task_benchmark(_made(given.task or "", folder, given.metric, given.shots, _stamp(folder)))


def own_folder(name: str) -> Path:
    """An operator's folder of tasks: code, so that nobody but the operator may say where it lies.

    Raises:
        UsageError: CERT-E560, it is not there.
    """
    root = os.environ.get(FOLDER)
    place = Path(root).resolve() / name if root else None
    if place is None or place.is_symlink() or not place.is_dir():
        raise UsageError(
            "CERT-E560",
            f"the operator's own tasks {name} are not at hand",
            f"there is no folder {name} in {root}" if root else f"{FOLDER} is not set",
            f"put the task's YAML into a folder {name}, and name the folder above it in {FOLDER}: its code will be run",
        )
    return place


def require_lm_eval() -> None:
    """Returns where lm-eval is installed.

    Raises:
        UsageError: CERT-E035, it is not.
    """
    try:
        version("lm-eval")
    except PackageNotFoundError as error:
        raise UsageError(
            "CERT-E035",
            "a task of lm-eval cannot be asked without the package lm-eval",
            "It is not installed.",
            "pip install 'certify-models[eval]'",
        ) from error


def task_environment(home: str) -> dict[str, str]:
    """The environment of a process that runs a task's code: caches of data sets and NLTK's data, and no secret."""
    cache = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    places = {name: os.environ.get(name) or str(cache / folder) for name, folder in _CACHES.items()}
    places["NLTK_DATA"] = os.environ.get("NLTK_DATA") or str(Path.home() / "nltk_data")
    kept = {name: place for name, place in places.items() if Path(place.split(os.pathsep)[0]).is_dir()}
    return with_threads(scrubbed_environment(home), 1) | kept


@lru_cache(maxsize=16)
def _made(name: str, folder: str | None, metric: str | None, shots: int | None, _stamp: tuple[object, ...]) -> bytes:
    try:
        return _read(name, folder, metric, shots)
    except UsageError as error:
        if error.code != "CERT-E561" or any(os.environ.get(one, "0") not in ("", "0") for one in _OFFLINE):
            raise
        _fetch(name, folder, error)
        return _read(name, folder, metric, shots)


def _stamp(folder: str | None) -> tuple[object, ...]:
    """What changes when an operator's folder does."""
    paths = sorted(Path(folder).rglob("*")) if folder is not None else []
    return tuple((str(path), status.st_size, status.st_mtime_ns) for path in paths if (status := path.lstat()))


def _read(name: str, folder: str | None, metric: str | None, shots: int | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="certify-task-") as home:
        place = Path(home)
        order = {
            "name": name,
            "folder": folder,
            "metric": metric,
            "shots": shots,
            "file": str(place / "made.jsonl"),
            "told": str(place / "told.json"),
            "cache": str(place / "cache"),
            "memoryLimit": MEMORY,
        }
        (place / "order.json").write_text(json.dumps({k: v for k, v in order.items() if v is not None}))
        command = [sys.executable, "-P", "-s", "-m", "certify.check.tasks.maker", str(place / "order.json")]
        try:
            done = subprocess.run(
                command,
                env=task_environment(home),
                cwd=folder if folder is not None and Path(folder).is_dir() else home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _failed(name, f"it took longer than {SECONDS:.0f} seconds") from None
        if done.returncode or not (place / "made.jsonl").is_file():
            raise _told(name, place / "told.json", done)
        return (place / "made.jsonl").read_bytes()


def _told(name: str, file: Path, done: subprocess.CompletedProcess[bytes]) -> CertifyError:
    error = retold(file.read_bytes()) if file.is_file() else None
    if error is not None:
        return error
    if done.returncode in (-signal.SIGPROF, -signal.SIGALRM):
        return _failed(name, "its scorer was not done with a harmless text after half a minute of work")
    return _failed(name, f"the process that read it ended with status {done.returncode}")


def _fetch(name: str, folder: str | None, missing: UsageError) -> None:
    """Fetches the data set with the caller's own environment, a token for gated sets in it; no task code is run."""
    command = [sys.executable, "-P", "-m", "certify.check.tasks.datasets", name, *([folder] if folder else [])]
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UsageError(missing.code, missing.what, "fetching it took over an hour", missing.hint) from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [missing.why]
        raise UsageError(missing.code, missing.what, f"it was sought on its hub: {lines[-1][:300]}", missing.hint)


def _failed(name: str, why: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E562",
        f"the task {name} could not be read",
        why,
        "run `lm-eval validate` on the task; nothing was planned and nothing was asked",
    )
