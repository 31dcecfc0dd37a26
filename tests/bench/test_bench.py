"""The benchmark runs, and compares with bare Python."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_it_prints_ratios_and_no_seconds() -> None:
    pytest.importorskip("weasyprint")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--rounds", "1", "--small-files", "500", "--huge-mib", "8",
         "--gate-mib", "1"],
        check=True, capture_output=True, text=True, cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert "| certify verify, PDF |" in done.stdout
    assert "| draw the PDF |" in done.stdout
    assert "| issue: draw, sign, attach, log, store |" in done.stdout
    assert done.stdout.count("| python -c pass | 1.0 |") == 4
    assert "| certify gate, bundle, digests remembered |" in done.stdout
    assert "| certify, unchanged tree from the cache |" in done.stdout
    assert "| certify, sharded, two threads |" in done.stdout
    assert "| plain Python | 1.0 |" in done.stdout
    assert "| certify's engine, cel-expr-python |" in done.stdout
    assert " s |" not in done.stdout
