"""The ten minutes of docs/policy.md, followed to the letter."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from certify.cli.app import run
from certify.decide import Gravity, lint, load_policy, read_policy
from certify.errors import UsageError

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"
POLICY = Path("our-screening/policy.yaml")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What the commands of the section said, in order, after each had ended well; still in the folder."""
    with pytest.MonkeyPatch.context() as changed:
        changed.chdir(tmp_path_factory.mktemp("reader"))
        changed.setenv("COLUMNS", "120")
        yield follow()


def follow() -> list[str]:
    section = re.search(r"^## Ten minutes.*?(?=^## )", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert section is not None
    said = []
    for before, kind, block in re.findall(r"(.*?)^```(\w+)\n(.*?)^```", section[0], re.M | re.S):
        if kind == "sh":
            for line in block.splitlines():
                program, *arguments = shlex.split(line)
                with redirect_stdout(StringIO()) as out:
                    assert (program, run(arguments)) == ("certify", 0), line
                said.append(out.getvalue())
        elif replaced := re.search(r"replace the line `([^`]+)` by", before):
            assert POLICY.read_text().count(f"\n{replaced[1]}\n") == 1
            POLICY.write_text(POLICY.read_text().replace(f"\n{replaced[1]}\n", f"\n{block}"))
        else:
            assert "Add this at the end of the file" in before
            POLICY.write_text(POLICY.read_text() + block)
    return said


def test_each_step_says_what_the_page_says(followed: list[str]) -> None:
    new, tried, compared, linted, tried_again, mutated = followed
    assert "our-screening/policy.yaml" in new
    assert "5 of 5 examples end as they should" in tried
    assert re.search(r"ST-01 floor parameter\s+stricter: 0\.75 became 0\.85", compared)
    assert "0 errors, 0 warnings" in linted
    assert "8 of 8 examples end as they should" in tried_again
    found = re.search(r"(\d+) of (\d+) mutants are noticed", mutated)
    assert found is not None
    assert found[1] == found[2]
    loaded = load_policy("our-screening")
    assert {"ST-01", "OS-01", "OS-02"} <= {rule.id for rule in loaded.policy.rules}


@pytest.mark.usefixtures("followed")
def test_what_the_page_says_of_mistakes_is_so() -> None:
    text = POLICY.read_text()
    POLICY.write_text(text.replace("{floor: 0.85}", "{floor: 0.7}"))
    with pytest.raises(UsageError, match="not allowed"):
        read_policy("our-screening")
    POLICY.write_text(text.replace("size(declared.prohibited_use)", "size(declared.prohibited_uses)"))
    (finding,) = [one for one in lint(read_policy("our-screening")) if one.gravity is Gravity.ERROR]
    assert finding.hint == "did you mean 'prohibited_use'?"
    assert finding.line == 1 + POLICY.read_text().splitlines().index(
        "    assert: size(declared.prohibited_uses) >= params.shortest"
    )
