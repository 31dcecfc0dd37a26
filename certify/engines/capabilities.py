"""What this machine and this install can do, for ``certify doctor``; imports nothing heavy."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple


class Component(NamedTuple):
    """Something an engine may need."""

    name: str
    version: str | None
    """Version or size found; None where it is absent."""
    needed_for: str
    remedy: str
    """How to get it."""


_PACKAGES = (
    ("lm-eval", "every evaluation", "pip install 'certify-models[eval]'"),
    ("torch", "the hf engine", "pip install 'certify-models[hf]'"),
    ("transformers", "the hf, vllm and openai engines", "pip install 'certify-models[openai]'"),
    ("vllm", "the vllm engine", "pip install 'certify-models[vllm]'"),
)


def installed(folder: Path | None = None) -> list[Component]:
    """What engines need and what of it is here.

    Args:
        folder: where runs are kept, whose free space counts; the current folder when absent.
    """
    packages = [Component(name, _version(name), purpose, remedy) for name, purpose, remedy in _PACKAGES]
    return [*packages, _llama_server(), _gpu(), _processors(), _memory(), _disk(folder or Path.cwd())]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _llama_server() -> Component:
    found = shutil.which("llama-server")
    return Component("llama-server", found, "the llamacpp engine", "install llama.cpp, or name a server with --serve")


def _gpu() -> Component:
    found: str | None = None
    program = shutil.which("nvidia-smi")
    if program is not None:
        query = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
        try:
            done = subprocess.run(query, capture_output=True, text=True, timeout=10, check=False)
            found = "; ".join(done.stdout.split("\n")).strip("; ") or None if done.returncode == 0 else None
        except (OSError, subprocess.SubprocessError):
            found = None  # a broken driver is an absent GPU
    return Component("GPU", found, "large models", "an NVIDIA GPU and its driver; small models run on the CPU")


def _processors() -> Component:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Component("processor cores", str(count), "the hf engine on a CPU", "")


def _memory() -> Component:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return Component("memory", None, "holding a model", "this system does not tell its memory")
    return Component("memory", _gib(size), "holding a model", "about four bytes a parameter on a CPU")


def _disk(folder: Path) -> Component:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Component("free disk", _gib(free), "a staged copy of the model and the journal", "make room")


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
