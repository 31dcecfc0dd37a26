import subprocess
import sys

import pytest

PROGRAM = """
import sys
from certify.scan.starting import load_compiler

load_compiler()
assert not {name for name in sys.modules if name.split(".")[0] == "scipy"}, "scipy was loaded"
from numba import njit

@njit
def twice(number):
    return 2 * number

assert twice(21) == 42
import scipy.linalg
"""


def test_the_compiler_comes_without_scipy_which_can_be_loaded_afterwards() -> None:
    pytest.importorskip("scipy")
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
