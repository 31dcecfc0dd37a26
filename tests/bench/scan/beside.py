"""The scan beside other people's scanners, on one slice with planted copies, each with one thread."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.bench.scan.corpus import RECIPE, SMALLEST, load
from tests.bench.scan.peers import CERTIFY, PEERS, Ran, run_peer
from tests.bench.scan.plants import Plant, Round, rounds
from tests.bench.scan.rewrites import CLASSES
from tests.bench.scan.shards import shards, text_megabytes, write_items
from tests.bench.scan.suites import Suite, text_suite

PIECE = 3000
"""Characters of a document of the slice: short ones, so that a small slice has room for many plants."""
_SHARDS = 2


def slice_suite(megabytes: float, seed: int) -> tuple[Suite, Round]:
    """The first documents of the corpus cut up, up to 1,000 items, and copies in one document of eight."""
    texts: list[str] = []
    size = 0.0
    for document in load():
        if size > megabytes * 1e6:
            break
        pieces = [document.text[i : i + PIECE] for i in range(0, len(document.text), PIECE)]
        texts += [piece for piece in pieces if len(piece) >= SMALLEST]
        size += len(document.text.encode())
    suite = text_suite(texts, [""] * len(texts), seed=seed, items=min(1000, len(texts) // 8))
    wanted = len(suite.documents) // (8 * len(CLASSES))
    (part,) = rounds(
        suite.documents, suite.hosts, suite.items, plants=wanted, seed=seed, groups=1, per_item=wanted, least=megabytes
    )
    return suite, part


def print_peers(megabytes: float, seed: int, whole: float) -> None:
    """Prints two tables: speed, and which planted copies have their document flagged.

    Args:
        megabytes: text of the slice.
        seed: of items and plants.
        whole: certify's own MB/s on the whole corpus in the same run; 0 where that was not measured.
    """
    suite, part = slice_suite(megabytes, seed)
    with tempfile.TemporaryDirectory(prefix="certify-bench-") as place:
        items = write_items(Path(place) / "items.jsonl", [(item.id, item.question) for item in suite.items])
        name = f"slice-{RECIPE}-{megabytes:g}-{seed}-{len(part.plants)}"
        data = shards(name, part.documents, "jsonl", _SHARDS)
        ran = {peer.name: run_peer(peer, data, items) for peer in (CERTIFY, *PEERS)}
    size = text_megabytes(part.documents)
    print(f"\n{size:.1f} MB in {len(part.documents):,} documents, {len(suite.items):,} items, half of them planted")
    _print_speed(ran, size, whole)
    _print_recall({name: result for name, result in ran.items() if isinstance(result, Ran)}, part)


def _print_speed(ran: dict[str, Ran | str], size: float, whole: float) -> None:
    print("\n| one thread | MB/s a CPU second | certify on the slice ÷ it | certify on the whole corpus ÷ it |")
    print("|---|---|---|---|")
    ours = ran[CERTIFY.name]
    for name, result in ran.items():
        if isinstance(result, str):
            print(f"| {name} | not run: {result} | | |")
            continue
        rate = size / result.cpu
        times = f"{result.cpu / ours.cpu:.1f}" if isinstance(ours, Ran) else "–"
        print(f"| {name} | {rate:.2f} | {times} | {f'{whole / rate:.1f}' if whole else '–'} |")


def _print_recall(ran: dict[str, Ran], part: Round) -> None:
    flagged = {name: {_number(found) for found in result.flagged} for name, result in ran.items()}
    planted = Counter(plant.kind for plant in part.plants)
    print(f"\n| documents flagged | planted | {' | '.join(ran)} |\n{'|---' * (2 + len(ran))}|")
    for kind in CLASSES:
        if planted[kind]:
            shares = [f"{_found(part.plants, kind, numbers) / planted[kind]:.3f}" for numbers in flagged.values()]
            print(f"| {kind} | {planted[kind]} | {' | '.join(shares)} |")
    hosts = {plant.document for plant in part.plants}
    clean = len(part.documents) - len(hosts)
    wrong = [f"{len(numbers - hosts) / clean:.2%}" for numbers in flagged.values()]
    print(f"| clean documents, {clean:,} | – | {' | '.join(wrong)} |")


def _found(plants: Sequence[Plant], kind: str, flagged: set[int]) -> int:
    return sum(plant.document in flagged for plant in plants if plant.kind == kind)


def _number(name: str) -> int:
    """The document that an id of the slice stands for."""
    shard, row = name.split(":")
    return int(row) * _SHARDS + int(shard.removeprefix("part-").split(".")[0])
