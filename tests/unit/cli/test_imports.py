"""Reading is light: what the base install does imports nothing heavy. Each command runs in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = ["torch", "transformers", "lm_eval", "datasets", "numba", "pandas", "sqlmodel", "sqlalchemy", "alembic",
         "weasyprint", "jinja2", "segno", "in_toto", "vllm", "ray"]  # fmt: skip
PDF = ["pyhanko", "asn1crypto"]
PROGRAM = """
import json, sys
from certify.cli.app import run
code = run(sys.argv[1:])
heavy = [name for name in {heavy} if name in sys.modules]
print(json.dumps({{"code": code, "heavy": heavy, "modules": len(sys.modules)}}), file=sys.stderr)
"""


def loaded(*arguments: str | Path, cwd: Path) -> dict[str, object]:
    """The exit code of a command and which heavy packages it imported."""
    program = PROGRAM.format(heavy=[*HEAVY, *PDF])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFY")}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "registry")])
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120,
    )  # fmt: skip
    return dict(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [("--help",), ("verify", "--help"), ("--version",), ("explain", "CERT-E021")])
def test_asking_for_help_imports_nothing_heavy(arguments, home):
    found = loaded(*arguments, cwd=home)
    assert (found["code"], found["heavy"]) == (0, [])


def test_help_leaves_even_the_data_model_alone(home):
    program = "import sys; from certify.cli.app import run; run(['--help']); sys.exit('pydantic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0


def test_verifying_a_bundle_needs_no_registry_renderer_or_engine(handed):
    found = loaded("verify", "certificate.json", "--trust", "trust-file.json", cwd=handed)
    assert (found["code"], found["heavy"]) == (0, [])


def test_verifying_a_pdf_needs_a_pdf_reader_besides(handed):
    found = loaded("verify", "certificate.pdf", "--trust", "trust-file.json", cwd=handed)
    assert found["code"] == 0
    assert set(found["heavy"]) <= set(PDF)


def test_verifying_a_model_folder_loads_no_model(handed, chain):
    options = ("--trust", "trust-file.json", "--model", chain.request.model)
    found = loaded("verify", "certificate.json", *options, cwd=handed)
    assert (found["code"], found["heavy"]) == (0, [])


@pytest.mark.parametrize("arguments", [("policy", "show", "starter"), ("policy", "lint", "starter")])
def test_reading_a_policy_is_light(arguments, home):
    found = loaded(*arguments, cwd=home)
    assert (found["code"], found["heavy"]) == (0, [])


def test_import_certify_verify_names_no_heavy_package(home):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import certify.verify, certify.verify.verify"],
        check=True, capture_output=True, text=True, cwd=home, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    names = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "certify" in names
    assert names.isdisjoint([*HEAVY, "subprocess"])
