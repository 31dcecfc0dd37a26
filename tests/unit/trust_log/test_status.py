"""How a certificate stands after the status entries of the log."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import cast

import pytest

from certify.evidence.certificate import State, Status
from certify.trust.status import Change, Standing, StandingOf, fold_changes, standing_of

SERIAL = "CM-0000-0000-0001"
OTHER = "CM-0000-0000-0002"


def folded(serial: str, entries) -> StandingOf:
    """How it stands where one voice is enough."""
    return fold_changes(serial, (Change(index, status) for index, status in entries))


def status(state: State, serial: str = SERIAL) -> Status:
    return Status(serial=serial, state=state, reason=f"because {state}", declared_at="2026-11-23T17:00:00Z")


def fold(*states: str) -> Standing:
    return folded(SERIAL, [(10 + n, status(State(state))) for n, state in enumerate(states)]).standing


def test_an_untouched_certificate_is_valid() -> None:
    assert folded(SERIAL, []) == StandingOf(Standing.VALID)
    assert folded(SERIAL, [(3, status(State.REVOKED, OTHER))]) == StandingOf(Standing.VALID)


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        (["suspended"], Standing.SUSPENDED),
        (["suspended", "reinstated"], Standing.VALID),
        (["reinstated"], Standing.VALID),
        (["reinstated", "suspended"], Standing.SUSPENDED),
        (["superseded"], Standing.SUPERSEDED),
        (["superseded", "reinstated"], Standing.SUPERSEDED),
        (["suspended", "superseded", "reinstated"], Standing.SUPERSEDED),
        (["revoked", "reinstated"], Standing.REVOKED),
        (["superseded", "revoked"], Standing.REVOKED),
        (["suspended", "revoked", "reinstated", "superseded"], Standing.REVOKED),
    ],
)
def test_transitions(states: list[str], standing: Standing) -> None:
    assert fold(*states) is standing


def test_nothing_undoes_a_revocation() -> None:
    for before in itertools.product(State, repeat=2):
        for after in itertools.product(State, repeat=2):
            assert fold(*before, "revoked", *after) is Standing.REVOKED


def test_the_first_revocation_gives_the_reason() -> None:
    first, second = status(State.REVOKED), status(State.REVOKED).model_copy(update={"reason": "later"})
    found = folded(SERIAL, [(9, second), (5, first)])
    assert (found.index, found.reason) == (5, "because revoked")


def test_the_logs_order_decides_not_the_signers_clock() -> None:
    early = status(State.REINSTATED).model_copy(update={"declared_at": "2030-01-01T00:00:00Z"})
    late = status(State.SUSPENDED).model_copy(update={"declared_at": "2020-01-01T00:00:00Z"})
    assert folded(SERIAL, [(8, late), (7, early)]).standing is Standing.SUSPENDED


def test_verified_entries_are_read_by_their_value() -> None:
    entries = cast(
        "list[tuple[int, object]]", [(4, SimpleNamespace(value=status(State.SUSPENDED), keyid="", payload_sha256=""))]
    )
    assert standing_of(SERIAL, entries).standing is Standing.SUSPENDED  # type: ignore[arg-type]


def test_a_revocation_that_waits_is_not_hidden_by_a_suspension() -> None:
    waiting, doubt = (Change(index, status(state), "A", state) for index, state in enumerate(State) if index < 2)
    found = fold_changes(SERIAL, [waiting, doubt], lambda _: 2)
    assert (found.standing, found.waits_for, found.index) == (Standing.SUSPENDED, 1, 0)
    agreed = fold_changes(SERIAL, [waiting, doubt, Change(2, waiting.status, "B", waiting.payload_sha256)], lambda _: 2)
    assert (agreed.standing, agreed.index) == (Standing.REVOKED, 2)
