"""The commands of docs/scan.md, given in order in an empty folder, end as the page says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from certify.files import user_cache_folder

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
PROMISE = re.compile(r"^(certify .*?) *# exit status (\d+)$", re.M)

pytest.importorskip("jinja2")


def run(folder: Path, block: str) -> str:
    """What a block printed; every command in it must end with the status beside it."""
    script = PROMISE.sub(r"status=0; \1 || status=$?; test $status = \2", block)
    assert not re.search(r"^certify ", script, re.M), "a command without the status it ends with"
    environ = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "CERTIFY_CACHE": str(user_cache_folder()),  # else each run would compile the search anew
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "registry")]),
        "COLUMNS": "80",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    said = [run(tmp_path, block) for block in BLOCKS]
    assert len(BLOCKS) == 8
    assert said[1].startswith("Found: 1 of 2 benchmark items in the training data")
    found = json.loads((tmp_path / "scan.json").read_text(encoding="utf-8"))
    assert found["benchmarks"][0]["findings"][0]["item"] == "e1"
    assert "Full copy" in (tmp_path / "scan.html").read_text(encoding="utf-8")
    assert "Incomplete: none of 2 benchmark items found" in said[5]
    assert "0.5000 on the 1 not found against 0.7500" in " ".join(said[6].split())


def test_the_classes_on_the_page_are_those_of_the_table() -> None:
    from certify.cli.scan.words import COUNTS

    listed = re.findall(r"^\| ([a-z -]+) \|", PAGE, re.M)
    shown = [title.replace("\n", " ").removesuffix("s") for title in COUNTS[2:]]
    assert [name for name in listed if name in shown] == shown
