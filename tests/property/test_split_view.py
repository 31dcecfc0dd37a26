"""A log that shows two histories, against three witnesses, in every order in which it could ask them.

The log is as clever as it can be: it holds the log's key, answers a witness's conflict with the size that the witness
names and the best proof it has, and asks again. Nothing is simulated but the network.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from pathlib import Path
from typing import NamedTuple

import pytest

from certify.trust.note import parse_vkey
from certify.trust.tlog_policy import TlogPolicy, counted_policy
from certify_registry.follow.monitor import Monitor
from certify_registry.follow.source import FolderSource
from certify_registry.follow.state import MonitorState
from certify_registry.witness.asking import Dialogue, WitnessSaid, merge_cosignatures
from certify_registry.witness.request import format_submission
from certify_registry.witness.store import WitnessStore
from certify_registry.witness.witness import Witness
from tests.fakes.tlog import MemoryLog, cosigner

WITNESSES = (1, 2, 3)
EVENTS = tuple(product("AB", WITNESSES))
ORDERS = list(permutations(EVENTS))
FORK = 3
SIZES = [(5, 5), (5, 7), (7, 5)]
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


class View(NamedTuple):
    """One of the histories that the log shows, at one size."""

    log: MemoryLog
    size: int

    @property
    def checkpoint(self) -> str:
        return self.log.checkpoint(self.size)

    def ask(self, witness: Witness, number: int) -> WitnessSaid:
        """Everything the log can do to have a witness cosign this view."""
        talk = Dialogue(self.checkpoint, self.size, lambda old: self.log.path(old, self.size))
        while True:
            answer = witness.add_checkpoint(talk.request())
            said = talk.take(f"w{number}.example", answer.status, answer.kind.split(";")[0], answer.body)
            if said is not None:
                return said


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir=MEMORY))
    yield made
    shutil.rmtree(made)


def views(order: int, sizes: tuple[int, int]) -> dict[str, View]:
    """The two histories of a log of its own for each order, so that all orders share three witnesses."""
    name = f"log.example/{order}"
    return {
        "A": View(MemoryLog(sizes[0], name=name), sizes[0]),
        "B": View(MemoryLog(sizes[1], fork=FORK, name=name), sizes[1]),
    }


def policy(view: View, quorum: int) -> TlogPolicy:
    keys = [cosigner(number).verifier for number in WITNESSES]
    return counted_policy(view.log.signer.verifier, keys, quorum)


def split(folder: Path, sizes: tuple[int, int], orders: Sequence[tuple[tuple[str, int], ...]]) -> None:
    logs = [views(order, sizes) for order in range(len(orders))]
    keys = [parse_vkey(log["A"].log.vkey) for log in logs]
    witnesses = {n: Witness(keys, [cosigner(n)], WitnessStore(folder / f"{n}.db")) for n in WITNESSES}
    for order, shown in zip(orders, logs, strict=True):
        said: dict[str, list[WitnessSaid]] = {"A": [], "B": []}
        for name, number in order:
            said[name].append(shown[name].ask(witnesses[number], number))
        cosigned = {
            name: merge_cosignatures(view.checkpoint, said[name], policy(view, 2)) for name, view in shown.items()
        }
        voices = {name: set(found.state.times) for name, found in cosigned.items()}
        first = {number: next(name for name, asked in order if asked == number) for number in WITNESSES}
        assert voices == {
            name: {f"w{number}.example" for number in WITNESSES if first[number] == name} for name in "AB"
        }, "a witness cosigns the first history it sees, and no other"
        assert sorted(found.state.satisfied for found in cosigned.values()) == [False, True], "one history at most"
        for number in WITNESSES:  # a reader of either view asks one witness, once
            seen, other = first[number], "AB"["BA".index(first[number])]
            held = shown[seen].size
            old = min(held, shown[other].size)
            path = shown[other].log.path(old, shown[other].size)
            answer = witnesses[number].add_checkpoint(format_submission(old, path, shown[other].checkpoint))
            assert answer.status in (409, 422)
            assert "—" not in answer.body


@pytest.mark.parametrize("sizes", SIZES)
def test_two_views_and_three_witnesses_in_some_orders(folder: Path, sizes: tuple[int, int]) -> None:
    split(folder, sizes, ORDERS[7::29])


@pytest.mark.slow  # nine seconds for each pair of sizes
@pytest.mark.parametrize("sizes", SIZES)
def test_two_views_and_three_witnesses_in_every_order(folder: Path, sizes: tuple[int, int]) -> None:
    assert len(ORDERS) == 720
    split(folder, sizes, ORDERS)


@pytest.mark.parametrize("sizes", SIZES)
def test_two_readers_who_compare_what_they_saw_find_out(folder: Path, sizes: tuple[int, int]) -> None:
    """Without any witness: one reader holds the other's checkpoint against the log that it follows.

    The reader of the larger view can tell at once. The other can at the next look: the log has then to show it as much,
    and cannot without showing the other history.
    """
    shown = views(0, sizes)
    for name, view in shown.items():
        view.log.write(folder / name, view.size)
    for mine, theirs in (("A", "B"), ("B", "A")):
        reader = Monitor(FolderSource(folder / mine), parse_vkey(shown[mine].log.vkey), MonitorState(None))
        assert not reader.look("2026-11-26T12:00:00Z").fault
        found = reader.compare(shown[theirs].checkpoint, "2026-11-26T12:00:00Z")
        assert found is not None
        larger = shown[theirs].size > shown[mine].size
        assert found.fault == ("" if larger else "fork")
        if larger:
            assert reader.look("2026-11-26T12:01:00Z").fault == "rollback", "the log shows less than it has signed"
            for longer in (shown[theirs].size, shown[theirs].size + 1):
                grown = MemoryLog(longer, fork=FORK if mine == "B" else None, name=shown[mine].log.signer.name)
                grown.write(folder / mine, longer)
                assert reader.look("2026-11-26T12:02:00Z").fault == "fork"
