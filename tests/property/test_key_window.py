"""A key counts exactly in the part of the log that its trust file gives it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certify.trust.key_window import KeyWindow, Revocation

INDEX = st.integers(min_value=0, max_value=40)
TIMES = st.sampled_from(["1970-01-01T00:00:00Z", "2026-11-23T17:00:00Z", "2999-12-31T23:59:59Z"])


@st.composite
def windows(draw: st.DrawFn) -> KeyWindow:
    stolen = st.tuples(INDEX, TIMES).map(lambda it: Revocation(index=it[0], reason="lost", declared_at=it[1]))
    revoked = draw(st.none() | stolen)
    return KeyWindow(
        valid_from_index=draw(st.none() | INDEX),
        valid_until_index=draw(st.none() | INDEX.map(lambda index: index + 1)),
        revoked=revoked,
    )


@given(windows(), st.none() | INDEX)
def test_the_verdict_is_as_the_rule_says(window: KeyWindow, index: int | None) -> None:
    first = 0 if window.valid_from_index is None else window.valid_from_index
    ends = [window.valid_until_index, window.revoked.index if window.revoked else None]
    allowed = [place for place in range(42) if place >= first and all(end is None or place < end for end in ends)]
    expected = (not window.bounded) if index is None else index in allowed
    assert (window.fault_at(index) == "") is expected


@given(windows(), INDEX, TIMES)
def test_no_clock_has_a_say(window: KeyWindow, index: int, time: str) -> None:
    moved = window
    if window.revoked is not None:
        moved = window.model_copy(update={"revoked": window.revoked.model_copy(update={"declared_at": time})})
    assert (moved.fault_at(index) == "") is (window.fault_at(index) == "")


@given(windows(), INDEX)
def test_once_ended_a_key_never_counts_again(window: KeyWindow, index: int) -> None:
    if window.ends is not None and index >= window.ends:
        assert window.fault_at(index) != ""
