"""A corpus of real text out of the documentation that is installed, built once and kept in the user's cache.

    python -m tests.bench.scan.corpus [--again]

Files are taken in an order that only their paths decide, at most 500 documents of one family (generated pages of one
program say the same things), cut at paragraphs to at most 48 kB, eight pieces of a file; exact duplicates and texts
under 150 bytes are dropped.
The corpus depends on what is installed and on nothing else; its digest is printed with every table.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as parquet

from certify.files import user_cache_folder
from tests.bench.scan.sources import Source, by_chance, family, sources, texts

FAMILY_CAP = 500
SMALLEST, LARGEST = 150, 48_000
PIECES = 8
"""Of one file: change logs of megabytes would drown the rest."""
WANTED_MB = 200
RECIPE = 3
"""Counts changes of what is taken, so that an old cache is not taken for a new corpus."""


class Text(NamedTuple):
    """One document."""

    text: str
    kind: str
    origin: str
    """The file it comes from and which piece of it."""


def cache_folder() -> Path:
    """The bench's own part of the user's cache."""
    folder = user_cache_folder() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load(again: bool = False) -> list[Text]:
    """The corpus, in an order its contents decide; built where it is not in the cache."""
    path = cache_folder() / f"corpus-{RECIPE}.parquet"
    if again or not path.exists():
        built = sorted(_distinct(_documents()), key=lambda document: by_chance(document.text))
        table = pa.table({name: [getattr(d, name) for d in built] for name in Text._fields})
        beside = path.with_suffix(f".{os.getpid()}")
        parquet.write_table(table, beside, compression="zstd")
        beside.rename(path)
    columns = parquet.read_table(path).to_pydict()
    return [Text(*row) for row in zip(*(columns[name] for name in Text._fields), strict=True)]


def _documents() -> Iterator[Text]:
    taken: Counter[str] = Counter()
    for source in sources():
        for path in _files(source):
            name = family(source, path)
            if taken[name] >= FAMILY_CAP:
                continue
            for text in texts(source, path):
                for number, piece in enumerate(itertools.islice(pieces(text), PIECES)):
                    if taken[name] < FAMILY_CAP:
                        taken[name] += 1
                        yield Text(piece, source.kind, f"{path}#{number}")


def _files(source: Source) -> list[Path]:
    """Files of the kind wanted, none through a link, those of one family in an order of chance."""
    found = defaultdict(list)
    for folder, folders, names in os.walk(source.root):
        folders[:] = sorted(name for name in folders if name not in {"__pycache__", "certify", "certify_registry"})
        for name in names:
            path = Path(folder, name)
            if source.ending.search(str(path)) and not path.is_symlink():
                found[family(source, path)].append(path)
    return [p for name in sorted(found) for p in sorted(found[name], key=lambda p: by_chance(str(p)))]


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of 0.15 to 48 kB that end at a paragraph where they can."""
    while len(text.encode("utf-8", "replace")) > LARGEST:
        window = text.encode("utf-8", "replace")[:LARGEST].decode("utf-8", "ignore")
        cut = max(window.rfind("\n\n"), window.rfind("\n", len(window) * 3 // 4), len(window) // 4)
        yield text[:cut]
        text = text[cut:].lstrip("\n")
    if len(text) >= SMALLEST:
        yield text


def _distinct(documents: Iterator[Text]) -> Iterator[Text]:
    seen = set()
    for document in documents:
        text = document.text.encode("utf-8", "replace").decode()
        if (key := by_chance(text)) not in seen:
            seen.add(key)
            yield document._replace(text=text)


def describe(corpus: Sequence[Text]) -> str:
    """Markdown: what the corpus is made of, and its digest."""
    digest = hashlib.sha256(b"".join(by_chance(d.text) for d in corpus)).hexdigest()
    size: Counter[str] = Counter()
    for document in corpus:
        size[document.kind] += len(document.text.encode())
    count = Counter(d.kind for d in corpus)
    rows = [f"| {kind} | {count[kind]:,} | {size[kind] / 1e6:.1f} |" for kind in sorted(size)]
    whole = f"| **all**, digest {digest[:16]} | {len(corpus):,} | {sum(size.values()) / 1e6:.1f} |"
    return "\n".join(["| corpus | documents | MB of text |", "|---|---|---|", *rows, whole])


def main() -> None:
    """Builds the corpus and says what is in it."""
    corpus = load(again="--again" in sys.argv)
    print(describe(corpus))
    families = Counter(d.origin.rsplit("/", 2)[0] for d in corpus).most_common(5)
    print(json.dumps(families))
    if sum(len(d.text.encode()) for d in corpus) < WANTED_MB * 1e6:
        print(f"Less than {WANTED_MB} MB: apt-get install git-doc manpages-dev python3-doc perl-doc adds some.")


if __name__ == "__main__":
    main()
