"""The form of policies as a JSON Schema: editors complete and check a policy with it while it is written."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from certify.decide.form import CheckRequest, Examples, Parameter, Policy, Rule
from certify.evidence.base import StrictValue
from certify.evidence.instances import LABEL, REPEATABLE
from certify.evidence.parameters import PARAMETER_TYPES

SCHEMA_FILE = "policy.schema.json"
"""What the schema is called where it lies beside a policy."""
HEAD = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""The first line of a policy file, which points editors to the schema beside it."""

_FORMS: tuple[type[BaseModel], ...] = (Policy, Rule, Parameter, Examples, CheckRequest)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``policy.yaml``, with the parameters of every check.

    It knows one spelling of each name, and is laxer than ``certify policy lint``, which also reads the expressions.
    """
    schema = _plain(Policy.model_json_schema(by_alias=False))
    named = schema["$defs"]
    for form in _FORMS:
        _describe(schema if form is Policy else named[form.__name__], form)
    named["Parameter"] = _short_form(named["Parameter"])
    for fragments in named["Examples"]["properties"].values():
        _one_or_list(fragments)
    named["CheckRequest"] = _with_parameters(named["CheckRequest"], named)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A policy of certify"}
    return {**head, **{name: part for name, part in schema.items() if name != "title"}}


def _plain(schema: Any) -> Any:
    """A schema of pydantic without titles and null, and with the names that authors write."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    made = {name: _plain(part) for name, part in schema.items() if not (name == "title" and isinstance(part, str))}
    if len(made.get("anyOf", ())) == 1:
        made |= made.pop("anyOf")[0]
    if "default" in made and made["default"] is None:
        del made["default"]
    if "properties" in made:
        made["properties"] = {name.rstrip("_"): part for name, part in made["properties"].items()}
    if "required" in made:
        made["required"] = [name.rstrip("_") for name in made["required"]]
    return made


def _describe(schema: dict[str, Any], form: type[BaseModel]) -> None:
    for field, meaning in _meanings(form).items():
        if field in schema["properties"]:
            schema["properties"][field]["description"] = meaning


def _meanings(form: type[BaseModel]) -> dict[str, str]:
    """What each field means, as the form says beneath it."""
    found = {}
    for each in reversed(form.__mro__):
        if not issubclass(each, StrictValue):
            continue
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        for line, after in pairwise(getattr(definition, "body", ())):
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(after, ast.Expr):
                said = ast.literal_eval(after.value)
                found[line.target.id.rstrip("_")] = " ".join(str(said).split())
    return found


def _short_form(parameter: dict[str, Any]) -> dict[str, Any]:
    """A value alone, or the long form; the kind follows from the value."""
    long = {**parameter, "required": ["value"]}
    return {"description": parameter["description"], "anyOf": [parameter["properties"]["value"], long]}


def _one_or_list(fragments: dict[str, Any]) -> None:
    several = {name: fragments.pop(name) for name in ("type", "items", "minItems", "maxItems") if name in fragments}
    fragments["anyOf"] = [several["items"], several]


def _with_parameters(request: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """A check whose ``with`` depends on which check it is."""
    cases = []
    for check, form in sorted(PARAMETER_TYPES.items()):
        schema = _plain(form.model_json_schema(by_alias=False))
        named.update(schema.pop("$defs", {}))
        _describe(schema, form)
        named[form.__name__] = schema
        pattern = f"^{check}(:{LABEL})?$" if check in REPEATABLE else f"^{check}$"
        told = {"properties": {"with": {"$ref": f"#/$defs/{form.__name__}"}}}
        if schema.get("required"):
            told["required"] = ["with"]  # type: ignore[assignment]
        cases.append({"if": {"properties": {"id": {"pattern": pattern}}}, "then": told})
    ids = "|".join(f"{check}(:{LABEL})?" if check in REPEATABLE else check for check in sorted(PARAMETER_TYPES))
    request["properties"]["id"]["pattern"] = f"^({ids})$"
    return {**request, "allOf": cases}
