"""What programs read of each predicate: a JSON Schema of the whole statement, and an example as signed bytes.

``generate.py`` calls this. A schema follows the types; an example that was once written is never changed again, because
others may test against it: another example gets a file of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, sha256_hex

HERE = Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "tests" / "vectors" / "predicates"
SUMS = VECTORS / "SHA256SUMS"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Meanings = Callable[[type[Value]], Mapping[str, str]]


def name_of(uri: str) -> str:
    """The short name of a predicate."""
    return uri.split("/")[-2]


def schema_file(uri: str) -> Path:
    """Where the schema of a predicate's statement lies."""
    return HERE / f"{name_of(uri)}.schema.json"


def schema_text(uri: str, model: type[Value], values: list[type[Value]], meanings: Meanings) -> str:
    """The schema of a whole statement, as its file holds it. Source: JSON Schema draft 2020-12.

    Args:
        uri: the predicate.
        model: its type.
        values: the type and every value type inside it.
        meanings: gives what each field of a type means.
    """
    claim = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions = claim.pop("$defs", {}) | {model.__name__: claim}
    for value in values:
        definitions[value.__name__] = _described(definitions[value.__name__], value, meanings(value))
    outer = _summary(uri, model) if uri == kinds.DECISION_FIELD else {"$ref": f"#/$defs/{model.__name__}"}
    kind = kinds.VSA if uri == kinds.DECISION_FIELD else uri
    statement = {
        "$schema": DIALECT,
        "$id": f"{uri}/schema.json",
        "title": f"in-toto statement with the predicate {name_of(uri)}",
        **_object(
            {
                "_type": {"const": kinds.STATEMENT_TYPE},
                "subject": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Subject"}},
                "predicateType": {"const": kind},
                "predicate": outer,
            }
        ),
        "$defs": dict(sorted((definitions | _subject()).items())),
    }
    return json.dumps(statement, indent=2, ensure_ascii=False) + "\n"


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """All of these fields; others are nobody's business. Source: in-toto Attestation Framework, monotonic principle."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": True}


def _subject() -> dict[str, Any]:
    digest = _object({"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}})
    name = {"type": "string", "minLength": 1, "maxLength": 500}
    return {"Subject": _object({"name": name, "digest": digest})}


def _summary(uri: str, model: type[Value]) -> dict[str, Any]:
    """A verification summary that carries a decision. Source: SLSA Verification Summary v1."""
    digest = {"type": "object", "properties": {"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}
    return _object(
        {
            "verifier": {"type": "object", "required": ["id"]},
            "timeVerified": {"type": "string"},
            "resourceUri": {"type": "string"},
            "policy": {"type": "object", "properties": {"digest": digest}, "required": ["digest"]},
            "inputAttestations": {"type": "array", "items": {"type": "object", "properties": {"digest": digest}}},
            "verificationResult": {"enum": ["PASSED", "FAILED"]},
            "verifiedLevels": {"type": "array", "items": {"type": "string"}},
            uri: {"$ref": f"#/$defs/{model.__name__}"},
        }
    )


def _described(schema: dict[str, Any], value: type[Value], meanings: Mapping[str, str]) -> dict[str, Any]:
    found = {"additionalProperties": True, **schema}
    for name, field in value.model_fields.items():
        entry = {key: part for key, part in found["properties"][str(field.alias)].items() if key != "title"}
        found["properties"][str(field.alias)] = {"description": meanings[name], **entry}
    return found


def vectors_of(uri: str) -> list[Path]:
    """The examples of a predicate, oldest first."""
    name = name_of(uri)
    later = VECTORS.glob(f"{name}.[0-9]*.json")
    return [*VECTORS.glob(f"{name}.json"), *sorted(later, key=lambda path: int(path.name.split(".")[1]))]


def freeze(uri: str, example: dict[str, Any]) -> None:
    """Keeps an example for good, unless it is there already."""
    payload = canonical_bytes(example)
    kept = vectors_of(uri)
    if any(path.read_bytes() == payload for path in kept):
        return
    VECTORS.mkdir(exist_ok=True)
    name = f"{name_of(uri)}.json" if not kept else f"{name_of(uri)}.{len(kept) + 1}.json"
    (VECTORS / name).write_bytes(payload)
    with SUMS.open("a", encoding="utf-8") as sums:
        sums.write(f"{sha256_hex(payload)}  {name}\n")
