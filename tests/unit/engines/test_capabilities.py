from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from certify.engines import capabilities, installed
from certify.errors import UsageError


def test_everything_is_listed_with_its_purpose(tmp_path: Path) -> None:
    found = {component.name: component for component in capabilities.installed(tmp_path / "not" / "yet")}
    assert {"lm-eval", "torch", "transformers", "vllm", "GPU", "memory", "free disk"} <= found.keys()
    assert all(component.needed_for for component in found.values())
    assert found["memory"].version is not None
    assert found["vllm"].remedy == "pip install 'certify-models[vllm]'"


def test_a_broken_driver_is_an_absent_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nexit 9\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {c.name: c.version for c in capabilities.installed()}["GPU"] is None
    program.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771 MiB, 570.1'\n")
    assert {c.name: c.version for c in capabilities.installed()}["GPU"] == "NVIDIA H200, 143771 MiB, 570.1"


def test_a_missing_engine_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    for engine, extra in (("hf", "hf"), ("vllm", "vllm"), ("replay", "eval")):
        with pytest.raises(UsageError, match="CERT-E010") as caught:
            installed.require_engine(engine)
        assert caught.value.hint == f"pip install 'certify-models[{extra}]'"
    with pytest.raises(UsageError, match="CERT-E010"):
        installed.require_engine("abacus")


def test_the_keyholders_side_imports_no_engine() -> None:
    script = (
        "import sys; import certify.engines.runner, certify.engines.pilot, certify.engines.capabilities;"
        "heavy = {'torch', 'transformers', 'lm_eval', 'vllm', 'datasets', 'numpy'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
