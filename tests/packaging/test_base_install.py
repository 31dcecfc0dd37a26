"""Who only checks certificates installs little: the wheel without extras, in a fresh environment, does all of that."""

import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.evidence.certificate import Certificate
from certify.pipeline.workspace import Configuration
from certify.trust.bundle import statement_of
from certify.verify.document import open_document
from tests.fakes.chain import write_model

ROOT = Path(__file__).parents[2]
VECTOR = ROOT / "tests" / "vectors" / "certificate-0.1"
BUDGET_MEGABYTES = 155
"""Room that the base install may take, compiled files included, pip and setuptools left out; a third is CEL's."""

pytestmark = pytest.mark.slow
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel and nothing optional."""
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, with_pip=True)
    constraints = ["-c", str(ROOT / ".github" / "constraints.txt")]
    done = subprocess.run(
        [folder / "bin" / "python", "-m", "pip", "install", "-q", *constraints, str(wheel)],
        check=False, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"the package index cannot be reached: {done.stderr.strip().splitlines()[-1:]}")
    return folder


@pytest.fixture
def run(environment: Path, tmp_path: Path) -> Run:
    """Gives a command in that environment, in an empty folder."""

    def give(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [environment / "bin" / "certify", *map(str, arguments)], check=False, capture_output=True, text=True,
            cwd=tmp_path, timeout=120, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COLUMNS": "80"},
        )  # fmt: skip

    return give


def valid_from() -> str:
    document = open_document((VECTOR / "certificate.json").read_bytes())
    return Certificate.from_document(statement_of(document.certificate).predicate).valid_from


def test_it_is_small(environment: Path) -> None:
    site = next((environment / "lib").glob("python3*")) / "site-packages"
    ours = [place for place in site.iterdir() if not place.name.startswith(("pip", "setuptools"))]
    size = sum(path.stat().st_size for place in ours for path in place.rglob("*") if path.is_file())
    assert size < BUDGET_MEGABYTES * 1_000_000


def test_heavy_packages_are_absent(environment: Path, tmp_path: Path) -> None:
    program = "import importlib.util as u, sys; print([m for m in sys.argv[1:] if u.find_spec(m)])"
    heavy = ["torch", "transformers", "lm_eval", "datasets", "numpy", "sqlmodel", "sqlalchemy", "weasyprint"]
    done = subprocess.run(
        [environment / "bin" / "python", "-c", program, *heavy, "registry"], check=True, capture_output=True, text=True,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_readers_verbs_work(run: Run) -> None:
    assert run("--version").stdout.startswith("certify ")
    assert run("--help").returncode == 0
    assert "must hold" in run("policy", "show", "starter").stdout
    assert run("policy", "lint", "starter").returncode == 0
    assert run("policy", "test", "starter").returncode == 0
    assert "CERT-E021" in run("explain").stdout
    assert run("doctor").returncode == 0


@pytest.mark.parametrize("name", ["certificate.json", "certificate.pdf"])
def test_a_certificate_is_verified_and_shown(name: str, run: Run) -> None:
    said = run("verify", VECTOR / name, "--trust", VECTOR / "trust.json", "--at", valid_from(), "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout)["verdict"] == "valid"
    assert run("verify", VECTOR / name).returncode == 3
    assert "CM-" in run("show", VECTOR / name).stdout


def test_models_and_keys_can_be_read(run: Run, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    assert run("model", "digest", folder).returncode == 0
    assert run("model", "prepare", folder, tmp_path / "clean").returncode == 0
    assert run("data", "describe", folder / "README.md", "--name", "x").returncode in (0, 1)
    assert run("trust", "show", VECTOR / "trust.json").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("run", "model", "--policy", "starter"), "hf"),
        (("run", "model", "--policy", "starter", "--estimate"), "hf"),
        (("plan", "make", "model", "--policy", "starter"), "hf"),
        (("--home", "workspace", "registry", "show"), "registry"),
        (("demo",), ""),
    ],
)
def test_other_verbs_name_the_extra_to_install(
    arguments: tuple[str, ...], extra: str, run: Run, tmp_path: Path
) -> None:
    write_model(tmp_path / "model")
    configuration = Configuration(applicant="x", environment="production", created_at="2026-11-23T00:00:00Z")
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "workspace.json").write_bytes(configuration.to_bytes())
    shutil.copy(VECTOR / "trust.json", tmp_path / "workspace")
    said = run(*arguments)
    assert said.returncode == 2, said.stderr
    assert "error[CERT-E010]" in said.stderr
    assert f"pip install 'certify-models[{extra}" in said.stderr
    assert not (tmp_path / ".certify").exists()


def test_it_starts_quickly(run: Run) -> None:
    bare, ours = [], []
    for _ in range(5):
        for kept, call in ((bare, lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)),
                           (ours, lambda: run("--version"))):  # fmt: skip
            started = time.perf_counter()
            call()
            kept.append(time.perf_counter() - started)
    assert sorted(ours)[2] < 8 * sorted(bare)[2] + 0.2
