"""Models that Ollama keeps on this machine: ``ollama:NAME`` to the file with the weights; read only, no network.

Source: Ollama's store: ``manifests/HOST/NAMESPACE/MODEL/TAG`` is an OCI manifest, ``blobs/sha256-HEX`` its layers.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import parse_json
from certify.identify.refusals import adapter_refused

PREFIX = "ollama:"
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_WEIGHTS = "application/vnd.ollama.image.model"
_ADAPTER = "application/vnd.ollama.image.adapter"
_MAX_MANIFEST = 1 << 20


def ollama_file(name: str, store: Path | None = None) -> Path:
    """The file with the weights of a model.

    Args:
        name: as Ollama is asked for it: ``MODEL``, ``MODEL:TAG``, ``NAMESPACE/MODEL:TAG`` or with a host before that.
        store: Ollama's folder; ``OLLAMA_MODELS`` or ``~/.ollama/models`` when absent.

    Raises:
        UsageError: CERT-E020, there is no such model here.
        HostileInput: CERT-E025, its manifest is malformed; CERT-E027, it is an adapter on another model.
    """
    store = store or Path(os.environ.get("OLLAMA_MODELS") or Path.home() / ".ollama" / "models")
    path, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "latest")
    parts = path.split("/")
    parts = [*("registry.ollama.ai", "library")[: max(0, 3 - len(parts))], *parts]
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in (*parts, tag)):
        raise UsageError("CERT-E020", f"{name!a} is not how Ollama names a model", hint="see `ollama list`")
    file = store.joinpath("manifests", *parts, tag)
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_MANIFEST + 1)
    except OSError as error:
        raise UsageError(
            "CERT-E020",
            f"Ollama keeps no model {name!a} in {store}",
            "certify reads what is here and fetches nothing",
            "see `ollama list`, or set OLLAMA_MODELS to the folder",
        ) from error
    return store / "blobs" / f"sha256-{_weights(data, name)}"


def _weights(data: bytes, name: str) -> str:
    manifest = parse_json(data, name="Ollama's manifest", max_bytes=_MAX_MANIFEST)
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    kinds = [(one.get("mediaType"), one.get("digest")) for one in layers or () if isinstance(one, dict)]
    if any(kind == _ADAPTER for kind, _ in kinds):
        raise adapter_refused(f"{name} in Ollama")
    found = [_DIGEST.fullmatch(digest) for kind, digest in kinds if kind == _WEIGHTS and isinstance(digest, str)]
    if len(found) != 1 or found[0] is None:
        raise HostileInput("CERT-E025", f"Ollama's manifest of {name!a} does not name one file of weights")
    return found[0][1]
