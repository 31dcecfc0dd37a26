"""What takes too long is given up once, in time, and nothing else is."""

from __future__ import annotations

import threading
import time

from certify.engines.deadlines import Deadlines


def test_a_block_that_takes_too_long_is_given_up_once() -> None:
    deadlines, told, given_up = Deadlines(), [], threading.Event()
    with deadlines.limit(0.05, lambda: (told.append(time.monotonic()), given_up.set())):
        assert given_up.wait(30)
        time.sleep(0.1)
    assert len(told) == 1


def test_a_block_that_ends_in_time_is_left_alone() -> None:
    deadlines, told = Deadlines(), []
    for _ in range(50):
        with deadlines.limit(0.05, lambda: told.append(0)):
            pass
    time.sleep(0.2)
    assert told == []


def test_the_nearest_deadline_comes_first_whatever_began_before_it() -> None:
    deadlines, near = Deadlines(), threading.Event()
    with deadlines.limit(300, lambda: None), deadlines.limit(200, lambda: None):
        with deadlines.limit(0.05, near.set):
            assert near.wait(30)
        near.clear()
        with deadlines.limit(0.05, near.set):  # the watcher looks again after it was right once
            assert near.wait(30)


def test_one_thread_watches_over_many() -> None:
    deadlines, before = Deadlines(), set(threading.enumerate())
    late = [threading.Event() for _ in range(20)]

    def block(number: int) -> None:
        with deadlines.limit(0.05 if number % 2 else 300, late[number].set):
            late[number].wait(30.0 if number % 2 else 0.3)

    crew = [threading.Thread(target=block, args=(number,)) for number in range(20)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert [one.is_set() for one in late] == [bool(number % 2) for number in range(20)]
    assert [one.name for one in threading.enumerate() if one not in before] == ["deadlines"]
