"""Training data on disk: which shards, and the identity of all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.dataset import DatasetIdentity
from certify.identify.cache import DigestCache, Place
from certify.identify.claims import Claim, read_claims, refuse_other_files
from certify.identify.files import MAX_SHARDS, FoundFile, list_files, safe_name, stamp_of
from certify.identify.hashing import HUGE_FILES, Sharding
from certify.identify.known import Known, find_digests
from certify.identify.manifest import Manifest
from certify.identify.reading import Progress
from certify.identify.sharding import Sharded
from certify.identify.threads import uncollected


@dataclass(frozen=True)
class DatasetFolder:
    """Data at hand, as it was when it was read."""

    identity: DatasetIdentity
    """Which data it is."""
    manifest: Manifest
    """Every shard."""
    places: Mapping[str, Place]
    """Each shard as it was found, by path in the manifest."""
    sharded: Mapping[str, Sharded] = field(default_factory=dict)
    """Digests of the pieces of huge shards, by path: the same bytes can be checked faster with them."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Where the shards are, in the order of the manifest."""
        found = (self.places[entry.path] for entry in self.manifest.files if entry.path in self.places)
        return tuple(root / file.disk for root, file in found)


@uncollected()
def read_dataset(
    paths: Sequence[Path],
    name: str | None = None,
    *,
    progress: Progress | None = None,
    cache: DigestCache | None = None,
    rehash: bool = False,
    claimed: Path | None = None,
    sharding: Sharding = HUGE_FILES,
) -> DatasetFolder:
    """The data in files and folders; a folder is taken whole, hub and version-control metadata aside.

    One folder is identified by the paths within it, so it may be moved. Of several, each shard is named
    by the last part of the path given, so that their order does not matter. Every byte is read unless ``cache``
    or ``claimed`` is given, and then the identity says so.

    Args:
        paths: files and folders.
        name: what its steward calls it; taken from the first path when absent.
        progress: called with bytes read and bytes in all.
        cache: digests of earlier runs, for files that stood still since; what is read is remembered there.
        rehash: whether to read every byte all the same.
        claimed: a ``manifest.json``, or what ``sha256sum`` prints, to take digests from unread.
        sharding: which files get digests of their shards too.

    Raises:
        UsageError: CERT-E029, nothing there, or two shards of one name.
        HostileInput: CERT-E023 a link, CERT-E026 a shard changed while it was read, CERT-E112 a remembered digest
            is wrong, CERT-E113 the list of digests does not fit.
    """
    shards = _all_shards(paths, name)
    claims: Mapping[str, Claim] = read_claims(claimed) if claimed is not None else {}
    if claimed is not None:
        refuse_other_files(claimed, claims, {path: file.size for path, (_, file) in shards.items()})
    try:
        known = find_digests(
            shards,
            claims={path: claim.sha256 for path, claim in claims.items()},
            cache=cache,
            rehash=rehash,
            sharding=sharding,
            progress=progress,
        )
    except CertifyError as error:
        raise _without_model_hint(error) from error
    return _folder(name or paths[0].resolve().name or "data", shards, known)


def _all_shards(paths: Sequence[Path], name: str | None) -> dict[str, Place]:
    if name is not None and not 0 < len(name) <= 300:
        raise _unusable("the name of the data is empty or longer than 300 characters", "choose a shorter name")
    if not paths:
        raise _unusable("no data was named", "give at least one file or folder")
    shards: dict[str, Place] = {}
    for path in paths:
        for root, file in _shards(path, alone=len(paths) == 1):
            if file.path in shards:
                raise _unusable(f"two shards are called {file.path}", "rename one, or name the folder above both")
            shards[file.path] = (root, file)
    return shards


def _folder(name: str, shards: Mapping[str, Place], known: Known) -> DatasetFolder:
    files = (file for _, file in shards.values())
    manifest = Manifest.digested(files, (known.digests[path].sha256 for path in shards))
    identity = DatasetIdentity(
        name=name,
        identity=manifest.identity,
        shards=len(manifest.files),
        bytes=manifest.total_bytes,
        digest_source=known.source,
    )
    sharded = {path: found.sharded for path, found in known.digests.items() if found.sharded is not None}
    return DatasetFolder(identity, manifest, shards, sharded)


def _shards(path: Path, *, alone: bool) -> list[Place]:
    if path.is_file():
        root = path.parent.resolve()
        found = path.lstat()
        return [(root, FoundFile(safe_name(path.name, root), path.name, found.st_size, stamp_of(found)))]
    if not path.is_dir():
        raise _unusable(f"{path} does not exist", "check the path")
    root = path.resolve()
    try:
        files = list_files(root, limit=MAX_SHARDS)
    except CertifyError as error:
        raise _without_model_hint(error) from error
    if not files:
        raise _unusable(f"{path} holds no files", "name the folder that holds the shards")
    if alone:
        return [(root, file) for file in files]
    above = root.parent
    name, disk = f"{safe_name(root.name, above)}/", f"{root.name}/"
    return [(above, file._replace(path=name + file.path, disk=disk + file.disk)) for file in files]


def _without_model_hint(error: CertifyError) -> CertifyError:
    if isinstance(error, HostileInput) and error.code == "CERT-E023":
        hint = "replace links by the files they stand for, and rename files with unsafe names"
        return HostileInput(error.code, error.what, why=error.why, hint=hint)
    if error.code == "CERT-E020":
        return _unusable(error.what, error.hint)
    return error


def _unusable(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E029", what, why="data is identified by its shards, so there must be some", hint=hint)
