"""What a reader without a connection may conclude."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.trust.freshness import Freshness, Seen, freshness
from certify.trust.status import Standing, Term

TERM = Term("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")
NOW = "2026-06-10T00:00:00Z"
DAY = timedelta(days=1)


def seen(**parts: object) -> Seen:
    whole = {"standing": Standing.VALID, "said_at": "2026-06-09T12:00:00Z", "due": "2027-06-10T00:00:00Z", **parts}
    return Seen(**whole)  # type: ignore[arg-type]


def witnessed(at: str | None) -> dict[str, object]:
    return {"needs_witnesses": True, "witnessed_at": at}


@pytest.mark.parametrize(
    ("parts", "now", "max_age", "verdict"),
    [
        ({}, NOW, DAY, "valid"),
        ({}, NOW, timedelta(hours=12), "valid"),
        ({}, NOW, timedelta(hours=12) - timedelta(seconds=1), "valid-but-stale"),
        ({}, NOW, None, "valid"),
        ({"due": "2026-06-10T00:00:01Z"}, NOW, DAY, "valid"),
        ({"due": NOW}, NOW, None, "valid-but-stale"),
        ({"said_at": "2026-06-10T00:05:01Z"}, NOW, None, "valid-but-stale"),
        ({"said_at": "2026-06-10T00:04:00Z"}, NOW, DAY, "valid"),
        ({"standing": Standing.REVOKED, **witnessed(None)}, NOW, DAY, "revoked"),
        ({"standing": Standing.SUSPENDED, "due": "2026-01-02T00:00:00Z"}, NOW, DAY, "suspended"),
        ({"standing": Standing.SUPERSEDED}, "2030-01-01T00:00:00Z", DAY, "superseded"),
        ({}, TERM.valid_until, DAY, "expired"),
        ({}, "2025-01-01T00:00:00Z", DAY, "not-yet-valid"),
        (witnessed(None), NOW, DAY, "no-quorum"),
        (witnessed("2026-06-09T23:00:00Z"), NOW, DAY, "valid"),
        (witnessed("2026-06-08T00:00:00Z"), NOW, DAY, "valid-but-stale"),
        ({"said_at": "2026-06-08T00:00:00Z", **witnessed("2026-06-09T23:00:00Z")}, NOW, DAY, "valid-but-stale"),
    ],
)
def test_verdicts(parts: dict[str, object], now: str, max_age: timedelta | None, verdict: str) -> None:
    assert freshness(seen(**parts), term=TERM, now=now, max_age=max_age) == verdict


@given(st.sampled_from(list(Standing)), st.none() | st.integers(1, 28), st.integers(0, 40))
def test_good_news_never_comes_from_less(standing: Standing, day: int | None, age: int) -> None:
    parts = {"standing": standing, **witnessed(day and f"2026-05-{day:02}T00:00:00Z")}
    found = freshness(seen(**parts), term=TERM, now=NOW, max_age=timedelta(days=age))
    if found is Freshness.VALID:
        assert (standing, day is None) == (Standing.VALID, False)
        fewer = freshness(seen(**parts | {"witnessed_at": None}), term=TERM, now=NOW, max_age=timedelta(days=age))
        assert fewer is Freshness.NO_QUORUM
        later = freshness(seen(**parts), term=TERM, now="2026-12-01T00:00:00Z", max_age=timedelta(days=age))
        assert later is Freshness.VALID_BUT_STALE
    elif standing is not Standing.VALID:
        assert found == standing.value
