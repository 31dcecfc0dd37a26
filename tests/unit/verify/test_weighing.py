"""A registry's answer and status lists that say different things."""

from types import SimpleNamespace

import pytest

from certify.trust.status import Standing, StandingOf
from certify.verify.status_lists import Listed, weigh

VALID, SUSPENDED, REVOKED, SUPERSEDED = (
    Standing.VALID,
    Standing.SUSPENDED,
    Standing.REVOKED,
    Standing.SUPERSEDED,
)


@pytest.mark.parametrize(
    ("answered", "listed", "asked_size", "standing"),
    [
        (None, None, None, None),
        (VALID, None, None, VALID),
        (None, SUSPENDED, None, SUSPENDED),
        (VALID, SUSPENDED, None, SUSPENDED),
        (VALID, SUSPENDED, 9, SUSPENDED),
        (VALID, SUSPENDED, 10, VALID),
        (SUSPENDED, VALID, 9, SUSPENDED),
        (SUSPENDED, VALID, None, SUSPENDED),
        (SUSPENDED, SUSPENDED, 99, SUSPENDED),
        (VALID, REVOKED, 99, REVOKED),
        (SUPERSEDED, REVOKED, 99, REVOKED),
        (SUPERSEDED, VALID, None, SUPERSEDED),
        (SUSPENDED, SUPERSEDED, 99, SUPERSEDED),
        (REVOKED, VALID, None, REVOKED),
    ],
)
def test_what_is_final_counts_and_what_can_be_lifted_counts_until_somebody_asked_knows_better(
    answered, listed, asked_size, standing
):
    found = None if answered is None else StandingOf(answered)
    lists = SimpleNamespace(checkpoint=SimpleNamespace(size=10))
    told = None if listed is None else Listed(StandingOf(listed), lists, None)
    weighed = weigh(found, told, asked_size=asked_size)
    assert (weighed and weighed.standing) == standing
