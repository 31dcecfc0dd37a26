"""Many clients, one commit: statements that arrive together enter the log together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from certify.errors import CertifyError, RegistryError
from certify_registry.appended import Appended
from certify_registry.checking import Checked, Checkers
from certify_registry.registry import Registry
from certify_registry.waiting import BATCH, OUTSTANDING, Line, Reception, settle, started


class GroupAppender(Reception):
    """An appender that commits whatever waits as one batch; see ``Appender``.

    A batch costs the disk little more than one entry, and no client waits for others that have not come yet.
    Checking the next batch goes on while the last one is being written.

    Args:
        registry: open with its key.
        now: gives the time in UTC, ``2026-11-23T17:00:00Z``.
        processes: processes that check signatures beside this one.
        outstanding: statements that may wait at once.
        batch: most statements under one signed head.
    """

    def __init__(
        self,
        registry: Registry,
        now: Callable[[], str],
        *,
        processes: int = 0,
        outstanding: int = OUTSTANDING,
        batch: int = BATCH,
    ) -> None:
        super().__init__(outstanding, Checkers(processes))
        self._registry, self._now, self._batch = registry, now, batch
        self._checked: Line[tuple[Checked | CertifyError, Future[Appended]]] = Line()
        self._threads = [started("check", self._check), started("sequence", self._sequence)]

    def _check(self) -> None:
        for waiting in self._fresh.batches(self._batch):
            futures = [future for _, future in waiting]
            try:
                checked = self._registry.check([bundle for bundle, _ in waiting], self._checkers)
            except Exception as error:  # whoever waits has to hear of it, whatever it is
                for future in futures:
                    settle(future, error)
                continue
            self._checked.put(zip(checked, futures, strict=True))
        self._checked.end()

    def _sequence(self) -> None:
        for waiting in self._checked.batches(self._batch):
            answers = append_apart(self._registry, [checked for checked, _ in waiting], self._now())
            for (_, future), answer in zip(waiting, answers, strict=True):
                settle(future, answer)


def append_apart(
    registry: Registry, checked: Sequence[Checked | CertifyError], now: str
) -> list[Appended | BaseException]:
    """``Registry.append_checked``, where a statement that cannot even be tried fails by itself and not its neighbours.

    Args:
        registry: open with its key.
        checked: statements.
        now: the time in UTC.
    """
    try:
        return list(registry.append_checked(checked, now=now))
    except RegistryError as error:  # the disk, the database, another writer: the same for all
        return [error] * len(checked)
    except Exception as error:
        if len(checked) == 1:
            return [error]
        return [answer for one in checked for answer in append_apart(registry, [one], now)]
