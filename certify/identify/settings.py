"""The JSON files of a model: configuration, index, chat template. Read from the very bytes that were hashed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from certify.errors import HostileInput, UsageError
from certify.identify.files import prepare_hint
from certify.identify.refusals import INDEX, code_refused, names_code
from certify.identify.safetensors import Tensor

MAX_KEPT = 64 * 1024 * 1024
"""Longest settings file, bytes."""

_VOCABULARIES = frozenset({"tokenizer.json", "vocab.json", "added_tokens.json"})
_TEMPLATE = "chat_template.jinja"


def is_kept(path: str) -> bool:
    """Whether the content of a file is read beyond its digest."""
    return path == _TEMPLATE or (path.lower().endswith(".json") and PurePosixPath(path).name not in _VOCABULARIES)


def parse_settings(kept: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    """Every kept JSON file as a value, by path.

    Numbers of any size are taken, because published tokenizer settings hold 10**30.

    Raises:
        HostileInput: CERT-E025 malformed, CERT-E022 a setting asks for code.
    """
    parsed = {path: _parse(path, data) for path, data in kept.items() if path != _TEMPLATE}
    for path, document in sorted(parsed.items()):
        if (key := names_code(document)) is not None:
            raise code_refused(path, f"its {key} asks for code that comes with the model", folder)
    return parsed


def configuration(parsed: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], str]:
    """(config.json, the architecture it declares).

    Raises:
        UsageError: CERT-E020, it describes no model.
    """
    config = parsed.get("config.json")
    if isinstance(config, dict):
        declared = config.get("architectures")
        first = declared[0] if isinstance(declared, list) and declared else config.get("model_type")
        if isinstance(first, str) and 0 < len(first) <= 200:
            return config, first
    raise UsageError("CERT-E020", f"{folder} is not a model folder", why="its config.json names no architecture")


def generation(parsed: Mapping[str, Any]) -> dict[str, Any] | None:
    """generation_config.json, or None."""
    found = parsed.get("generation_config.json")
    return found if isinstance(found, dict) else None


def chat_template(kept: Mapping[str, bytes], parsed: Mapping[str, Any]) -> str | None:
    """The template that formats a conversation, as transformers would choose it; None for a bare model.

    Source: transformers 5, PreTrainedTokenizerBase: chat_template.jinja goes before tokenizer_config.json,
    and of several templates the one called ``default`` is used.

    Raises:
        HostileInput: CERT-E025, the template is not text.
    """
    if _TEMPLATE in kept:
        return _text(_TEMPLATE, kept[_TEMPLATE])
    tokenizer = parsed.get("tokenizer_config.json")
    found = tokenizer.get("chat_template") if isinstance(tokenizer, dict) else None
    if isinstance(found, list):
        named = {entry.get("name"): entry.get("template") for entry in found if isinstance(entry, dict)}
        found = named.get("default")
    return found if isinstance(found, str) else None


def indexed_files(parsed: Mapping[str, Any], present: Iterable[str], folder: Path) -> frozenset[str] | None:
    """The weight files that the model's index names; None without an index. Every other index is checked too.

    Raises:
        HostileInput: CERT-E025, an index is malformed or names a file that is not beside it.
    """
    files = frozenset(present)
    for path, document in sorted(parsed.items()):
        if path.endswith(".index.json"):
            for name in weight_map(path, document).values():
                _refuse_target(path, name, files, folder)
    return frozenset(weight_map(INDEX, parsed[INDEX]).values()) if INDEX in parsed else None


def weight_map(path: str, document: Any) -> dict[str, str]:
    """Tensor name to file name, as an index has it.

    Raises:
        HostileInput: CERT-E025, it is not an index.
    """
    found = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(found, dict) or not found or not all(isinstance(name, str) for name in found.values()):
        raise malformed(path, "it holds no weight_map from tensor names to file names")
    return found


def refuse_other_tensors(parsed: Mapping[str, Any], tensors: Mapping[str, tuple[Tensor, ...]]) -> None:
    """Refuses an index that places a tensor in another file than the one that holds it.

    Raises:
        HostileInput: CERT-E025.
    """
    if INDEX not in parsed:
        return
    named = weight_map(INDEX, parsed[INDEX])
    held = {tensor.name: path for path, found in tensors.items() for tensor in found}
    for name in sorted(named.keys() | held.keys()):
        if named.get(name) != held.get(name):
            wrong = (
                f"it places {ascii(name)[:80]} in {named.get(name, 'no file')}, which is in {held.get(name, 'none')}"
            )
            raise malformed(INDEX, wrong)


def malformed(path: str, why: str, hint: str = "download the file again") -> HostileInput:
    """The error for a settings file that cannot be believed."""
    return HostileInput("CERT-E025", f"{path} cannot be used", why=why, hint=hint)


def _refuse_target(path: str, name: str, files: frozenset[str], folder: Path) -> None:
    where = PurePosixPath(name)
    if where.is_absolute() or ".." in where.parts or "\\" in name or not name:
        raise malformed(path, f"it names {ascii(name)[:80]}, which is outside the folder", "do not use this model")
    if str(PurePosixPath(path).parent / where) not in files:
        left_over = "safetensors" not in path
        hint = prepare_hint(folder) if left_over else "finish the download: a weight file is missing"
        raise malformed(path, f"it names {ascii(name)[:80]}, which is not in the folder", hint)


def _parse(path: str, data: bytes) -> Any:
    try:
        return json.loads(_text(path, data), object_pairs_hook=lambda pairs: _unique(path, pairs))
    except (ValueError, RecursionError) as error:
        raise malformed(path, f"it is not JSON: {str(error)[:120]}") from error


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed(path, "it is not UTF-8 text") from error


def _unique(path: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise malformed(path, "a key appears twice in one object, and readers differ in which one they take")
    return result
