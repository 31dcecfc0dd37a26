"""A configuration without its pointer to code, where the engine has the architecture built in and needs no code."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.evidence.canonical import sha256_hex
from certify.identify.settings import malformed

KEY = "auto_map"
_CAUSAL = "AutoModelForCausalLM"
_SPACE = " \t\r\n"


class BuiltIn(NamedTuple):
    """The architectures that a release of transformers has."""

    source: str
    """Which release; the table in it is named in the file."""
    date: str
    """When it was read."""
    architectures: dict[str, tuple[str, ...]]
    """Model type to the class names that it may stand for."""


class Stripped(NamedTuple):
    """A configuration whose pointer to code was cut out."""

    data: bytes
    """Every other byte as it was."""
    original: str
    """SHA-256 (hex) of what it was cut out of."""
    why: str
    """What was done, for the record."""


@cache
def built_in() -> BuiltIn:
    """The list that comes with certify: causal language models, the only kind that certify runs."""
    document = json.loads((files("certify.identify") / "built_in.json").read_bytes())
    table = {kind: tuple(names) for kind, names in document["architectures"].items()}
    return BuiltIn(document["source"], document["date"], table)


def without_code(data: bytes) -> Stripped | None:
    """config.json with its top-level ``auto_map`` cut out; None when it has none, or when the model needs its code.

    The architecture, the model type and the class that ``auto_map`` names must all be one that transformers has, and
    nothing but configuration and model may come from code. What is left is the same text, byte for byte.

    Raises:
        HostileInput: CERT-E025, it is not a JSON object.
    """
    try:
        text = data.decode("utf-8")
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed("config.json", f"it is not JSON: {str(error)[:120]}") from error
    if not isinstance(config, dict) or not config.get(KEY) or why_not(config) is not None:
        return None
    cut = _without_member(text, KEY)
    expected = {key: value for key, value in json.loads(text, parse_float=str).items() if key != KEY}
    if json.loads(cut, parse_float=str) != expected:
        raise malformed("config.json", f"{KEY} cannot be cut out of it cleanly")
    listed = built_in()
    names = ", ".join(config["architectures"])
    why = f"{KEY} cut out: {names} is built into {listed.source} (read {listed.date})"
    return Stripped(cut.encode("utf-8"), sha256_hex(data), why)


def why_not(config: dict[str, Any]) -> str | None:
    """Why a model needs the code that its ``auto_map`` names; None when it does not."""
    kind, names, asked = config.get("model_type"), config.get("architectures"), config[KEY]
    known = built_in().architectures.get(kind, ()) if isinstance(kind, str) else ()
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return "it names no architecture"
    foreign = next((name for name in names if name not in known), None)
    if foreign is not None:
        return f"{foreign[:80]!a} with the model type {str(kind)[:80]!a} is not built into {built_in().source}"
    if not isinstance(asked, dict):
        return f"its {KEY} is not an object"
    for key, target in asked.items():
        if key != "AutoConfig" and not key.startswith("AutoModel"):
            return f"its {KEY} asks for code as {key[:80]!a}, too"
        if key == _CAUSAL and str(target).rpartition(".")[2] not in known:
            return f"its {KEY} names {str(target)[:80]!a}, which is not the architecture it declares"
    return None


def _without_member(text: str, name: str) -> str:
    """The text of an object without one of its members, whatever else is in it untouched."""
    decoder = json.JSONDecoder()
    position, before = _skip(text, text.index("{") + 1), None
    while text[position] == '"':
        start = position
        key, position = scanstring(text, position + 1)
        _, position = decoder.raw_decode(text, _skip(text, _skip(text, position) + 1))
        end = _skip(text, position)
        if key == name:
            if text[end] == ",":
                return text[:start] + text[_skip(text, end + 1) :]
            return text[: start if before is None else before] + text[position:]
        before, position = position, _skip(text, end + 1)
        if text[end] == "}":
            break
    raise HostileInput("CERT-E025", f"config.json has no member {name}")


def _skip(text: str, position: int) -> int:
    while text[position] in _SPACE:
        position += 1
    return position
