"""An owner's declaration as people write it: a short YAML or JSON file."""

from __future__ import annotations

from pathlib import Path

from certify.attest.plain_yaml import NotPlain, meant, read_plain_yaml
from certify.errors import HostileInput, UsageError
from certify.evidence.dataset import Declaration

MAX_DECLARATION = 64 * 1024
FIELDS = {field.alias or name: name for name, field in Declaration.model_fields.items()}
"""Name in the file to name in Python."""
_HINT = "`certify model describe --template` prints one to fill in; docs/predicates/declaration.md tells each field"


def read_declaration(path: Path, *, declared_at: str) -> Declaration:
    """The declaration in a file.

    Args:
        path: YAML or JSON, one object.
        declared_at: RFC 3339 UTC; used where the file gives no ``declaredAt``.

    Raises:
        UsageError: CERT-E057, unreadable, not an object of text, an unknown field, or one is missing.
    """
    try:
        document = read_plain_yaml(path, max_bytes=MAX_DECLARATION)
    except NotPlain as error:
        raise UsageError(
            "CERT-E057",
            f"{path} cannot be read as a declaration",
            str(error),
            _HINT,
        ) from error
    unknown = [key for key in document if key not in FIELDS]
    if unknown:
        raise UsageError(
            "CERT-E057", f"{path} has the unknown field {unknown[0][:100]!r}", hint=meant(unknown[0], FIELDS)
        )
    try:
        return Declaration.from_document({"declaredAt": declared_at, **document}, name=str(path))
    except HostileInput as error:
        raise UsageError("CERT-E057", error.what, hint=_HINT) from error
