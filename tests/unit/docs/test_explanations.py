"""Every code the program can print is explained, and nothing else is."""

import re
from pathlib import Path

import pytest

from certify.cli.explanations import EXPLANATIONS

ROOT = Path(__file__).parents[3]
CODE = re.compile(r"CERT-E\d{3}")


def codes_in_sources() -> set[str]:
    files = [*(ROOT / "certify").rglob("*.py"), *(ROOT / "registry").rglob("*.py")]
    return {code for file in files if "explanations" not in file.parts for code in CODE.findall(file.read_text())}


def test_every_code_in_the_sources_is_explained() -> None:
    assert sorted(EXPLANATIONS) == sorted(codes_in_sources())


def test_codes_are_listed_in_order() -> None:
    assert list(EXPLANATIONS) == sorted(EXPLANATIONS)


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_an_explanation_is_plain_and_says_what_to_do(code: str) -> None:
    title, text = EXPLANATIONS[code]
    sentences = re.findall(r"[.?](?:\s|$)", text)
    assert title
    assert not title.endswith(".")
    assert 1 < len(sentences) <= 5, text
    assert "Traceback" not in text


def test_explanations_name_only_commands_that_exist() -> None:
    from certify.cli.app import VERBS

    named = {match for told in EXPLANATIONS.values() for match in re.findall(r"`certify ([a-z]+)", told.text)}
    assert named <= set(VERBS), named - set(VERBS)
