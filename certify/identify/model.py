"""A model folder as certify sees it: its identity, or the reason why no engine will be shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import canonical_digest
from certify.evidence.model import FileEntry, FileRole, ModelIdentity
from certify.identify.files import FoundFile, list_files, prepare_hint
from certify.identify.gguf_model import GGUF_NAME, find_gguf, found_gguf, read_gguf_model
from certify.identify.hashing import digest_files
from certify.identify.manifest import Difference, Manifest, compare
from certify.identify.reading import HashedFile, Meter, Progress, opened
from certify.identify.refusals import (
    INDEX,
    SINGLE,
    refuse_content,
    refuse_names,
    refuse_stray_weights,
    suffix,
)
from certify.identify.roles import role_of
from certify.identify.safetensors import Tensor, read_tensors, weights_digest
from certify.identify.settings import (
    MAX_KEPT,
    chat_template,
    configuration,
    generation,
    indexed_files,
    is_kept,
    malformed,
    parse_settings,
    refuse_other_tensors,
)
from certify.identify.threads import each_file

MAX_NAME = 300


@dataclass(frozen=True)
class ModelFolder:
    """A folder that passed every refusal, as it was when it was read."""

    folder: Path
    """Where it is."""
    identity: ModelIdentity
    """Which model it is."""
    manifest: Manifest
    """Runtime files: what an engine sees."""
    documentation: tuple[FileEntry, ...]
    """The other files."""
    config: dict[str, Any]
    """config.json; numbers may be infinite."""
    chat_template: str | None
    """Jinja text that formats a conversation."""
    generation_config: dict[str, Any] | None
    """generation_config.json."""
    gguf: str | None = None
    """For a model in one GGUF file: what the file is called on disk."""


class _Content(NamedTuple):
    entry: FileEntry
    kept: bytes | None
    tensors: tuple[Tensor, ...] | None


def read_model(folder: Path, *, name: str | None = None, progress: Progress | None = None) -> ModelFolder:
    """The model in a folder; every file is read once, and nothing in it is executed or trusted.

    Args:
        folder: the model folder; or a GGUF file, or a folder with one and no other weights.
        name: what its owner calls it; the folder's name when absent.
        progress: called with bytes read and bytes in all.

    Raises:
        UsageError: CERT-E020, not a model folder.
        HostileInput: CERT-E021 to E028, each for its own reason to refuse the folder.
    """
    if name is not None and not 0 < len(name) <= MAX_NAME:
        raise UsageError("CERT-E020", f"a model's name has 1 to {MAX_NAME} characters", hint="choose a shorter name")
    single = find_gguf(folder)
    if single is not None:
        return _gguf_model(single, name, progress)
    found = screened(folder)
    meter = Meter(sum(file.size for file in found), progress)
    read = each_file(found, lambda file: _read(folder, file, meter), meter)
    contents = {content.entry.path: content for content in read}
    kept = {path: content.kept for path, content in contents.items() if content.kept is not None}
    tensors = {path: content.tensors for path, content in contents.items() if content.tensors is not None}
    parsed = parse_settings(kept, folder)
    config, architecture = configuration(parsed, folder)
    runtime = [path for path in contents if role_of(path) is FileRole.RUNTIME]
    refuse_stray_weights(runtime, indexed_files(parsed, runtime, folder), folder)
    refuse_other_tensors(parsed, tensors)
    weights, parameters = weights_digest(tensors.values())
    manifest = Manifest.of(contents[path].entry for path in runtime)
    return ModelFolder(
        folder=folder,
        identity=ModelIdentity(
            name=name or folder.resolve().name or "model",
            identity=manifest.identity,
            weights_digest=weights,
            release_digest=_release_digest([content.entry for content in contents.values()]),
            architecture=architecture,
            parameters=parameters,
            files=len(manifest.files),
            bytes=manifest.total_bytes,
        ),
        manifest=manifest,
        documentation=tuple(contents[path].entry for path in contents if role_of(path) is FileRole.DOCUMENTATION),
        config=config,
        chat_template=chat_template(kept, parsed),
        generation_config=generation(parsed),
    )


def manifest_of(folder: Path, progress: Progress | None = None, gguf: str | None = None) -> Manifest:
    """The manifest of a folder's runtime files as they are now; nothing is refused but what cannot be listed.

    Args:
        folder: where they are.
        progress: called with bytes read and bytes in all.
        gguf: the one file that counts, for a model in GGUF.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E023, CERT-E026.
    """
    found = [file for file in runtime_files(folder, gguf) if role_of(file.path) is FileRole.RUNTIME]
    meter = Meter(sum(file.size for file in found), progress)
    return Manifest.digested(found, (one.sha256 for one in digest_files(folder, found, meter)))


def runtime_files(folder: Path, gguf: str | None = None) -> tuple[FoundFile, ...]:
    """The files of a model: all of a folder, or the one GGUF file under its own name or the one a copy has."""
    if gguf is None:
        return list_files(folder)
    return (found_gguf(folder, gguf if (folder / gguf).exists() else GGUF_NAME),)


def recheck(model: ModelFolder, progress: Progress | None = None) -> None:
    """Confirms that the folder still holds exactly the runtime files that were read.

    Raises:
        HostileInput: CERT-E026 naming the first differences; CERT-E023, a link appeared.
        UsageError: CERT-E020, the folder is gone.
    """
    refuse_differences(compare(model.manifest, manifest_of(model.folder, progress, model.gguf)))


def refuse_differences(differences: Sequence[Difference]) -> None:
    """Refuses anything but an empty sequence.

    Raises:
        HostileInput: CERT-E026.
    """
    if differences:
        first = "; ".join(f"{one.path} {one.kind}: {one.detail}" for one in differences[:3])
        more = f"; and {len(differences) - 3} more" if len(differences) > 3 else ""
        raise HostileInput(
            "CERT-E026",
            f"the model changed after it was identified ({first}{more})",
            why="what was tested must be what is certified, to the byte",
            hint="restore the files, or start again with the model as it is now",
        )


def _gguf_model(path: Path, name: str | None, progress: Progress | None) -> ModelFolder:
    found = read_gguf_model(path, name=name, progress=progress)
    return ModelFolder(
        folder=path.parent,
        identity=found.identity,
        manifest=found.manifest,
        documentation=(),
        config={},
        chat_template=found.facts.chat_template,
        generation_config=None,
        gguf=found.disk,
    )


def screened(folder: Path) -> tuple[FoundFile, ...]:
    """Every file of a model folder, refused by name where no engine may see it; none has been opened yet.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E021 to CERT-E023.
    """
    if not folder.is_dir():
        what = f"{folder} is a file" if folder.exists() else f"{folder} does not exist"
        why, hint = "a model is a folder with config.json and *.safetensors", "name that folder, or a GGUF file"
        raise UsageError("CERT-E020", what, why, hint)
    if folder.name.startswith("models--") and (folder / "snapshots").is_dir():
        raise _not_a_model(folder, "it is a hub cache, whose files are links", prepare_hint(folder))
    if not any(
        (folder / name).exists() for name in ("config.json", "adapter_config.json", "adapter_model.safetensors")
    ):
        raise _not_a_model(folder, "it has no config.json")
    found = list_files(folder)
    runtime = {file.path for file in found if role_of(file.path) is FileRole.RUNTIME}
    if runtime & {"config.json", SINGLE, INDEX} or any(path.startswith("adapter_") for path in runtime):
        refuse_names((file.path for file in found), folder)
    if "config.json" not in runtime:
        raise _not_a_model(folder, "it has no config.json")
    if not any(suffix(path) == ".safetensors" for path in runtime):
        raise _not_a_model(folder, "it has no *.safetensors")
    return found


def _not_a_model(folder: Path, why: str, hint: str = "") -> UsageError:
    where = "name the folder that holds config.json and the *.safetensors files"
    return UsageError("CERT-E020", f"{folder} is not a model folder", why=why, hint=hint or where)


def _read(folder: Path, file: FoundFile, meter: Meter) -> _Content:
    runtime = role_of(file.path) is FileRole.RUNTIME
    tensors, pieces = None, []
    with opened(folder, file, meter) as stream:
        if runtime and suffix(file.path) == ".safetensors":
            tensors = read_tensors(stream)
        keep = runtime and tensors is None and is_kept(file.path)
        if keep and file.size > MAX_KEPT:
            raise malformed(file.path, f"it is larger than {MAX_KEPT} bytes")
        for position, block in enumerate(stream.blocks()):
            if runtime and position == 0:
                refuse_content(file.path, block[:8], folder)
            if keep:
                pieces.append(block)
    return _Content(_entry(stream), b"".join(pieces) if keep else None, tensors)


def _entry(stream: HashedFile) -> FileEntry:
    return FileEntry(path=stream.path, size=stream.size, sha256=stream.hexdigest())


def _release_digest(entries: Sequence[FileEntry]) -> str:
    ordered = Manifest.of(entries).files
    return canonical_digest([{**entry.document(), "role": role_of(entry.path).value} for entry in ordered])
