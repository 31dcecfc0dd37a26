"""A scan of a small corpus loads what it needs and no more."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
import numpy as np
from certify.scan.kernel.lookup import run_hashes

words, hashes = np.arange(9, dtype=np.uint64), np.empty(9, dtype=np.uint64)
assert run_hashes(words, 9, 5, hashes) == 5
loaded = {"scipy.linalg", "numba.np.linalg"} & set(sys.modules)
print(sorted(loaded))
"""


def test_kept_machine_code_comes_without_the_tables_of_the_compiler() -> None:
    run = [sys.executable, "-c", PROGRAM]
    subprocess.run(run, check=True)  # compiles, where nobody did before
    assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "[]\n"


def test_benchmarks_are_found_without_every_check() -> None:
    program = "import sys; import certify.pipeline.scan_benchmarks; sys.exit('certify.check.rounds' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_benchmark_out_of_a_file_needs_no_check(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from certify.pipeline.scan_benchmarks import find_benchmarks

Path(sys.argv[1]).write_text('{"question": "How many eggs are left when three of twelve break?"}')
find_benchmarks([sys.argv[1]])
sys.exit(bool({"certify.check.benchmarks", "yaml"} & set(sys.modules)))
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "eggs.jsonl")], check=True)
