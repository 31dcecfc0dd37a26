from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from certify.decide.editor import policy_schema
from certify.resources import room
from tests.fakes.docs_programs import program

from .conftest import CHECKS, RULE

ROOT = Path(__file__).parents[3]
SCHEMA = policy_schema()
JUDGE = Draft202012Validator(SCHEMA)


def test_the_schema_on_file_is_the_one_of_the_models() -> None:
    generator = program("generate_policy_schema.py")
    assert generator.PAGE.read_text(encoding="utf-8") == generator.document(), (
        "run: python docs/generate_policy_schema.py"
    )
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", sorted(p.parent.name for p in ROOT.glob("policies/*/policy.yaml")))
def test_every_shipped_policy_is_of_the_schema(name: str) -> None:
    policy = yaml.safe_load((room("policies") / name / "policy.yaml").read_text())
    assert [error.message for error in JUDGE.iter_errors(policy)] == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"rulse": []}, []),
        ({"version": "1"}, ["version"]),
        ({"checks": [{"id": "corpus-scam"}]}, ["checks", 0, "id"]),
        ({"checks": [{"id": "corpus-scan", "with": {"spike": 3}}]}, ["checks", 0, "with"]),
        ({"checks": [{"id": "corpus-scan:again", "with": {"benchmarks": ["a"]}}]}, ["checks", 0, "id"]),
        ({"rules": [{**RULE, "severity": "hgih"}]}, ["rules", 0, "severity"]),
        ({"rules": [{**RULE, "id": "one"}]}, ["rules", 0, "id"]),
        ({"rules": [{**RULE, "examples": {"pass": {}}}]}, ["rules", 0, "examples"]),
        ({"rules": [{**RULE, "params": {"most": {"value": 1, "tigten": "up"}}}]}, ["rules", 0, "params", "most"]),
    ],
)
def test_what_the_schema_refuses(change: dict[str, Any], place: list[Any]) -> None:
    whole = {"id": "example", "version": "1.0.0", "title": "An example", "checks": CHECKS, "rules": [RULE]}
    assert list(JUDGE.iter_errors(json.loads(json.dumps(whole)))) == []
    found = [list(error.path) for error in JUDGE.iter_errors({**whole, **change})]
    assert place in found


def test_every_field_is_explained() -> None:
    parts = [SCHEMA, *(SCHEMA["$defs"][name] for name in ("Rule", "Examples", "CheckRequest"))]
    fields = {name: field for part in parts for name, field in part["properties"].items()}
    assert {name for name, field in fields.items() if not field.get("description")} == set()
