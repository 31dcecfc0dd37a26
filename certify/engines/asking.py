"""Many requests at once without waiting for each other: each answer is committed when it ends.

Requests that bring no answer are tried again after a pause that doubles. Those that fail for good are kept until the
end and committed as errors then, so that a run which stops early asks them once more.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, NamedTuple, TypeVar

from certify.engines.connection import AGAIN, AskingError, Line, Route, Trouble
from certify.engines.endpoint import Endpoint
from certify.errors import CertifyError, EvidenceMissing, InternalError

TRIES = 6
FIRST_WAIT = 0.25
"""Seconds before the second try; each further pause is twice as long."""
LONGEST_WAIT = 30.0
MAX_ERROR_SHARE = 0.05
"""Share of a run's requests that may end as errors; with more, the server is at fault and not the items."""
FATAL = frozenset({Trouble.UNREACHABLE, Trouble.FORBIDDEN, Trouble.MISSING, Trouble.MOVED})
"""Troubles of the server as a whole."""

T = TypeVar("T")
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Answered(NamedTuple, Generic[Answer]):
    answer: Answer


class _Failed(NamedTuple, Generic[Asked]):
    asked: Asked
    error: AskingError


def ask_all(
    route: Route,
    every: Sequence[Asked],
    ask: Callable[[Line, Asked], Answer],
    commit: Callable[[Sequence[Answer]], None],
    *,
    failed: Callable[[Asked, str], Answer],
    name: Callable[[Asked], str],
    at_once: int,
    allowed_errors: int,
) -> None:
    """Asks everything, at most ``at_once`` at a time, and commits each answer when it ends.

    Args:
        route: the server.
        every: what to ask, in this order.
        ask: asks one over a line; raises AskingError.
        commit: called from this thread alone.
        failed: what stands for the answer to one that failed for good, and why it did.
        name: what to call one in errors.
        at_once: requests in flight.
        allowed_errors: requests that may fail for good.

    Raises:
        EvidenceMissing: CERT-E541, the server cannot be used any longer; CERT-E542, too many requests failed.
    """
    crew = _Crew(route, every, ask, min(at_once, len(every)))
    failures: list[_Failed[Asked]] = []
    left = len(every)
    try:
        while left:
            results = crew.finished()
            left -= len(results)
            answers = [one.answer for one in results if isinstance(one, _Answered)]
            if answers:
                commit(answers)
            for one in results:
                if isinstance(one, CertifyError):
                    raise one
            failures += [one for one in results if isinstance(one, _Failed)]
            if len(failures) > allowed_errors:
                raise _too_many(len(failures), failures[-1].error, name(failures[-1].asked), allowed_errors)
    finally:
        crew.stop()
    if failures:
        commit([failed(one.asked, one.error.trouble.value) for one in failures])


def persistently(ask: Callable[[], T], stopped: threading.Event | None = None) -> T:
    """What ``ask`` gives, asked again with pauses while its trouble may pass.

    Args:
        ask: raises AskingError where it fails.
        stopped: ends the pauses.
    """
    wait, stopped = FIRST_WAIT, stopped or threading.Event()
    for _ in range(TRIES - 1):
        try:
            return ask()
        except AskingError as error:
            if error.trouble not in AGAIN or stopped.wait(min(LONGEST_WAIT, max(wait, error.wait or 0.0))):
                raise
            wait *= 2
    return ask()


def unusable(error: AskingError, endpoint: Endpoint) -> EvidenceMissing:
    """The error for a server that cannot be asked at all."""
    hints = {
        Trouble.UNREACHABLE: "see that the server runs; then give the same command again: it asks only what is missing",
        Trouble.FORBIDDEN: "name the environment variable that holds the key with --api-key-env NAME",
        Trouble.MISSING: "see the server's list of models, and name one with --endpoint-model NAME",
        Trouble.MOVED: "name the address it points to yourself: certify follows no redirection",
    }
    return EvidenceMissing(
        "CERT-E541",
        f"{endpoint} cannot be used: {error}",
        "answers so far are kept; nothing but this endpoint is asked",
        hints.get(error.trouble, "see what the server says, then give the same command again"),
    )


class _Crew(Generic[Asked, Answer]):
    """Threads that ask, each over a line of its own."""

    def __init__(self, route: Route, every: Sequence[Asked], ask: Callable[[Line, Asked], Answer], size: int) -> None:
        self._route, self._ask = route, ask
        self._waiting = deque(every)
        self._results: SimpleQueue[_Answered[Answer] | _Failed[Asked] | CertifyError] = SimpleQueue()
        self._stopped = threading.Event()
        self._lines = [Line(route) for _ in range(size)]
        for number, line in enumerate(self._lines):
            threading.Thread(target=self._work, args=(line,), daemon=True, name=f"ask-{number}").start()

    def finished(self) -> list[_Answered[Answer] | _Failed[Asked] | CertifyError]:
        """Waits for a result and takes whatever else is there."""
        results = [self._results.get()]
        with suppress(Empty):
            while True:
                results.append(self._results.get_nowait())
        return results

    def stop(self) -> None:
        """Hangs up; what is in flight is given up."""
        self._stopped.set()
        for line in self._lines:
            line.close()

    def _work(self, line: Line) -> None:
        while not self._stopped.is_set():
            try:
                one = self._waiting.popleft()
            except IndexError:
                return
            self._results.put(self._settled(line, one))

    def _settled(self, line: Line, one: Asked) -> _Answered[Answer] | _Failed[Asked] | CertifyError:
        try:
            return _Answered(persistently(lambda: self._ask(line, one), self._stopped))
        except AskingError as error:
            return unusable(error, self._route.endpoint) if error.trouble in FATAL else _Failed(one, error)
        except Exception as error:  # a thread must not end without a word
            return InternalError("CERT-E099", f"asking failed: {type(error).__name__}: {str(error)[:200]}")


def _too_many(count: int, last: AskingError, name: str, allowed: int) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E542",
        f"the server failed on {count} requests, where {allowed} may fail; the last, {name}: {last}",
        "so many errors are the server's and would be taken for the model's; none of them was kept",
        "mend the server, then give the same command again: it asks only what is missing",
    )
