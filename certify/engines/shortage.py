"""What to do where an engine says that memory ran out, from its own words."""

from __future__ import annotations

from typing import NamedTuple

_NO_MEMORY = ("MemoryError", "OutOfMemoryError", "out of memory", "can't allocate memory", "Cannot allocate memory")
"""How Python, torch, CUDA and the system say that memory ran out."""
_NO_CONTEXT = ("larger than the available KV cache", "No available memory for the cache blocks")
"""How vLLM 0.32 says that the context does not fit."""


class Shortage(NamedTuple):
    """Too little memory, in our words."""

    why: str
    hint: str


CONTEXT = Shortage(
    "the model's whole context does not fit into the memory beside its weights",
    "make a new run with a smaller --context-length, or more GPUs by --tensor-parallel",
)
MEMORY = Shortage(
    "memory ran out; the answers so far are safe",
    "give the same command again with a smaller --batch-size: it asks only what is missing",
)


def shortage(said: str) -> Shortage | None:
    """The shortage that an error, or the log of an engine that failed, tells of; None where it tells of none."""
    if any(words in said for words in _NO_CONTEXT):
        return CONTEXT
    return MEMORY if any(words in said for words in _NO_MEMORY) else None
