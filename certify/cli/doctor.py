"""``certify doctor``: what works on this machine and what to install."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import NamedTuple

import typer

from certify.cli.options import Context, Json
from certify.cli.render import checklist, emit, emit_json, next_step
from certify.errors import CertifyError, ExitCode

app = typer.Typer(add_completion=False)


class Ability(NamedTuple):
    """Something a user may want to do."""

    what: str
    modules: tuple[str, ...]
    extra: str
    program: str = ""
    """Part of the machine that it needs besides, as :func:`certify.engines.capabilities.installed` calls it."""


ABILITIES = (
    Ability("verify, show, decide", ("pydantic", "cryptography", "cel_expr_python", "pyhanko"), ""),
    Ability("keep a registry", ("sqlmodel", "alembic"), "registry"),
    Ability("record provenance", ("in_toto",), "attest"),
    Ability("run models on CPU or CUDA", ("torch", "transformers", "lm_eval"), "hf"),
    Ability("run models on vLLM", ("vllm", "lm_eval"), "vllm"),
    Ability("ask servers with OpenAI's interface", ("transformers", "lm_eval"), "openai"),
    Ability("run a GGUF file in llama-server", ("lm_eval", "jinja2"), "eval", "llama-server"),
    Ability("draw the PDF", ("weasyprint", "jinja2", "segno"), "pdf"),
)


@app.command()
def doctor(context: typer.Context, json: Json = False) -> int:
    """See what works on this machine and what to install."""
    from certify.engines.capabilities import installed

    home = Context.home(context)
    parts = installed(home if home.exists() else None)
    absent = {part.name: part.remedy for part in parts if not part.version}
    rows = [*(_ability(ability, absent) for ability in ABILITIES), _pdf_libraries()]
    machine = [
        ("pass" if part.version else "skip", part.name, part.version or f"none; {part.needed_for}: {part.remedy}")
        for part in parts
    ]
    workspace = _workspace(context)
    if json:
        emit_json("doctor", {"checks": [{"name": n, "ok": r == "pass", "detail": d}
                                        for r, n, d in [*rows, *machine, workspace]]})  # fmt: skip
        return int(ExitCode.POSITIVE)
    emit("What works here:")
    checklist(rows)
    emit()
    emit("This machine:")
    checklist(machine)
    emit()
    emit("Workspace:")
    checklist([workspace])
    next_step("certify demo", "the whole story on two bundled models")
    return int(ExitCode.POSITIVE)


def _ability(ability: Ability, absent: Mapping[str, str]) -> tuple[str, str, str]:
    """Whether it works here; ``absent`` names what to do about each part of the machine that is not there."""
    if any(find_spec(module) is None for module in ability.modules):
        remedy = f"pip install 'certify-models[{ability.extra}]'" if ability.extra else "reinstall certify-models"
        return "skip", ability.what, f"missing: {remedy}"
    if ability.program in absent:
        return "skip", ability.what, f"missing: {absent[ability.program]}"
    return "pass", ability.what, "ready"


def _pdf_libraries() -> tuple[str, str, str]:
    from ctypes.util import find_library

    absent = [name for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset") if find_library(name) is None]
    if absent:
        return (
            "skip",
            "PDF text layout",
            "missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        )
    return "pass", "PDF text layout", "ready"


def _workspace(context: typer.Context) -> tuple[str, str, str]:
    from certify.pipeline.workspace import Workspace

    home = Context.home(context)
    if not home.exists():
        return "skip", str(home), "none yet; `certify run` makes a development workspace"
    try:
        workspace = Workspace.open(home)
        with workspace.reading() as registry:
            size = registry.size
    except CertifyError as error:
        return "fail", str(home), f"{error.code}: {error.what}"
    return "pass", str(home), f"{workspace.configuration.environment}, {size} log entries"
