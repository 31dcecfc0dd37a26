"""Fills the tables of docs/conformance.md with what the peers say: ``python -m tests.conformance.page``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from certify.trust.keys import generate_signer
from tests.conformance.cases import SIGNER, Case, odd, sound, spoiled
from tests.conformance.peers import PEERS, Peer, ours
from tests.conformance.theirs import THEIRS, Theirs

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
YES, NO = "accepts", "rejects"


class Table(NamedTuple):
    """A table as its page shows it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> dict[str, str]:
        """What a column says, by the first cell of its rows."""
        place = self.header.index(name)
        return {row[0]: row[place] for row in self.rows}


def word(accepts: bool) -> str:
    """The word for an opinion."""
    return YES if accepts else NO


def cases() -> list[Case]:
    """The rows of the matrix: sound files, then spoiled ones under each kind of key."""
    files = sound({"ECDSA P-256": SIGNER, "Ed25519": generate_signer("ed25519")})
    spoils = [
        Case(f"{case.name}: {one.name}", one.bundle, one.pem, one.known_as)
        for case in files[-2:]
        for one in spoiled(case)
    ]
    return [*files, *spoils]


def opinions(asked: Sequence[Case], peer: Peer | None) -> dict[str, str]:
    """What a peer, or certify, says of cases, by their names."""
    if peer is None:
        return {case.name: word(ours(case).accepts) for case in asked}
    return {case.name: word(one.accepts) for case, one in zip(asked, peer.judge(asked), strict=True)}


def told(one: Theirs) -> str:
    """How a bundle of theirs is told."""
    return f"{one.tool} {one.what}"


def _table(asked: Sequence[Case], peers: Sequence[Peer]) -> Table:
    columns = [opinions(asked, peer) for peer in (None, *peers)]
    header = ("file", "certify", *(peer.name for peer in peers))
    return Table(header, tuple((case.name, *(column[case.name] for column in columns)) for case in asked))


def tables() -> dict[str, Table]:
    """Every table of the page, made anew; asks every peer."""
    tools = tuple((peer.name, peer.version(), peer.looks_at) for peer in PEERS)
    theirs = tuple((told(one), word(ours(one.make()).accepts)) for one in THEIRS)
    return {
        "tools": Table(("tool", "version", "looks at"), tools),
        "matrix": _table(cases(), PEERS),
        "odd": _table(odd(), PEERS),
        "theirs": Table(("bundle", "certify"), theirs),
    }


def read_table(name: str) -> Table:
    """A table as the page shows it."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, f"the page has no place for {name}"
    lines = [line for line in found[1].splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return Table(rows[0], tuple(rows[2:]))


def _markdown(table: Table) -> str:
    lines = [table.header, tuple("---" for _ in table.header), *table.rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> None:
    """Writes the tables, and the day on which the peers were asked."""
    text = PAGE.read_text(encoding="utf-8")
    today = f"Asked on {datetime.now(UTC):%Y-%m-%d}."
    parts = {name: _markdown(table) for name, table in tables().items()} | {"date": today}
    for name, content in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        assert pattern.search(text), f"the page has no place for {name}"
        text = pattern.sub(lambda found, content=content: f"{found[1]}\n{content}\n\n{found[2]}", text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
