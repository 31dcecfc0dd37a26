"""Every package that the code imports is declared: by the base install for readers' rooms, by an extra elsewhere."""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
READERS = ("evidence", "statistics", "trust", "identify", "decide", "verify", "cli", "errors.py", "resources.py")
IMPORT_NAMES = {
    "pyyaml": {"yaml"},
    "cel-expr-python": {"cel_expr_python"},
    "protobuf": {"google"},
    "pyhanko": {"pyhanko", "pyhanko_certvalidator", "asn1crypto"},
    "pydantic": {"pydantic", "pydantic_core", "annotated_types"},
    "lm-eval": {"lm_eval", "datasets", "numpy", "pyarrow"},
    "numba": {"numba", "llvmlite", "numpy"},
    "transformers": {"transformers", "tokenizers", "huggingface_hub"},
    "sqlmodel": {"sqlmodel", "sqlalchemy"},
    "weasyprint": {"weasyprint", "fontTools", "pydyf"},
    "in-toto": {"in_toto"},
    "math-verify": {"math_verify"},
    "nvidia-ml-py": {"pynvml"},
    "opentelemetry-sdk": {"opentelemetry"},
    "pyjwt": {"jwt"},
    "typer": {"typer", "rich", "click"},
}
ASKED_FOR = {"sigstore": {"certify/trust/keyless.py"}}
"""Imported in a reader's room only where somebody asks for it; CERT-E010 names the extra."""


def declared(requirements: list[str]) -> set[str]:
    names = [re.split(r"[\s~<>=\[;]", text, maxsplit=1)[0].lower() for text in requirements]
    return {module for name in names for module in IMPORT_NAMES.get(name, {name.replace("-", "_")})}


def imported(files: list[Path]) -> dict[str, set[str]]:
    """Third-party packages and the files that import them, wherever in the file."""
    found: dict[str, set[str]] = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                root = name.partition(".")[0]
                if root not in sys.stdlib_module_names and root not in ("certify", "certify_registry"):
                    found.setdefault(root, set()).add(str(file.relative_to(ROOT)))
    return found


def test_readers_rooms_import_only_what_the_base_install_brings() -> None:
    rooms = [ROOT / "certify" / room for room in READERS]
    files = [file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else [room])]
    surplus = {name: where for name, where in imported(files).items() if name not in declared(PROJECT["dependencies"])}
    assert surplus == ASKED_FOR


def test_every_import_is_declared_somewhere() -> None:
    extras = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    known = declared([*PROJECT["dependencies"], *extras])
    files = [*(ROOT / "certify").rglob("*.py"), *(ROOT / "registry" / "certify_registry").rglob("*.py")]
    assert {name: where for name, where in imported(files).items() if name not in known} == {}
