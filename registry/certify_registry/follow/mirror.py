"""A mirror: a copy of a log's public files, each verified before it is written.

The folder can be served by any web server, or read with the same commands as the original. What is there already is
verified and not fetched again, so that a mirror that was cut off goes on where it was. The checkpoint comes last: it
never promises a tile that is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from certify.errors import HostileInput, RegistryError
from certify.trust.note import Checkpoint, VerifierKey, verify_checkpoint
from certify.trust.tlog_policy import TlogPolicy
from certify.trust.witnessed import require_quorum
from certify_registry.exchange import failed
from certify_registry.faults import told_plainly
from certify_registry.follow.monitor import CHECKPOINT, MAX_NOTE
from certify_registry.follow.source import FolderSource, Source
from certify_registry.follow.tree import VerifiedTree
from certify_registry.log.tiles import Tile, encode_entries, tiles_of
from certify_registry.store.files import write_derived

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Mirrored:
    """What a copy came to."""

    checkpoint: Checkpoint
    """What the folder holds now."""
    written: int
    """Files written."""
    kept: int
    """Files that were there and right."""


class _Local:
    """Files of the folder first, of the source where the folder has none; counts what has to be written."""

    def __init__(self, folder: Path, source: Source) -> None:
        self._folder, self._source = FolderSource(folder), source
        self.distrusted = False
        """Whether the folder's files are passed over: one of them was wrong."""

    @property
    def name(self) -> str:
        """The source."""
        return self._source.name

    def read(self, path: str, limit: int) -> bytes | None:
        """A file of either; a damaged folder only costs fetching again."""
        if not self.distrusted:
            try:
                held = self._folder.read(path, limit)
            except RegistryError:
                held = None
            if held is not None:
                return held
        return self._source.read(path, limit)


def mirror_log(
    source: Source,
    folder: Path,
    key: VerifierKey,
    *,
    policy: TlogPolicy | None = None,
    progress: Progress = lambda done, total: None,
) -> Mirrored:
    """Brings a folder up to a log's newest checkpoint.

    Args:
        source: where the log's public files are.
        folder: the copy; made if it is not there.
        key: the log's key.
        policy: witnesses that must have cosigned the checkpoint; none where absent.
        progress: told how many of how many files are done.

    Raises:
        HostileInput: CERT-E075, CERT-E076, the checkpoint is none of this log, or contradicts the one in the folder;
            CERT-E640, too few witnesses.
        RegistryError: CERT-E643, the files are not those of the checkpoint; CERT-E644, they cannot be read;
            CERT-E073, the disk is full.
    """
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
    note = _checkpoint_of(source)
    newest = verify_checkpoint(note, key)
    if policy is not None:
        require_quorum(note, policy)
    local = _Local(folder, source)
    tree = VerifiedTree(local, newest)
    try:
        _require_growth(tree, folder, key)
    except RegistryError as error:
        if error.code != "CERT-E643":
            raise
        local.distrusted, tree = True, VerifiedTree(local, newest)
        _require_growth(tree, folder, key)
    tiles, written = sorted(tiles_of(newest.size), key=lambda tile: -tile.level), 0  # what verifies others comes first
    for done, tile in enumerate(tiles, 1):
        written += _copy(tree, local, folder, tile)
        progress(done, len(tiles))
    with told_plainly(folder):
        write_derived({folder / CHECKPOINT: note.encode()})
    return Mirrored(newest, written, len(tiles) - written)


def _copy(tree: VerifiedTree, local: _Local, folder: Path, tile: Tile) -> bool:
    """Whether a file had to be written; what is written is verified."""
    try:
        data = _content(tree, tile)
    except RegistryError as error:
        if error.code != "CERT-E643" or local.distrusted:
            raise
        local.distrusted = True  # a file of the folder may be damaged: the source's is tried
        try:
            data = _content(tree, tile)
        finally:
            local.distrusted = False
    path = folder / tile.path
    with told_plainly(folder):
        if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
            return False
        write_derived({path: data})
    return True


def _content(tree: VerifiedTree, tile: Tile) -> bytes:
    if tile.level < 0:
        return encode_entries(tree.bundle(tile.number))
    return b"".join(tree.hashes(tile.level, tile.number))


def _require_growth(tree: VerifiedTree, folder: Path, key: VerifierKey) -> None:
    """Return if the newer checkpoint extends the one in the folder.

    Raises:
        HostileInput: CERT-E076, it does not.
    """
    held = FolderSource(folder).read(CHECKPOINT, MAX_NOTE)
    if held is None:
        tree.root_at(0)
        return
    known = verify_checkpoint(held.decode("utf-8", "replace"), key)
    if tree.checkpoint.size < known.size or tree.root_at(known.size) != known.root:
        raise HostileInput(
            "CERT-E076",
            f"the log at {tree.checkpoint.size} entries does not extend the copy of {known.size} entries in {folder}",
            "it shows less than it did, or another history",
            "keep both checkpoints: together they show it; certify registry monitor tells which it is",
        )


def _checkpoint_of(source: Source) -> str:
    data = source.read(CHECKPOINT, MAX_NOTE)
    if data is None:
        raise failed(source.name, "has no checkpoint, so it is not where a log is")
    return data.decode("utf-8", "replace")
