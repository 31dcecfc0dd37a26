"""A certificate's standing is a function of a log prefix and a time, held against the rule written down another way."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from certify.evidence.certificate import State, Status
from certify.trust.key_window import KeyWindow, Revocation
from certify.trust.status import Change, Lifecycle, Standing, Term, at_time, fold_changes, status_at, unfinished_changes

SERIAL, OTHER = "CM-0000-0000-0001", "CM-0000-0000-0002"
TERM = Term("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")
TIMES = st.sampled_from(["2025-12-31T23:59:59Z", TERM.valid_from, "2026-06-01T00:00:00Z", TERM.valid_until])

Event = tuple[State, str, str]
EVENTS = st.lists(
    st.tuples(st.sampled_from(list(State)), st.sampled_from("ABC"), st.sampled_from(["p", "q"])), max_size=9
)


def logged(events: list[Event], start: int = 5) -> list[Change]:
    """The events at places of a log; signers' clocks run backwards, which must not matter."""
    return [
        Change(
            start + 3 * place,
            Status(serial=SERIAL, state=state, reason=f"{key} says", declared_at=f"20{99 - place}-01-01T00:00:00Z"),
            key,
            f"{state}-{payload}",
        )
        for place, (state, key, payload) in enumerate(events)
    ]


def by_the_rule(events: list[Event], needed: int) -> Standing:
    """The rule by intervals of the history: which entries complete something, and what stands after the last lift."""

    def voices(first: int, last: int, state: State) -> int:
        payload = events[last][2]
        return len({key for kind, key, said in events[first : last + 1] if kind is state and said == payload})

    lifted, barred, revoked = 0, 0, False
    for place, (state, _, _) in enumerate(events):
        if state is State.REVOKED:
            revoked = revoked or voices(lifted, place, State.REVOKED) >= needed
            barred = place + 1
        elif state is State.SUSPENDED:
            barred = place + 1
        elif state is State.REINSTATED and voices(max(barred, lifted), place, State.REINSTATED) >= needed:
            lifted = place + 1
    if revoked:
        return Standing.REVOKED
    if any(state is State.SUPERSEDED for state, _, _ in events):
        return Standing.SUPERSEDED
    return Standing.SUSPENDED if barred > lifted else Standing.VALID


@given(EVENTS, st.integers(1, 3))
@example([(State.REVOKED, "A", "p"), (State.REINSTATED, "A", "p"), (State.REINSTATED, "B", "p")], 2)
def test_the_standing_is_as_the_rule_says(events: list[Event], needed: int) -> None:
    assert fold_changes(SERIAL, logged(events), lambda _: needed).standing is by_the_rule(events, needed)


@given(EVENTS, st.integers(1, 3), st.sampled_from([State.REVOKED, State.REINSTATED]), st.sampled_from(["p", "q"]))
@example(
    [(State.SUSPENDED, "A", "p"), *((State.REINSTATED, key, "p") for key in "AB"), (State.SUSPENDED, "A", "q")],
    2,
    State.REINSTATED,
    "p",
)
def test_what_waits_for_voices_needs_exactly_those_that_are_missing(
    events: list[Event], needed: int, state: State, payload: str
) -> None:
    """Whoever asks what to confirm is never shown a statement whose voices are spent."""
    events = [(State.SUSPENDED, "A", "p"), *(one for one in events if one[0] is not State.SUPERSEDED)]
    changes = logged(events)
    if fold_changes(SERIAL, changes, lambda _: needed).standing is not Standing.SUSPENDED:
        return
    waiting = unfinished_changes(SERIAL, changes, state, lambda _: needed)
    counting = waiting.get(f"{state}-{payload}", frozenset())
    newest = max((place for place, event in enumerate(events) if event[0] is State.SUSPENDED), default=-1)
    later = {(kind, key, said) for kind, key, said in events[newest + 1 :]}
    assert state is State.REVOKED or all((state, key, payload) in later for key in counting)
    missing = needed - len(counting)
    done = Standing.REVOKED if state is State.REVOKED else Standing.VALID
    for count in range(missing + 1):
        said = logged([*events, *((state, f"new {number}", payload) for number in range(count))])
        found = fold_changes(SERIAL, said, lambda _: needed).standing
        assert found is (done if count == missing else Standing.SUSPENDED)


@given(EVENTS, st.randoms(use_true_random=False), st.integers(0, 40), TIMES)
def test_a_prefix_of_the_log_and_a_time_decide(events: list[Event], random, size: int, now: str) -> None:  # type: ignore[no-untyped-def]
    changes = logged(events)
    told = [*changes, *(Change(one.index + 1, one.status.model_copy(update={"serial": OTHER})) for one in changes)]
    random.shuffle(told)
    seen = [event for event, one in zip(events, changes, strict=True) if one.index < size]
    expected = at_time(by_the_rule(seen, 2), TERM, now)
    assert status_at(SERIAL, told, size=size, now=now, term=TERM, needed=lambda _: 2) is expected


@given(EVENTS, EVENTS, st.integers(1, 2))
def test_nothing_that_comes_later_undoes_a_revocation(before: list[Event], after: list[Event], needed: int) -> None:
    events = [*before, *[(State.REVOKED, key, "last") for key in "AB"[:needed]]]
    found = fold_changes(SERIAL, logged(events), lambda _: needed)
    assert found.standing is Standing.REVOKED
    assert fold_changes(SERIAL, logged([*events, *after]), lambda _: needed) == found


@given(st.lists(st.sampled_from([State.REVOKED, State.SUSPENDED, State.REINSTATED]), min_size=1, max_size=8))
def test_one_person_alone_suspends_and_does_no_more(states: list[State]) -> None:
    found = fold_changes(SERIAL, logged([(state, "A", "p") for state in states]), lambda _: 2)
    withdrawn = any(state is not State.REINSTATED for state in states)
    assert found.standing is (Standing.SUSPENDED if withdrawn else Standing.VALID)


@given(EVENTS, st.integers(0, 40))
def test_a_stolen_key_changes_nothing_from_its_revocation_on(events: list[Event], stolen_at: int) -> None:
    window = KeyWindow(revoked=Revocation(index=stolen_at, reason="lost", declared_at="1970-01-01T00:00:00Z"))
    counting = [one for one in logged(events) if one.keyid != "C" or not window.fault_at(one.index)]
    without = [one for one in logged(events) if one.keyid != "C" or one.index < stolen_at]
    assert fold_changes(SERIAL, counting) == fold_changes(SERIAL, without)


@given(TIMES)
def test_dates_matter_to_what_stands_and_to_nothing_else(now: str) -> None:
    expected = {
        "2025-12-31T23:59:59Z": Lifecycle.NOT_YET_VALID,
        TERM.valid_from: Lifecycle.VALID,
        "2026-06-01T00:00:00Z": Lifecycle.VALID,
        TERM.valid_until: Lifecycle.EXPIRED,
    }
    assert at_time(Standing.VALID, TERM, now) is expected[now]
    for standing in (Standing.REVOKED, Standing.SUSPENDED, Standing.SUPERSEDED):
        assert at_time(standing, TERM, now).value == standing.value
