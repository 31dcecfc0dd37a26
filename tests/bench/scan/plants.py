"""Copies planted into a corpus, each on a place of its own that is written down; any seed makes other copies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.bench.scan.rewrites import CLASSES

WORDS = (13, 110)
"""Fewest and most words of a cut."""
GROUPS = 3
"""Parts that the classes are dealt out to."""
_SPACE = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_]")


class Problem(NamedTuple):
    """A benchmark item to look for."""

    id: str
    question: str
    answer: str
    planted: bool
    """Whether copies of it are planted; a random half of the items."""


class Plant(NamedTuple):
    """One copy and where it stands."""

    item: str
    kind: str
    document: int
    start: int
    """First byte of the copy in the document's UTF-8 text."""
    end: int


class Round(NamedTuple):
    """A corpus with copies in it."""

    documents: list[str]
    plants: list[Plant]
    numbers: list[int]
    """Which document of the clean corpus each was."""


def cuts(documents: Sequence[str], count: int, chance: Random) -> list[tuple[str, int]]:
    """``count`` pieces of 13 to 110 words, at most one a document, with the document each came from."""
    found: list[tuple[str, int]] = []
    for number in chance.sample(range(len(documents)), len(documents)):
        gaps = [0, *(m.end() for m in _SPACE.finditer(documents[number]))]
        wanted = chance.randint(*WORDS)
        if len(gaps) <= wanted + 1:
            continue
        first = chance.randrange(len(gaps) - wanted)
        text = documents[number][gaps[first] : gaps[first + wanted]].strip()
        if len(text.split()) >= WORDS[0] and len(_LETTER.findall(text)) >= len(text) / 2:
            found.append((text, number))
        if len(found) == count:
            break
    return found


def halved(rows: Sequence[tuple[str, str, str]], chance: Random) -> list[Problem]:
    """Items of (id, question, answer); a random half will be planted."""
    chosen = set(chance.sample(range(len(rows)), len(rows) // 2))
    return [Problem(*row, planted=number in chosen) for number, row in enumerate(rows)]


def rounds(
    documents: Sequence[str],
    hosts: Sequence[bool],
    items: Sequence[Problem],
    *,
    plants: int,
    seed: int,
    groups: int = GROUPS,
    per_item: int = 1,
    least: float = 40,
) -> Iterator[Round]:
    """Parts of the corpus, each with copies of one group of classes, until ``plants`` copies of each class stand.

    An item stands at most ``per_item`` times in one class in one part, and so about five times in all. One that stands
    everywhere in every form is another case: its siblings then count as a template, and its words as common.

    Args:
        documents: the clean corpus.
        hosts: which documents may take a copy; one each.
        items: the benchmark.
        plants: copies of a class, all parts together.
        seed: any number.
        groups: parts that the classes are dealt out to in turn.
        per_item: as above.
        least: megabytes of a part; parts share documents where the corpus is too small for all of them.
    """
    turns = -(-plants // (per_item * sum(item.planted for item in items)))
    apart = max(1, min(turns * groups, int(sum(map(len, documents)) / 1e6 / least)))
    for number in range(turns * groups):
        chance = Random(f"plants/{seed}/{number}")
        turn = number // groups
        wanted = plants // turns + (turn < plants % turns)
        numbers = list(range(number % apart, len(documents), apart))
        texts, free = [documents[i] for i in numbers], [i for i, place in enumerate(numbers) if hosts[place]]
        chance.shuffle(free)
        made: list[Plant] = []
        for kind in list(CLASSES)[number % groups :: groups]:
            made += _planted(texts, free, items, kind, wanted, chance)
        yield Round(texts, made, numbers)


def _planted(texts: list[str], free: list[int], items: Sequence[Problem], kind: str, wanted: int,
             chance: Random) -> Iterator[Plant]:  # fmt: skip
    """Up to ``wanted`` copies of one class, items in turn, each in a document that has none yet."""
    pool = [item for item in items if item.planted]
    chance.shuffle(pool)
    made = 0
    for turn in range(4 * len(pool)):
        if made == wanted or not free:
            return
        plant = _plant(texts, free[-1], pool[turn % len(pool)], kind, chance)
        if plant is not None:
            free.pop()
            made += 1
            yield plant


def _plant(documents: list[str], number: int, item: Problem, kind: str, chance: Random) -> Plant | None:
    """Puts a copy between two words of the document, and says where; None where the class has no such copy."""
    host = documents[number]
    copy = CLASSES[kind](item.question, host.split()[:400], chance)
    if copy is None:
        return None
    gaps = [m.start() for m in _SPACE.finditer(host)] or [len(host)]
    cut = chance.choice(gaps)
    before = host[:cut] + ("" if copy[:1].isspace() else "\n")
    documents[number] = before + copy + ("" if copy[-1:].isspace() else "\n") + host[cut:]
    start = len(before.encode())
    return Plant(item.id, kind, number, start, start + len(copy.encode()))


def write_round(part: Round, folder: Path, shards: int = 4) -> list[Path]:
    """The documents as JSON Lines; document d is row d // shards of shard d % shards."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"part-{number}.jsonl" for number in range(shards)]
    for number, path in enumerate(paths):
        with path.open("w", encoding="utf-8") as out:
            for text in part.documents[number::shards]:
                out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return paths


def document_of(shard: str, row: int, shards: int = 4) -> int:
    """The document that a finding names."""
    return row * shards + int(re.search(r"part-(\d+)", shard)[1])  # type: ignore[index]
