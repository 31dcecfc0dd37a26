"""Each check has one page of one form, whose tables are those of the code: parameters, defaults, results."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from certify.check import CHECKS
from certify.evidence.parameters import PARAMETER_TYPES
from certify.evidence.results import RESULT_TYPES
from certify.evidence.results.estimates import Drop, Estimate

PAGES = Path(__file__).parents[3] / "docs" / "checks"
HEAD = ["asks", "establishes", "needs", "statistics", "version"]
SHARED = (Estimate, Drop)
"""What every page takes for known: a share or a difference with its interval."""


def part(check: str, title: str) -> str:
    """The text of a page under a title, without what stands under the next one of the same rank."""
    text = (PAGES / f"{check}.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {title}[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{check} has no part {title}"
    return re.sub(r"^```.*?^```", "", found[1], flags=re.MULTILINE | re.DOTALL)


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a text."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line[1:].rstrip().removesuffix("|").split(" | ")] for line in lines]


def ticked(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def fields_of(kind: Any, seen: set[type] | None = None) -> set[str]:
    """Names on the wire of the fields of a result and of everything inside it, shares and differences left out."""
    seen = set() if seen is None else seen
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        return set().union(*(fields_of(one, seen) for one in get_args(kind)))
    if kind in seen or kind in SHARED or kind.__name__ in ("Outcomes", "LookTaken"):
        return set()
    seen.add(kind)
    own = {field.alias or name for name, field in kind.model_fields.items() if not inherited(kind, name)}
    return own.union(*(fields_of(field.annotation, seen) for field in kind.model_fields.values()))


def inherited(kind: type[BaseModel], name: str) -> bool:
    return any(issubclass(kind, base) and name in base.model_fields for base in SHARED)


def test_every_check_has_a_page():
    assert {page.stem for page in PAGES.glob("*.md")} == set(CHECKS)


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_a_page_begins_with_what_the_check_is(check):
    text = (PAGES / f"{check}.md").read_text(encoding="utf-8")
    head, _, _ = text.partition("\n## ")
    assert text.startswith(f"# {check}\n")
    assert [row[0] for row in rows(head)[1:]] == HEAD
    assert rows(head)[-1][1] == str(CHECKS[check].version)
    assert part(check, "Limits").strip()
    assert part(check, "Remedies").strip()


@pytest.mark.parametrize("check", sorted(PARAMETER_TYPES))
def test_the_parameters_on_a_page_are_those_of_the_check(check):
    form = PARAMETER_TYPES[check]
    listed = [(name, row) for row in rows(part(check, "Parameters"))[1:] for name in ticked(row[0])]
    assert sorted(name for name, _ in listed) == sorted(form.model_fields)
    assert all(len(row) == 3 and row[2] for _, row in listed)


@pytest.mark.parametrize("check", sorted(PARAMETER_TYPES))
def test_a_plain_default_on_a_page_is_that_of_the_check(check):
    fields = PARAMETER_TYPES[check].model_fields
    for row in rows(part(check, "Parameters"))[1:]:
        for name in ticked(row[0]):
            default = fields[name].default
            if isinstance(default, bool):
                assert row[1] == str(default).lower(), name
            elif isinstance(default, int | float):
                assert row[1] == f"{default:g}", name
            elif fields[name].is_required() and default is PydanticUndefined:
                assert row[1] == "required", name
            else:
                assert row[1] != "required", name


@pytest.mark.parametrize("check", sorted(RESULT_TYPES))
def test_every_field_of_a_result_is_on_its_page(check):
    told = set(ticked(part(check, "Result")))
    assert sorted(fields_of(RESULT_TYPES[check]) - told) == []
