"""A policy file read strictly: one meaning for one text, and nothing that can exhaust the reader."""

from __future__ import annotations

import re
import stat
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from certify.errors import UsageError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
Place = tuple[str | int, ...]
"""Where a value stands: keys and positions from the top of the file."""


class Source(NamedTuple):
    """What a file says, and the line of everything in it."""

    content: Any
    """Texts, numbers, booleans, None, lists, and dictionaries with text keys."""
    lines: dict[Place, int]
    """1-based line of each key and list entry."""
    name: str
    """The file, as shown to its author."""


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Scalars as YAML 1.2 reads them: ``no`` and ``2026-11-23`` stay text, ``1:30`` is not ninety.

    libyaml reads a policy about ten times as fast as Python; where PyYAML was built without it, Python reads it.
    """


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", "~n"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first])
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])


def read_bytes(path: Path | Traversable) -> bytes:
    """The content of a small regular file.

    Raises:
        UsageError: it cannot be read, is not a regular file, or is larger than 256 KiB.
    """
    try:
        if isinstance(path, Path) and not stat.S_ISREG(path.stat().st_mode):
            raise unreadable(str(path), "it is not a regular file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unreadable(str(path), getattr(error, "strerror", None) or str(error)) from error
    if len(data) > MAX_BYTES:
        raise unreadable(str(path), f"it is larger than {MAX_BYTES} bytes")
    return data


def parse_yaml(data: bytes, *, name: str) -> Source:
    """What YAML bytes say.

    Refused: text that is not UTF-8, more than one document, anchors and aliases, tags, duplicate keys,
    keys that are not text, nesting beyond 24 levels.

    Raises:
        UsageError: the text cannot be read, with the line where that shows.
    """
    try:
        text = data.decode("utf-8")
        _refuse_tricks(text, name)
        node = yaml.compose(text, Loader=_CoreLoader)
    except UnicodeDecodeError as error:
        raise unreadable(name, "it is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise unreadable(name, " ".join(str(error).split())) from error
    lines: dict[Place, int] = {}
    content = None if node is None else _value(node, (), lines, name)
    return Source(content, lines, name)


def unreadable(name: str, why: str, hint: str = "correct the file, or name another") -> UsageError:
    """The error for a file that cannot be taken as a policy at all."""
    return UsageError("CERT-E050", f"{name} cannot be read as a policy", why=why, hint=hint)


def _refuse_tricks(text: str, name: str) -> None:
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_CoreLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise unreadable(name, f"line {line} uses an anchor or alias", "write the value out where it is used")
        if getattr(event, "tag", None) is not None:
            raise unreadable(name, f"line {line} uses a tag ({event.tag})", "remove the tag")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise unreadable(name, f"line {line} nests more than {MAX_DEPTH} levels")


def _value(node: Any, place: Place, lines: dict[Place, int], name: str) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*place, index), lines, name) for index, child in enumerate(node.value)]
    return _scalar(node, name)


def _mapping(node: Any, place: Place, lines: dict[Place, int], name: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, child in node.value:
        line = key_node.start_mark.line + 1
        key = _scalar(key_node, name) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise unreadable(name, f"the key on line {line} is not text", "put the key in quotes")
        if key in result:
            raise unreadable(name, f"line {line} repeats the key {key!r}", "keep one of the two")
        result[key] = _value(child, (*place, key), lines, name)
        lines[(*place, key)] = line
    return result


def _scalar(node: Any, name: str) -> Any:
    kind, text, line = node.tag.rpartition(":")[2], node.value, node.start_mark.line + 1
    if kind == "null":
        return None
    if kind == "bool":
        return text == "true"
    if kind == "int":
        if len(text) > 16:
            raise unreadable(name, f"the number on line {line} is too large")
        return int(text)
    if kind == "float":
        return _finite(float(text), line, name)
    if "\x00" in text:
        raise unreadable(name, f"line {line} holds the character U+0000")
    return text


def _finite(number: float, line: int, name: str) -> float:
    if number in (float("inf"), float("-inf")):
        raise unreadable(name, f"the number on line {line} is too large")
    return number
