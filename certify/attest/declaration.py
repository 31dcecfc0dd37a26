"""An owner's declaration as people write it: a short YAML or JSON file."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml

from certify.errors import HostileInput, UsageError
from certify.evidence.dataset import Declaration

MAX_DECLARATION = 64 * 1024
FIELDS = {field.alias or name: name for name, field in Declaration.model_fields.items()}
"""Name in the file to name in Python."""


class _TextLoader(yaml.BaseLoader):
    """Reads every scalar as text, and refuses what would mean two things."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references (*name) are not read here")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        if not all(isinstance(key, str) for key in keys):
            raise yaml.YAMLError("a field name is not a word")
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise yaml.YAMLError(f"the field {min(repeated)} appears twice")
        return super().construct_mapping(node, deep=deep)


def read_declaration(path: Path, *, declared_at: str) -> Declaration:
    """The declaration in a file.

    Args:
        path: YAML or JSON, one object.
        declared_at: RFC 3339 UTC; used where the file gives no ``declaredAt``.

    Raises:
        UsageError: CERT-E057, unreadable, not an object of text, an unknown field, or one is missing.
    """
    document = _read(path)
    unknown = [key for key in document if key not in FIELDS]
    if unknown:
        near = difflib.get_close_matches(unknown[0], FIELDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the fields are {', '.join(FIELDS)}"
        raise UsageError("CERT-E057", f"{path} has the unknown field {unknown[0][:100]!r}", hint=hint)
    try:
        return Declaration.from_document({"declaredAt": declared_at, **document}, name=str(path))
    except HostileInput as error:
        raise UsageError("CERT-E057", error.what, hint="compare with docs/predicates/declaration.md") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_DECLARATION + 1)
        if len(data) > MAX_DECLARATION:
            raise _unusable(path, f"it is larger than {MAX_DECLARATION} bytes")
        document = yaml.load(data.decode("utf-8"), Loader=_TextLoader)  # noqa: S506 - makes text alone
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _unusable(path, " ".join(str(error).split())) from error
    if not isinstance(document, dict):
        raise _unusable(path, "it is not a list of fields with values")
    return document


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(
        "CERT-E057", f"{path} cannot be read as a declaration", why, "compare with docs/predicates/declaration.md"
    )
