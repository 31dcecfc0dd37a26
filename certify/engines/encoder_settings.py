"""What a folder of the sentence-transformers kind says about its encoder, held against the few things we carry out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from certify.engines.order import Pooling
from certify.errors import HostileInput
from certify.evidence.canonical import parse_json
from certify.files import read_file

MAX_SETTINGS = 1 << 20
"""Bytes of a settings file that is read."""

_MODES: dict[str, Pooling] = {"mean": "mean", "cls": "cls", "max": "max", "lasttoken": "lasttoken"}
_FLAGS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "lasttoken",
}
_STEPS = ("Transformer", "Pooling", "Normalize")


class EncoderSettings(NamedTuple):
    """How texts are to be encoded."""

    pooling: Pooling = "mean"
    """How the vectors of a text's tokens become one."""
    max_tokens: int | None = None
    """Tokens of a text that count; None leaves it to the model."""
    prefix: str = ""
    """Put before every text."""


def encoder_settings(folder: Path) -> EncoderSettings:
    """The settings of an encoder's folder; mean pooling where it says nothing.

    Source: modules.json, NAME/config.json of the pooling step, sentence_bert_config.json and
    config_sentence_transformers.json as sentence-transformers 2 to 5 write them.

    Args:
        folder: a staged copy of the model.

    Raises:
        HostileInput: CERT-E485, a step, a pooling or a value that certify does not carry out.
    """
    steps = _document(folder, "modules.json", [])
    pooling: Pooling = "mean"
    for step in steps if isinstance(steps, list) else [None]:
        kind, path = _step(step)
        if kind == "Pooling":
            pooling = _pooling(_document(folder, f"{path}/config.json", {}))
    limit = _get(_document(folder, "sentence_bert_config.json", {}), "max_seq_length")
    return EncoderSettings(pooling, _limit(limit), _prefix(_document(folder, "config_sentence_transformers.json", {})))


def _document(folder: Path, name: str, absent: Any) -> Any:
    path = folder / name
    return parse_json(read_file(path, max_bytes=MAX_SETTINGS), name=name) if path.is_file() else absent


def _step(step: Any) -> tuple[str, str]:
    kind, path = str(_get(step, "type")), _get(step, "path")
    package, _, name = kind.rpartition(".")
    if package.split(".")[0] != "sentence_transformers" or name not in _STEPS:
        raise _refused("modules.json", f"it asks for the step {ascii(kind)[:80]}")
    if not isinstance(path, str) or path.startswith(("/", "\\")) or ".." in path.split("/"):
        raise _refused("modules.json", "a step lies outside the folder")
    return name, path


def _pooling(document: Any) -> Pooling:
    if not isinstance(document, dict):
        raise _refused("the pooling step", "its settings are no object")
    named = document.get("pooling_mode")
    asked = [str(named)] if named is not None else [name for name, on in document.items() if _is_flag(name, on)]
    known = _MODES if named is not None else _FLAGS
    if not asked and named is None:
        return "mean"
    if len(asked) != 1 or asked[0] not in known:
        raise _refused("the pooling step", f"it pools by {ascii(', '.join(asked))[:80]}")
    return known[asked[0]]


def _is_flag(name: str, on: Any) -> bool:
    return name.startswith("pooling_mode_") and on is True


def _limit(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 8 <= value <= 1 << 20:
        raise _refused("sentence_bert_config.json", f"its max_seq_length is {ascii(value)[:40]}")
    return value


def _prefix(document: Any) -> str:
    name, prompts = _get(document, "default_prompt_name"), _get(document, "prompts")
    text = _get(prompts, name) if isinstance(name, str) else None
    return text if isinstance(text, str) and len(text) <= 1000 else ""


def _get(document: Any, name: str) -> Any:
    return document.get(name) if isinstance(document, dict) else None


def _refused(where: str, why: str) -> HostileInput:
    return HostileInput(
        "CERT-E485",
        f"{where} of the embedding model cannot be followed: {why}",
        "certify runs an encoder and pools its vectors itself; it runs no code and no layers that come beside it",
        "choose an embedding model with mean, cls, max or lasttoken pooling and no further layers",
    )
