"""The README's commands, given in order in an empty folder, end as the README says."""

from pathlib import Path

import pytest

from tests.journey.conftest import Step, steps


def test_the_demo_and_what_a_stranger_does_with_it(reader, tmp_path: Path) -> None:
    told = {step.command: reader(step) for step in steps("demo")}
    story = told["make demo"].out
    for word in ("CERTIFIED", "REFUSED", "VALID", "INVALID", "REVOKED", "DEVELOPMENT"):
        assert word in story.upper()
    stranger = [ended.out for command, ended in told.items() if command.startswith("certify verify ")]
    assert "INCOMPLETE" in stranger[0]
    assert "VALID" in stranger[1]
    assert "REVOKED" in told[next(command for command in told if "workspace verify" in command)].out
    assert "AGREES" in told[next(command for command in told if " audit " in command)].out
    assert (tmp_path / "certify-demo" / "certificate.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_an_unmodified_download_to_a_screening_report(reader, download, tmp_path: Path) -> None:
    commands = steps("own-model")
    ended = [reader(step) for step in commands]
    assert [step.command.split()[1] for step in commands] == ["model", "run", "run", "show"]
    for before, after in zip(ended[:2], commands[1:3], strict=True):
        assert f"next: {after.command}" in before.out
    assert "handler.py" in ended[0].out
    assert sorted(path.name for path in (tmp_path / "my-model").iterdir() if path.suffix in (".bin", ".py")) == []
    assert "Nothing was logged" in ended[1].out
    assert "chat, reasoning marked by <think>" in ended[1].out
    assert "INCOMPLETE" in ended[2].out
    assert "screening report, not a certificate" in ended[2].out
    following = next(line for line in ended[3].out.splitlines() if line.startswith("next: "))
    report = reader(Step(following.removeprefix("next: "), 0))
    assert "undisclosed" in report.out
    assert "%PDF" in next((tmp_path / ".certify" / "runs").rglob("screening.pdf")).read_bytes()[:8].decode("latin-1")


def test_the_makefile_does_what_the_readme_says() -> None:
    from tests.journey.conftest import ROOT

    makefile = (ROOT / "Makefile").read_text()
    assert "demo: setup" in makefile
    assert "\t@$(BIN)/certify demo\n" in makefile
    for target in ("test", "test-all", "bench"):
        assert f"\n{target}:" in makefile
