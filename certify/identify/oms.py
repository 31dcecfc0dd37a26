"""What an OpenSSF model signature signs: a list of digests, how it was made, and one digest over all of them.

Pure over digests; files are read in ``oms_files``, signatures in ``oms_reading``.

Source: OpenSSF Model Signing Specification v1.0 (ossf/model-signing-spec, spec/v1.0.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from certify.errors import HostileInput
from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import FileEntry
from certify.evidence.statement import PREDICATE_BASE, STATEMENT_TYPE
from certify.identify.manifest import Manifest

PREDICATE_TYPE = "https://model_signing/signature/v1.0"
"""Source: section 5.1."""
DEPRECATED_TYPE = "https://model_signing/Digests/v0.1"
NAMES = PREDICATE_BASE.removesuffix("/predicates") + "/oms-names/v1"
"""Annotation of the subject by which our signatures bind names; other verifiers ignore it."""

DEFAULT_IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
"""Left out at the top of the folder, nowhere else. Source: section 6.2."""
DEFAULT_SHARD = 1_000_000_000
"""Bytes. Source: section 6.3.2."""
MAX_SIGNATURE = 64 * 1024 * 1024

HashType: TypeAlias = Literal["sha256", "blake2b", "blake3"]
Method: TypeAlias = Literal["files", "shards"]
DIGEST_LENGTH: dict[str, int] = {"sha256": 64, "blake2b": 128, "blake3": 64}
"""Hexadecimal digits. Source: algorithm-registry.md."""


class _Wire(Value):
    """Names on the wire as OMS spells them; unknown fields are ignored, as its specification asks."""

    model_config = ConfigDict(alias_generator=None)


class Resource(_Wire):
    """One file, or one range of bytes of a file."""

    name: str = Field(min_length=1, max_length=1100)
    """Relative path; with shards ``path:start:end``, start included, end not."""
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}([0-9a-f]{64})?$")]
    """Hexadecimal."""
    algorithm: HashType
    """How it was digested; the same for all."""


class Serialization(_Wire):
    """How files became resources. Source: section 5.2.2."""

    model_config = ConfigDict(extra="forbid")

    method: Method
    """Whole files, or ranges of them."""
    hash_type: HashType = "sha256"
    """How each resource is digested."""
    allow_symlinks: StrictBool = False
    """Whether links were followed."""
    ignore_paths: tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...] | None = None
    """Paths that were left out, with everything below them."""
    shard_size: Annotated[StrictInt, Field(gt=0)] | None = None
    """Bytes of a range; only with shards."""


class Binding(Value):
    """What our signatures add: digests that change when a file is renamed."""

    manifest: Sha256
    """SHA-256 of the canonical manifest of all signed files, as ``sha256sum manifest.json`` prints it."""
    identity: Sha256
    """The same over the runtime files alone: the identity that a certificate names."""


class SignedFile(NamedTuple):
    """One file as it was read."""

    entry: FileEntry
    """Path, size and SHA-256 of the whole file."""
    name: str
    """The path as the file system spells it."""
    digests: tuple[str, ...]
    """One digest, or one for each range."""


def signed_payload(name: str, files: Sequence[SignedFile], serialization: Serialization, binding: Binding) -> bytes:
    """The statement to sign, as canonical JSON.

    Raises:
        HostileInput: CERT-E114, there is nothing to sign.
    """
    resources = sorted(resources_of(files, serialization), key=lambda resource: resource.name)
    if not resources:
        raise malformed("there is no file with content in it to sign")
    subject = {
        "name": name,
        "digest": {"sha256": root_digest(resources)},
        "annotations": {NAMES: binding.document()},
    }
    predicate = {
        "resources": [resource.document() for resource in resources],
        "serialization": serialization.document(),
    }
    return canonical_bytes(
        {"_type": STATEMENT_TYPE, "subject": [subject], "predicateType": PREDICATE_TYPE, "predicate": predicate}
    )


def resources_of(files: Iterable[SignedFile], serialization: Serialization) -> list[Resource]:
    """The resources of files in their order. An empty file has no range, so with shards it has no resource."""
    found = []
    for file in files:
        for number, digest in enumerate(file.digests):
            name = file.name
            if serialization.shard_size is not None:
                start = number * serialization.shard_size
                name += f":{start}:{min(start + serialization.shard_size, file.entry.size)}"
            found.append(Resource(name=name, digest=digest, algorithm=serialization.hash_type))
    return found


def root_digest(resources: Iterable[Resource]) -> str:
    """SHA-256 (hex) over the raw digests in order. Source: section 6.5.1."""
    return hashlib.sha256(b"".join(bytes.fromhex(resource.digest) for resource in resources)).hexdigest()


def binding_of(files: Iterable[SignedFile], runtime: Iterable[SignedFile]) -> Binding:
    """The digests that bind names."""
    whole, part = (Manifest.of(file.entry for file in each).identity for each in (files, runtime))
    return Binding(manifest=whole, identity=part)


def is_plain(path: str) -> bool:
    """Whether a path is relative, normal and stays inside. Source: section 6.1.2."""
    parts = path.split("/")
    return not any(part in ("", ".", "..") for part in parts) and "\\" not in path and "\0" not in path


def malformed(why: str) -> HostileInput:
    """The error for a model signature that cannot be believed."""
    return HostileInput(
        "CERT-E114",
        "the model signature cannot be used",
        why=why,
        hint="ask the signer for a signature that follows OpenSSF Model Signing v1.0",
    )
