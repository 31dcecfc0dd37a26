from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from certify.scan.blocks import Block, Totals
from certify.scan.reading import open_shard
from certify.scan.shards import Shard


class Read(NamedTuple):
    documents: dict[int, str]
    """The document of each row that has text."""
    lexed: dict[int, str]
    """Its text as it stands in the blocks."""
    totals: Totals
    blocks: list[Block]


def assembled(blocks: list[Block]) -> tuple[dict[int, str], dict[int, str]]:
    """Documents and texts, pieces put together again; what two pieces share must be the same in both."""
    parts: dict[int, bytearray] = {}
    documents: dict[int, str] = {}
    for block in blocks:
        assert int(block.starts[0]) == 0
        assert int(block.starts[-1]) <= len(block.text)
        for number, row in enumerate(block.rows.tolist()):
            piece = bytes(block.text[block.starts[number] : block.starts[number + 1]])
            base, owned = int(block.bases[number]), int(block.owned[number])
            assert 0 < owned <= len(piece)
            known = parts.setdefault(row, bytearray())
            assert base <= len(known)
            shared = len(known) - base
            assert known[base:] == piece[:shared]
            known += piece[shared:]
            if block.row_text is not None:
                documents[row] = block.row_text(row).decode("utf-8", "surrogatepass")
    texts = {row: text.decode("utf-8", "surrogatepass") for row, text in parts.items()}
    return {row: documents.get(row, text) for row, text in texts.items()}, texts


@pytest.fixture(scope="session")
def read() -> Callable[..., Read]:
    def read_one(path: Path | Shard, text_field: str | None = None) -> Read:
        shard = path if isinstance(path, Shard) else Shard(path.name, path)
        reader = open_shard(shard, text_field=text_field)
        blocks = list(reader.blocks())
        return Read(*assembled(blocks), reader.totals(), blocks)

    return read_one
