"""A step as an in-toto Statement v1: a Link, or SLSA provenance where the step transforms or trains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from certify import __version__
from certify.attest.artifacts import ReadPath
from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import FileEntry
from certify.evidence.statement import PREDICATE_BASE, STATEMENT_TYPE
from certify.evidence.visibility import Opening, withhold
from certify.identify.manifest import Manifest
from certify.identify.roles import role_of

LINK = "https://in-toto.io/attestation/link/v0.3"
PROVENANCE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = f"{PREDICATE_BASE}/step-build-type/v0.1"
"""How to read the parameters of our provenance; docs/predicates/step-build-type.md."""
BUILDER = PREDICATE_BASE.removesuffix("/predicates") + "/builders/functionary/v0.1"
"""The machine of whoever signs; nothing else vouches for it."""
MAX_DESCRIBED = 10_000
"""Files a statement names one by one on each side; beyond it names folders, to stay within the size of a bundle."""
MAX_NAMES = 1_000_000
"""Bytes of their names together, for the same reason."""
MAX_TOLD = 1024 * 1024
"""Bytes of parameters, command and environment together."""


class StepKind(StrEnum):
    """What a statement of a step says."""

    LINK = "link"
    PROVENANCE = "provenance"


@dataclass(frozen=True)
class StepFacts:
    """Everything a statement of a step may say, secrets already replaced."""

    name: str
    """The step."""
    kind: StepKind
    """Which predicate tells it."""
    materials: Sequence[ReadPath]
    """What it read."""
    products: Sequence[ReadPath]
    """What it wrote."""
    command: Sequence[str] = ()
    """Program and arguments; empty where it had none."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What whoever repeats it must know beside the command."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """Surroundings."""
    code: Sequence[Mapping[str, Any]] = ()
    """Descriptors of the code that ran."""
    invocation: str = ""
    """Names this one performance."""
    started_at: str = ""
    """RFC 3339 UTC."""
    finished_at: str = ""
    """RFC 3339 UTC."""


FIELDS = {
    StepKind.LINK: {"command": "/command", "environment": "/environment"},
    StepKind.PROVENANCE: {
        "command": "/buildDefinition/externalParameters/command",
        "parameters": "/buildDefinition/externalParameters/parameters",
        "environment": "/buildDefinition/internalParameters/environment",
    },
}
"""What can be restricted or kept secret, by the name people use and where it stands."""


def step_statement(
    facts: StepFacts, *, restrict: Iterable[str] = (), secret: Iterable[str] = ()
) -> tuple[dict[str, Any], tuple[Opening, ...]]:
    """The statement of a step, and the openings of its restricted fields.

    Raises:
        UsageError: CERT-E118, a field cannot be withheld or says nothing here; CERT-E057, a link cannot carry what
            was given.
    """
    if len(canonical_bytes([list(facts.command), dict(facts.parameters), dict(facts.environment)])) > MAX_TOLD:
        raise UsageError(
            "CERT-E057",
            f"command, parameters and environment are longer than {MAX_TOLD} bytes",
            hint="put parameters into a file, and name it as a material",
        )
    predicate = _link(facts) if facts.kind is StepKind.LINK else _provenance(facts)
    shown, openings = withhold(
        predicate,
        [_pointer(facts.kind, name) for name in restrict],
        secret=[_pointer(facts.kind, name) for name in secret],
    )
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": described(facts.products),
        "predicateType": LINK if facts.kind is StepKind.LINK else PROVENANCE,
        "predicate": shown,
    }
    return statement, openings


def described(read: Sequence[ReadPath]) -> list[dict[str, Any]]:
    """Descriptors of paths: each folder by its identity, and each file where there are not too many.

    Source: in-toto Attestation Framework v1, ResourceDescriptor.
    """
    folders = [_folder(one) for one in read if one.is_folder]
    listed = [one for one in read if not one.is_folder or one.name in listed_folders(read)]
    files = {name: digest for one in listed for name, digest in one.artifacts(MAX_DESCRIBED).items()}
    return [*folders, *({"name": name, "digest": digest} for name, digest in sorted(files.items()))]


def listed_folders(read: Sequence[ReadPath]) -> set[str]:
    """The folders whose files a statement names one by one: the smallest, as long as there is room."""
    files, names, found = MAX_DESCRIBED, MAX_NAMES, set()
    for one in sorted(read, key=lambda one: (len(one.manifest.files), one.name)):
        files -= len(one.manifest.files)
        names -= sum(len(one.name) + len(entry.path.encode("utf-8")) for entry in one.manifest.files)
        if one.is_folder and files >= 0 and names >= 0:
            found.add(one.name)
    return found


def model_manifest(files: Sequence[FileEntry]) -> Manifest | None:
    """The runtime files, if these are the files of a model folder; the digest is the model's identity."""
    names = {entry.path for entry in files}
    weights = any(name.endswith((".safetensors", ".gguf")) for name in names)
    if (
        len(files) > MAX_DESCRIBED
        or not weights
        or not ("config.json" in names or any(name.endswith(".gguf") for name in names))
    ):
        return None
    return Manifest.of(entry for entry in files if role_of(entry.path).value == "runtime")


def _folder(one: ReadPath) -> dict[str, Any]:
    model = model_manifest(one.manifest.files)
    manifest = model or one.manifest
    return {
        "name": one.name,
        "digest": {"sha256": model.identity if model else one.identity},
        "annotations": {
            "kind": "model" if model else "dataset",
            "files": len(manifest.files),
            "bytes": manifest.total_bytes,
            "digestSource": one.source.value,
        },
    }


def _link(facts: StepFacts) -> dict[str, Any]:
    if facts.parameters or facts.code:
        raise UsageError(
            "CERT-E057",
            "a link has no place for parameters or code",
            "it tells who did what to which files, nothing about how",
            "leave --kind link away, or give no --param, --params and --code",
        )
    return {
        "name": facts.name,
        "command": list(facts.command),
        "materials": described(facts.materials),
        "byproducts": {},
        "environment": dict(facts.environment),
    }


def _provenance(facts: StepFacts) -> dict[str, Any]:
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "step": facts.name,
                "command": list(facts.command),
                "parameters": dict(facts.parameters),
            },
            "internalParameters": {"environment": dict(facts.environment)},
            "resolvedDependencies": [*described(facts.materials), *map(dict, facts.code)],
        },
        "runDetails": {
            "builder": {"id": BUILDER, "version": {"certify": __version__}},
            "metadata": {
                "invocationId": facts.invocation,
                "startedOn": facts.started_at,
                "finishedOn": facts.finished_at,
            },
        },
    }


def _pointer(kind: StepKind, name: str) -> str:
    pointer = FIELDS[kind].get(name)
    if pointer is None:
        raise UsageError(
            "CERT-E118",
            f"{name[:80]!r} is not a field of a {kind} that can be withheld",
            "paths and digests stay public: the chain is checked by them",
            f"withhold one of {', '.join(FIELDS[kind])}",
        )
    return pointer
