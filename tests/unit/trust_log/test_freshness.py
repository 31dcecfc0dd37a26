"""What a reader without a connection may conclude."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.trust.freshness import Freshness, Seen, freshness, shown_at
from certify.trust.status import Standing, Term

TERM = Term("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")
NOW = "2026-06-10T00:00:00Z"
DAY = timedelta(days=1)


def seen(**parts: object) -> Seen:
    whole = {"known_key": True, "standing": Standing.VALID, "said_at": "2026-06-09T12:00:00Z", "due": None, **parts}
    return Seen(**whole)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "now", "max_age", "verdict"),
    [
        ({}, NOW, DAY, "valid"),
        ({}, NOW, timedelta(hours=12), "valid"),
        ({}, NOW, timedelta(hours=12) - timedelta(seconds=1), "valid-but-stale"),
        ({}, NOW, None, "valid"),
        ({"due": "2026-06-10T00:00:01Z"}, NOW, DAY, "valid"),
        ({"due": NOW}, NOW, None, "valid-but-stale"),
        ({"said_at": None}, NOW, DAY, "valid-but-stale"),
        ({"said_at": None}, NOW, None, "valid"),
        ({"said_at": "2026-06-10T00:05:01Z"}, NOW, None, "valid-but-stale"),
        ({"said_at": "2026-06-10T00:04:00Z"}, NOW, DAY, "valid"),
        ({"known_key": False, "standing": Standing.REVOKED}, NOW, DAY, "unknown-key"),
        ({"standing": Standing.REVOKED, "said_at": None, "quorum": 2}, NOW, DAY, "revoked"),
        ({"standing": Standing.SUSPENDED, "due": "2026-01-02T00:00:00Z"}, NOW, DAY, "suspended"),
        ({"standing": Standing.SUPERSEDED}, "2030-01-01T00:00:00Z", DAY, "superseded"),
        ({}, TERM.valid_until, DAY, "expired"),
        ({}, "2025-01-01T00:00:00Z", DAY, "not-yet-valid"),
        ({"quorum": 2, "cosigned_at": ("2026-06-09T23:00:00Z",)}, NOW, DAY, "no-quorum"),
        ({"quorum": 1, "cosigned_at": ("2026-06-09T23:00:00Z",)}, NOW, DAY, "valid"),
        ({"quorum": 2, "cosigned_at": ("2026-06-09T23:00:00Z", "2026-06-08T00:00:00Z")}, NOW, DAY, "valid-but-stale"),
        ({"quorum": 2, "cosigned_at": ("2026-06-09T23:00:00Z", "2026-06-09T22:00:00Z")}, NOW, DAY, "valid"),
        ({"quorum": 1, "said_at": None, "cosigned_at": ("2026-06-09T23:00:00Z",)}, NOW, None, "valid-but-stale"),
    ],
)
def test_verdicts(parts: dict[str, object], now: str, max_age: timedelta | None, verdict: str) -> None:
    assert freshness(seen(**parts), term=TERM, now=now, max_age=max_age) == verdict


def test_a_quorum_is_as_old_as_the_last_witness_it_needs() -> None:
    signed = ("2026-06-01T00:00:00Z", "2026-06-03T00:00:00Z", "2026-06-02T00:00:00Z")
    for quorum, day in ((1, 3), (2, 2), (3, 1)):
        assert shown_at(seen(quorum=quorum, cosigned_at=signed)) == f"2026-06-0{day}T00:00:00Z"
    assert shown_at(seen(quorum=4, cosigned_at=signed)) is None


@given(st.sampled_from(list(Standing)), st.integers(0, 3), st.lists(st.integers(1, 28), max_size=3), st.integers(0, 40))
def test_good_news_never_comes_from_less(standing: Standing, quorum: int, days: list[int], age: int) -> None:
    signed = tuple(f"2026-05-{day:02}T00:00:00Z" for day in days)
    answer = seen(standing=standing, quorum=quorum, cosigned_at=signed)
    found = freshness(answer, term=TERM, now=NOW, max_age=timedelta(days=age))
    if found is Freshness.VALID:
        assert standing is Standing.VALID
        assert len(signed) >= quorum
        fewer = seen(standing=standing, quorum=quorum, cosigned_at=signed[1:])
        later = freshness(fewer, term=TERM, now="2026-12-01T00:00:00Z", max_age=timedelta(days=age))
        assert later in (Freshness.VALID_BUT_STALE, Freshness.NO_QUORUM)
    elif standing is not Standing.VALID:
        assert found == standing.value
