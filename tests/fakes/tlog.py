"""A small transparency log in memory, which can also lie: fork, roll back, and write its tiles to a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from certify.evidence.merkle import consistency_path, inclusion_path, leaf_hash, tree_root
from certify.trust.cosignature import Cosigner
from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.tlog_proof import format_tlog_proof
from certify_registry.log.tiles import Tile, encode_entries, tiles_of

NAME = "log.example/one"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)


class MemoryLog:
    """Entries ``entry 0`` and up; from ``fork`` on others, under the same key."""

    def __init__(self, size: int, *, fork: int | None = None, name: str = NAME, entries: Sequence[bytes] = ()) -> None:
        self.signer = NoteSigner(name, KEY)
        named = [b"entry %d" % n if fork is None or n < fork else b"other %d" % n for n in range(size)]
        self.entries = list(entries) or named
        self.hashes = [leaf_hash(entry) for entry in self.entries]

    @property
    def vkey(self) -> str:
        return self.signer.verifier.vkey

    def checkpoint(self, size: int | None = None) -> str:
        count = len(self.entries) if size is None else size
        return sign_checkpoint(Checkpoint(self.signer.name, count, tree_root(self.hashes[:count])), self.signer)

    def path(self, old: int, size: int | None = None) -> tuple[bytes, ...]:
        return consistency_path(self.hashes[: len(self.entries) if size is None else size], old) if old else ()

    def proof(self, index: int, checkpoint: str, size: int | None = None) -> str:
        count = len(self.entries) if size is None else size
        return format_tlog_proof(index, inclusion_path(self.hashes[:count], index), checkpoint)

    def write(self, folder: Path, size: int | None = None) -> None:
        """The log's public files for a size, as a web server would offer them."""
        count = len(self.entries) if size is None else size
        folder.mkdir(parents=True, exist_ok=True)
        levels = [self.hashes[:count]]
        while len(levels[-1]) >= 256:
            below = levels[-1]
            levels.append([tree_root(below[n : n + 256]) for n in range(0, len(below) - len(below) % 256, 256)])
        for tile in tiles_of(count):
            path = folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._content(tile, levels))
        (folder / "checkpoint").write_text(self.checkpoint(count))

    def _content(self, tile: Tile, levels: list[list[bytes]]) -> bytes:
        span = slice(tile.start, tile.start + tile.width)
        return encode_entries(self.entries[span]) if tile.level < 0 else b"".join(levels[tile.level][span])


def cosigner(number: int, *, post_quantum: bool = False) -> Cosigner:
    """The witness ``w<number>.example``, with the same key each time."""
    seed = bytes([number, post_quantum]) * 16
    kind = MLDSA44PrivateKey.from_seed_bytes if post_quantum else Ed25519PrivateKey.from_private_bytes
    return Cosigner(f"w{number}.example", kind(seed))
