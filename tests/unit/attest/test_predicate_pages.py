from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from certify.attest.statements import decision_of
from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.statement import Statement
from tests.fakes.docs_programs import program

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "predicates"
SECTIONS = [
    "Purpose",
    "Use Cases",
    "Prerequisites",
    "Model",
    "Schema",
    "Parsing Rules",
    "Fields",
    "Example",
    "Changelog",
]


PAGES = program("predicates/generate.py")
OWN = list(PAGES.PAGES.items())
IDS = [PAGES.page_of(uri).stem for uri, _ in OWN]


def test_every_predicate_of_ours_has_a_page() -> None:
    texts = [value for value in vars(kinds).values() if isinstance(value, str)]
    uris = {text for text in texts if text.startswith(kinds.PREDICATE_BASE + "/")}
    assert uris == set(PAGES.PAGES)


@pytest.mark.parametrize(("uri", "model"), OWN, ids=IDS)
def test_a_page_follows_the_template_and_names_every_field(uri: str, model: type[Value]) -> None:
    text = PAGES.page_of(uri).read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert uri in text
    fields = text.split("## Fields")[1].split("## Example")[0]
    described = fields + (FOLDER / "shared.md").read_text(encoding="utf-8")
    for field in model.model_fields.values():
        assert f"| `{field.alias}` |" in fields
    for inner in PAGES.values_in(model):
        elsewhere = "".join(PAGES.page_of(other).read_text() for other, kind in OWN if kind is inner)
        for field in inner.model_fields.values():
            assert f"| `{field.alias}` |" in described + elsewhere


@pytest.mark.parametrize(("path", "parts"), list(PAGES.pages()), ids=[path.stem for path, _ in PAGES.pages()])
def test_the_generated_parts_are_up_to_date(path: Path, parts: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    assert PAGES.filled(text, parts) == text, "run: python docs/predicates/generate.py"


@pytest.mark.parametrize(("uri", "model"), OWN, ids=IDS)
def test_the_example_is_a_statement_that_reads_back_unchanged(uri: str, model: type[Value]) -> None:
    block = PAGES.page_of(uri).read_text(encoding="utf-8").split("## Example")[1].split("```json")[1].split("```")[0]
    document: Any = json.loads(block)
    statement = Statement.from_document(document)
    if uri == kinds.DECISION_FIELD:
        assert decision_of(statement).document() == document["predicate"][uri]
    else:
        assert statement.predicate_type == uri
        assert model.from_document(statement.predicate).document() == document["predicate"]
