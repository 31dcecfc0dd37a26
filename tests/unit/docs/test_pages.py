"""Pages speak of the project as it is: tests they name exist, rooms they name exist, and nothing is out of reach."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS, *sorted((ROOT / ".github").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`((?:certify|docs|policies|registry|templates|tests|\.github)/[\w./-]+)`", page.read_text())
    for path in named:
        if "NAME" not in path and not re.search(r"/v\d", path):
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_page_is_reached_from_the_index(page: Path) -> None:
    if page.parent.name != "adr" and page.name != "index.md":
        index = (ROOT / "docs" / "index.md").read_text()
        assert f"({page.relative_to(ROOT / 'docs')})" in index


def test_every_defence_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| attacker")]
    assert rows
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)`", row)
        assert named, row
        assert [path for path in named if not (ROOT / path).is_file()] == []


def test_the_exit_codes_are_all_on_their_page() -> None:
    from certify.errors import ExitCode

    page = (ROOT / "docs" / "exit-codes.md").read_text()
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.M)}
    assert listed == {int(code) for code in ExitCode}


def test_the_levels_are_all_on_their_page() -> None:
    from certify.evidence.certificate import Level

    page = (ROOT / "docs" / "assurance-levels.md").read_text()
    assert {int(level) for level in re.findall(r"^\| L(\d) ", page, re.M)} == {int(level) for level in Level}


def test_the_seed_formula_is_the_one_in_the_code() -> None:
    import hashlib

    from certify.evidence.plan import fresh_seed
    from certify.verify.entropy import DOMAIN, witness_message

    plan, entropy = hashlib.sha256(b"plan"), bytes(range(32))
    expected = hashlib.sha256(b"certify/seed/v1" + plan.digest() + entropy).digest()
    page = (ROOT / "docs" / "protocol.md").read_text()
    assert fresh_seed(plan.hexdigest(), entropy) == expected
    assert '"certify/seed/v1" || SHA-256(plan payload), 32 bytes || entropy, 32 bytes' in page
    assert witness_message(plan.hexdigest()) == b"certify/seed-witness/v1\0" + plan.digest()
    assert f'"{DOMAIN[:-1].decode()}" || 0x00 || SHA-256(plan payload), 32 bytes' in page


def test_the_layers_on_the_page_are_the_contract() -> None:
    import tomllib

    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [layer.replace("certify.", "") for layer in contract["layers"]]
    page = (ROOT / "docs" / "architecture.md").read_text()
    assert "```\n" + "\n".join(layers) + "\n```" in page


def test_the_rule_that_refuses_endpoints_nobody_vouches_for_is_a_rule(tmp_path: Path) -> None:
    from certify.decide import load_policy
    from certify.decide.examples import policy_tests

    written = re.search(r"```yaml\n(- id: MY-01.*?)```", (ROOT / "docs" / "engines.md").read_text(), re.DOTALL)
    assert written is not None
    pack = tmp_path / "mine"
    shutil.copytree(ROOT / "policies" / "starter", pack)
    lines = [f"  {line}\n" for line in written[1].splitlines()]
    (pack / "policy.yaml").write_text(f"{(pack / 'policy.yaml').read_text().rstrip()}\n\n{''.join(lines)}")
    tried = [one for one in policy_tests(load_policy(str(pack))) if one.rule == "MY-01"]
    assert [(one.example, one.passed) for one in tried] == [("pass", True), ("fail", True), ("missing", True)]
