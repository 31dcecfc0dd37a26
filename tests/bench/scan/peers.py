"""Other people's scanners: each in an environment of its own in the bench's cache, each run as a process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.scan.corpus import cache_folder

PROGRAMS = Path(__file__).with_name("peer_programs")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
_SLOW = 300


class Peer(NamedTuple):
    """A scanner and what it takes to run it."""

    name: str
    program: str
    packages: tuple[str, ...]
    newest: bool
    """Whether it needs CPython 3.12 or newer."""
    quick: bool = False
    """Whether it can be asked to scan the whole corpus."""


class Ran(NamedTuple):
    """What one run came to."""

    seconds: float
    cpu: float
    flagged: list[str]
    peak_mib: float


_DATATROVE = ("datatrove==0.10.1", "spacy>=3.8", "xxhash<4", "regex")
PEERS = (
    Peer(
        "datatrove 0.10.1, n-gram filter",
        "run_datatrove.py",
        ("datatrove==0.10.1", "spacy>=3.8", "xxhash<4", "regex"),
        False,
    ),
    Peer("lm-eval 0.4.13, Janitor in Python", "run_janitor.py", (), False),
    Peer("decontaminate 0.3.0.post4 (decon)", "run_decon.py", ("decontaminate==0.3.0.post4",), True, True),
    Peer("corpus-assay 0.1.0", "run_corpus_assay.py", ("corpus-assay==0.1.0",), True, True),
)
CERTIFY = Peer("certify scan", "run_certify.py", (), False)


def run_peer(peer: Peer, folder: Path, items: Path, *, threads: int = 1) -> Ran | str:
    """One run on a folder of shards, or why there is none."""
    python = _interpreter(peer)
    if not isinstance(python, Path):
        return python
    out = folder.with_suffix(".json")
    arguments = [python, PROGRAMS / peer.program, folder, items, out]
    arguments += [str(threads)] if peer is CERTIFY else []
    environment = {**os.environ, **_OFFLINE, "RAYON_NUM_THREADS": "1"}
    try:
        subprocess.run(
            list(map(str, arguments)), check=True, capture_output=True, text=True, timeout=_SLOW, env=environment
        )
    except subprocess.CalledProcessError as error:
        return f"it failed: {_last(error.stderr)}"
    except subprocess.TimeoutExpired:
        return f"it took more than {_SLOW} s"
    said: dict[str, Any] = json.loads(out.read_text())
    return Ran(said["seconds"], said["cpu"], said["flagged"], said.get("peak_mib", 0.0))


def _interpreter(peer: Peer) -> Path | str:
    """The Python that has the peer, its environment made where it is not there yet; or why it cannot be had."""
    if not peer.packages:
        return Path(sys.executable)
    base = newer_python() if peer.newest else Path(sys.executable)
    if base is None:
        return "it needs CPython 3.12 or newer, and there is none here"
    folder = cache_folder() / f"venv-{peer.program.removesuffix('.py')}"
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        try:
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([base, "-m", "venv", folder], check=True, capture_output=True, text=True)
            command = [python, "-m", "pip", "install", "-q", *peer.packages]
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SLOW)
        except (subprocess.SubprocessError, OSError) as error:
            return f"it cannot be installed: {_last(getattr(error, 'stderr', '') or str(error))}"
        (folder / ".ready").touch()
    return python


def newer_python() -> Path | None:
    """A CPython of 3.12 or newer: this one, one on the path, or one that pyenv keeps."""
    kept = sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python"))
    found = [shutil.which(f"python3.{minor}") for minor in (12, 13, 14)]
    for candidate in (sys.executable, *kept, *found):
        if candidate:
            asked = "import sys; print(sys.version_info >= (3, 12), sys.implementation.name)"
            said = subprocess.run([candidate, "-c", asked], check=False, capture_output=True, text=True)
            if said.stdout.split() == ["True", "cpython"]:
                return Path(candidate)
    return None


def _last(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "without a word")[:200]
