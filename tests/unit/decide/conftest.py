from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.decide import LoadedPolicy, read_policy
from certify.resources import room

RULE: dict[str, Any] = {
    "id": "TS-01",
    "title": "Nothing was found",
    "assert": 'check["corpus-scan"].contaminated == 0',
    "severity": "high",
    "enforcement": "must",
    "message": '{check["corpus-scan"].contaminated} found',
    "remedy": "Remove it.",
    "examples": {
        "pass": {},
        "fail": {"check": {"corpus-scan": {"contaminated": 1}}},
        "missing": {"check": {"corpus-scan": None}},
    },
}
CHECKS: list[dict[str, Any]] = [
    {"id": "static-benchmark", "with": {"benchmark": "starter-200", "items": 200}},
    {"id": "fresh-reasoning", "with": {"families": ["addition", "sorting"], "items": 240}},
    {"id": "static-fresh-gap", "with": {"benchmark": "starter-200"}},
    {"id": "corpus-scan", "with": {"benchmarks": ["starter-200"]}},
]


@pytest.fixture(scope="session")
def starter() -> LoadedPolicy:
    return read_policy("starter")


@pytest.fixture(scope="session")
def good() -> dict[str, Any]:
    return json.loads((room("policies") / "starter/examples/pass/evidence.json").read_bytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "example"
    shutil.copytree(str(room("policies") / "starter" / "examples" / "pass"), made / "examples" / "pass")
    return made


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Writes a policy whose only rule is RULE with the given fields changed; None drops one."""

    def make(_policy: dict[str, Any] | None = None, **changes: Any) -> Path:
        changed = {"assert" if name == "assert_" else name: value for name, value in changes.items()}
        rule = {name: value for name, value in {**RULE, **changed}.items() if value is not None}
        whole = {"id": "example", "version": "1.0.0", "title": "An example", "checks": CHECKS, "rules": [rule]}
        content = {name: value for name, value in {**whole, **(_policy or {})}.items() if value is not None}
        (folder / "policy.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False))
        return folder

    return make


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., LoadedPolicy]:
    def make(_policy: dict[str, Any] | None = None, **changes: Any) -> LoadedPolicy:
        return read_policy(write(_policy, **changes))

    return make
