"""One cause, many certificates: what it touches, and suspending all of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from certify.evidence.certificate import State
from certify.evidence.lifecycle import Reason
from certify.pipeline.clock import now
from certify.pipeline.standing import Changed, Wanted, declare_within
from certify.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from certify.trust.keys import StatementSigner
    from certify_registry.lifecycle.impact import Condition, Touched

CAUSES = {
    "key": Reason.KEY_COMPROMISE,
    "benchmark": Reason.BENCHMARK_LEAKED,
    "engine": Reason.ENGINE_VULNERABLE,
    "policy": Reason.POLICY_RETIRED,
    "dataset": Reason.DATASET_WITHDRAWN,
}
"""The cause that programs read for what was named."""


def touched_by(workspace: Workspace, groups: Sequence[Sequence[Condition]], *, since: int = 0) -> tuple[Touched, ...]:
    """The certificates that meet all conditions of any of the groups, oldest first; nothing is changed.

    Args:
        workspace: whose registry is looked at.
        groups: conditions; a certificate is touched if it meets every one of a group.
        since: first log index of a certificate that is looked at.

    Raises:
        UsageError: CERT-E625, a condition cannot be read.
    """
    from certify_registry.lifecycle.impact import impact_of

    found: dict[str, Touched] = {}
    with workspace.reading() as registry:
        for group in groups:
            for one in impact_of(registry, group, now=now(), since=since):
                found.setdefault(one.row.serial, one)
    return tuple(sorted(found.values(), key=lambda one: one.row.log_index))


def suspend_each(
    workspace: Workspace,
    touched: Iterable[Touched],
    reason: str,
    *,
    code: Reason | None = None,
    signer: StatementSigner | None = None,
) -> Iterator[tuple[Touched, Changed]]:
    """Suspends those certificates that stand, one signed entry each, and gives each as soon as it is logged.

    Cut off anywhere, it goes on when asked again: what is suspended already is passed over.

    Raises:
        UsageError: CERT-E011, the reason is empty or too long.
    """
    with workspace.writing() as registry:
        for one in touched:
            if one.can_be_suspended:
                wanted = Wanted(one.row.serial, State.SUSPENDED, reason, code)
                yield one, declare_within(workspace, registry, wanted, signer)
