"""``certify demo``: the whole story on two bundled models."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.progress import TerminalReporter
from certify.cli.render import emit, emit_json, mark, paragraph
from certify.errors import ExitCode

app = typer.Typer(add_completion=False)

INTRODUCTION = (
    "Two small models have been put forward. Both post good scores on starter-200, a published benchmark, and the "
    "second one posts the better score. One of them learned to solve such problems; the other was taught the "
    "published ones with their answers. A score cannot tell them apart. Watch what a certificate takes."
)
CONCLUSION = (
    "What you saw is real: two trained models, their training data read line by line, fresh problems drawn after the "
    "plan was logged, and a decision that anybody can take again from the evidence inside the PDF. What it does not "
    "show: one party held every key here, so the certificate says 'self-declared' and 'development' on its face."
)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything it makes.")] = Path("certify-demo"),
    json: Json = False,
) -> int:
    """Watch the whole story on two bundled models, offline."""
    from certify.demo.story import fresh_folder, tell

    started = time.monotonic()
    folder = fresh_folder(out)
    if not json:
        paragraph(INTRODUCTION)
        emit()
    reporter = TerminalReporter()
    scenes = []
    for scene in tell(folder, reporter):
        reporter.close()
        scenes.append(scene)
        if not json:
            emit()
            emit(f"{len(scenes)}. {scene.title}", "bold")
            print(f"   {mark('pass' if scene.as_told else 'fail')} {scene.found.replace('_', ' ').upper()}")
            for line in scene.lines:
                paragraph(f"- {line}", indent=5)
    complete = len(scenes) == 5 and all(scene.as_told for scene in scenes)
    seconds = time.monotonic() - started
    if json:
        emit_json("demo", {"complete": complete, "seconds": round(seconds, 1), "folder": str(folder),
                           "scenes": [scene.document() for scene in scenes]})  # fmt: skip
        return int(ExitCode.POSITIVE if complete else ExitCode.INTERNAL)
    emit()
    if complete:
        paragraph(CONCLUSION)
    else:
        emit("The story did not end as it should; please report this.", "fail")
    _next(folder, seconds)
    return int(ExitCode.POSITIVE if complete else ExitCode.INTERNAL)


def _next(folder: Path, seconds: float) -> None:
    emit()
    emit(f"Everything is in {folder} ({seconds:.0f} seconds). Try:")
    emit(f"  open {folder}/certificate.pdf")
    program = "certify" if shutil.which("certify") else sys.argv[0]
    emit(f"  {program} verify {folder}/certificate.pdf --trust {folder}/trust.json")
    emit(f"  {program} --home {folder}/workspace show")
    emit(f"  {program} --home {folder}/workspace audit {folder}/certificate.pdf")
