"""The commands of docs/provenance.md, given in order in a folder with data and programs, do what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
PROGRAMS = {
    "filter.py": "import shutil; shutil.copytree('raw', 'filtered')",
    "decontaminate.py": "import shutil; shutil.copytree('filtered', 'clean')",
    "train.py": "from pathlib import Path; from tests.fakes.chain import write_model; write_model(Path('model'))",
}

pytest.importorskip("in_toto")


def run(folder: Path, commands: str) -> str:
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "CERTIFY_PASSPHRASE": "correct horse battery staple",
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_page_leads_to_a_verified_model(tmp_path: Path) -> None:
    for folder, name in (("raw", "a.jsonl"), ("raw", "b.jsonl"), ("review", "findings.md")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(name)
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text)
    said = [run(tmp_path, block) for block in BLOCKS]
    assert len(BLOCKS) == 7
    assert '{"threshold": "0.8"}' in said[5]
    assert "The provenance holds: collect -> license-review -> filter -> decontaminate -> train" in said[6]
    assert "3 runtime files as train wrote them" in said[6]
