"""YAML as people write it by hand, read so that it can mean one thing only: words, lists and named fields."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from certify import files


class NotPlain(ValueError):
    """The text is not plain YAML, or the file cannot be read; the message says why."""


_Base: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The reader in C where it is built in: a file of a megabyte takes a moment instead of a minute."""

MAX_DEPTH = 32


class _TextLoader(_Base):  # type: ignore[misc, valid-type]
    """Reads every scalar as text, and refuses what would mean two things."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        if not all(isinstance(key, str) for key in keys):
            raise yaml.YAMLError("a field name is not a word")
        repeated = [key for key, times in Counter(keys).items() if times > 1]
        if repeated:
            raise yaml.YAMLError(f"the field {min(repeated)} appears twice")
        return dict(super().construct_mapping(node, deep=deep))


def read_plain_yaml(path: Path, *, max_bytes: int) -> dict[str, Any]:
    """The fields in a file of YAML or JSON; every scalar is text.

    Raises:
        NotPlain: unreadable, larger than ``max_bytes``, or not one object of named fields.
    """
    return plain_yaml(read_bounded(path, max_bytes=max_bytes))


def plain_yaml(data: bytes) -> dict[str, Any]:
    """The fields in YAML or JSON bytes; every scalar is text.

    Raises:
        NotPlain: references, a field named twice, deep nesting, or not one object of named fields.
    """
    try:
        text = data.decode("utf-8")
        _refuse_cleverness(text)
        document = yaml.load(text, Loader=_TextLoader)  # noqa: S506 - makes text alone
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise NotPlain(" ".join(str(error).split())) from error
    if document is None:
        raise NotPlain('nothing is filled in; take away "# " in front of what you fill in')
    if not isinstance(document, dict):
        raise NotPlain("it is not a list of fields with values")
    return document


def _refuse_cleverness(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            raise NotPlain("references (*name) are not read here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise NotPlain(f"it nests more than {MAX_DEPTH} lists and objects")


def read_bounded(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        NotPlain: it cannot be read, or is larger than ``max_bytes``.
    """
    try:
        return files.read_bounded(path, max_bytes)
    except OSError as error:
        raise NotPlain(str(error.strerror)) from error


def meant(unknown: str, known: Iterable[str]) -> str:
    """A hint for a field that does not exist: the one that was probably meant, or all there are."""
    names = list(known)
    near = difflib.get_close_matches(unknown, names, n=1)
    return f"did you mean {near[0]}?" if near else f"the fields are {', '.join(names)}"
