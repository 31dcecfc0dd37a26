"""A model in one GGUF file, on its own, in a folder with nothing else like it, or among Ollama's blobs."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from certify.errors import HostileInput, UsageError
from certify.evidence.model import FileEntry, ModelIdentity, Sampling
from certify.identify.files import FoundFile, safe_name, stamp_of
from certify.identify.gguf import MAGIC, lies, read_gguf, read_gguf_header
from certify.identify.manifest import Manifest
from certify.identify.reading import Meter, Progress, opened
from certify.identify.safetensors import Span, Tensor, weights_digest

GGUF_NAME = "model.gguf"
"""What the file is called in the manifest, whatever it is called on disk: the bytes alone are the model."""
_BLOB = re.compile(r"sha256-([0-9a-f]{64})")
_PLAIN = frozenset({"F32", "F16", "BF16", "F64"})
_IDLE = {"min_p": 0, "xtc_probability": 0, "penalty_repeat": 1, "mirostat": 0}
"""Other settings that llama.cpp takes from a file, each with the value at which it does nothing."""


class GgufFacts(NamedTuple):
    """What the header of a file tells of the model; its owner's word, like any settings."""

    architecture: str
    context_length: int | None
    """Tokens."""
    quantisation: str
    """The type that most weights have, or none."""
    chat_template: str | None
    begin_text: str
    """Text of the token that begins every prompt; empty where there is none."""
    adds_begin: bool
    """Whether engines put it there themselves."""
    end_texts: tuple[str, ...]
    """Texts of the tokens that end an answer."""
    markers: frozenset[str]
    """Tokens that look like markup."""
    vocabulary: int
    sampling: Sampling | None
    """Sampling that the file asks for."""
    asks_more: bool
    """Whether it asks for more than temperature, top-p and top-k, such as a penalty."""


class GgufModel(NamedTuple):
    """One file as it was read."""

    disk: str
    """Its name on disk."""
    identity: ModelIdentity
    manifest: Manifest
    facts: GgufFacts


def find_gguf(path: Path) -> Path | None:
    """The GGUF file that a path means: itself, or the only one in a folder without safetensors; None for others."""
    if path.is_dir():
        try:
            names = sorted(os.listdir(path))
        except OSError:
            return None  # whoever lists it next tells why
        found = [name for name in names if name.lower().endswith(".gguf")]
        other = any(name.lower().endswith(".safetensors") for name in names)
        return path / found[0] if len(found) == 1 and not other else None
    if path.is_file() and (path.suffix.lower() == ".gguf" or _begins(path)):
        return path
    return None


def found_gguf(folder: Path, disk: str) -> FoundFile:
    """The file of a folder under the name it has in manifests.

    Raises:
        UsageError: CERT-E020, it cannot be read; HostileInput: CERT-E023, it is no plain file.
    """
    try:
        found = os.stat(folder / disk, follow_symlinks=False)
    except OSError as error:
        raise UsageError("CERT-E020", f"{folder / disk} cannot be read: {error.strerror}") from error
    safe_name(disk, folder)
    if not stat.S_ISREG(found.st_mode):
        raise HostileInput(
            "CERT-E023", f"{disk} is refused", "it is a link or a device", "name the file that it points to"
        )
    return FoundFile(GGUF_NAME, disk, found.st_size, stamp_of(found))


def read_gguf_model(path: Path, *, name: str | None = None, progress: Progress | None = None) -> GgufModel:
    """The model in a GGUF file, read once.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E023, CERT-E024, CERT-E026.
    """
    file = _as_named(path)
    with opened(path.parent, file, Meter(file.size, progress)) as stream:
        content = read_gguf(stream)
        entry = FileEntry(path=GGUF_NAME, size=stream.size, sha256=stream.hexdigest())
    blob = _BLOB.fullmatch(path.name)
    if blob is not None and blob[1] != entry.sha256:
        raise lies(path.name, "its bytes are not those that its name promises")
    manifest, facts = Manifest.of([entry]), gguf_facts(content.values, content.tensors, path.name)
    weights, parameters = weights_digest([content.tensors])
    stem = name or content.values.get("general.name") or path.stem
    identity = ModelIdentity(
        name=str(stem)[:300] or "model",
        identity=manifest.identity,
        weights_digest=weights,
        release_digest=manifest.identity,
        architecture=f"{facts.architecture} (GGUF)",
        parameters=parameters,
        files=1,
        bytes=entry.size,
    )
    return GgufModel(path.name, identity, manifest, facts)


def _as_named(path: Path) -> FoundFile:
    """The file to be read, called in errors what its owner calls it."""
    return found_gguf(path.parent, path.name)._replace(path=path.name)


def gguf_facts_of(path: Path) -> GgufFacts:
    """What the header of a file tells, read again from the file.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E023, CERT-E024, CERT-E026.
    """
    file = _as_named(path)
    with opened(path.parent, file, Meter(file.size, None)) as stream:
        header = read_gguf_header(stream)
        return gguf_facts(header.values, header.spans, path.name)


def gguf_facts(values: dict[str, Any], tensors: Sequence[Span | Tensor], path: str) -> GgufFacts:
    """What a header tells of the model.

    Raises:
        HostileInput: CERT-E024, it names no architecture.
    """
    architecture, tokens = values.get("general.architecture"), values.get("tokenizer.ggml.tokens")
    if not isinstance(architecture, str) or not re.fullmatch(r"[a-z0-9_.-]{1,60}", architecture):
        raise lies(path, "it names no architecture")
    texts = tokens if isinstance(tokens, list) else []
    template, length = values.get("tokenizer.chat_template"), values.get(f"{architecture}.context_length")
    begin = _token(values, "bos", texts)
    ends = dict.fromkeys(_token(values, name, texts) for name in ("eos", "eot", "eom"))
    return GgufFacts(
        architecture=architecture,
        context_length=length if type(length) is int and 0 < length < 1 << 40 else None,
        quantisation=_quantisation(tensors),
        chat_template=template if isinstance(template, str) and template else None,
        begin_text=begin,
        adds_begin=values.get("tokenizer.ggml.add_bos_token") is not False and begin != "",
        end_texts=tuple(text for text in ends if text),
        markers=frozenset(text for text in texts if text[:1] in ("<", "[") and text[-1:] in (">", "]")),
        vocabulary=len(texts),
        sampling=_sampling(values),
        asks_more=any(values.get(f"general.sampling.{name}", idle) != idle for name, idle in _IDLE.items()),
    )


def _token(values: dict[str, Any], name: str, texts: list[str]) -> str:
    number = values.get(f"tokenizer.ggml.{name}_token_id")
    return texts[number] if type(number) is int and 0 <= number < len(texts) else ""


def _quantisation(tensors: Sequence[Span | Tensor]) -> str:
    counts: Counter[str] = Counter()
    for tensor in tensors:
        counts[tensor.dtype] += prod(tensor.shape)
    most = max(sorted(counts), key=lambda dtype: counts[dtype])
    return "none" if most in _PLAIN else most


def _sampling(values: dict[str, Any]) -> Sampling | None:
    temperature, top_p, top_k = (values.get(f"general.sampling.{name}") for name in ("temp", "top_p", "top_k"))
    if not isinstance(temperature, float) or not 0 <= temperature <= 10:
        return None
    share = top_p if isinstance(top_p, float) and 0 <= top_p <= 1 else 1.0
    kept = top_k if type(top_k) is int and 0 < top_k < 2**31 else 0
    return Sampling(temperature=temperature, top_p=share, top_k=kept)


def _begins(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == MAGIC
    except OSError:
        return False
