"""Chat templates come with a model and are programs: they run in a sandbox, and not for long."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from certify.errors import EvidenceMissing

RENDER_SECONDS = 20.0
"""Longest time a template may take for one conversation."""


@contextmanager
def template_guard() -> Iterator[None]:
    """A block that renders a template; whatever goes wrong in it is one error that names the template.

    The time is bounded in the main thread, where workers render; Python gives no other thread a signal.

    Raises:
        EvidenceMissing: CERT-E060, the template refuses, fails, or takes too long.
    """
    try:
        with _bounded(RENDER_SECONDS):
            yield
    except Exception as error:
        raise EvidenceMissing(
            "CERT-E060",
            f"the model's chat template refuses the question: {type(error).__name__}: {str(error)[:300]}",
            "some templates take no system prompt",
            "leave the system prompt away, or use the prompt style completion",
        ) from error


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it did not end within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
