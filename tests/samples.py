"""Makes docs/samples/ anew: whole certificates, signed and logged, for people to look at and to verify.

    make samples

Only the engine is scripted: parties, keys, plan, answers, decision, certificate, PDF and report come from the rooms
that make them in earnest. The keys are thrown away, so every run gives other serials, digests and signatures.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from certify.evidence.certificate import State
from certify.pipeline.main import start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import Stage
from certify.pipeline.standing import change_standing
from certify.pipeline.waiving import keep_waiver
from certify_registry.answering import ask_registry
from tests.fakes.chain import (
    Chain,
    answer_as_witnesses,
    development_house,
    finish,
    production_house,
    request_for,
    scratch,
    scripted,
    waiver_for,
)
from tests.fakes.scripted_engine import ScriptedEngine, ThreeUnreadable, wrong

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "samples"
COLOURS = 24
DOTS = 80
"""Dots an inch of the pictures in docs/certificate.md."""


def certified() -> Chain:
    """Level 1: four parties, two seed witnesses, every required rule met."""
    house = production_house(scratch())
    return finish(house, request_for(house))


def waived() -> Chain:
    """One rule waived, two of three approvers agreed."""
    house = production_house(scratch(), threshold=2)
    request = request_for(house)
    keep_waiver(house.workspace, waiver_for(house, request))
    return finish(house, request, ScriptedEngine(ThreeUnreadable()))


def self_declared() -> Chain:
    """Level 0, by development keys: one party holds every role."""
    house = development_house(scratch())
    return finish(house, request_for(house))


def revoked() -> Chain:
    """Certified, then revoked: the page cannot change, what its registry says does."""
    chain = certified()
    serial = chain.certificate.serial
    change_standing(chain.house.workspace, serial, State.REVOKED, "The training data held the test after all.")
    with chain.house.workspace.reading() as registry:
        answer = ask_registry(registry, serial)
    return Chain(**{**vars(chain), "answer": answer})


CERTIFICATES: dict[str, Callable[[], Chain]] = {
    "certified": certified,
    "waived": waived,
    "self-declared": self_declared,
    "revoked": revoked,
}


def write_certificate(folder: Path, chain: Chain) -> None:
    """A certificate as its issuer hands it out, with what its registry says and the trust file to read it under."""
    published = chain.house.workspace.certificates
    shutil.copyfile(published / f"{chain.certificate.serial}.pdf", folder / "certificate.pdf")
    shutil.copyfile(published / f"{chain.certificate.serial}.report.pdf", folder / "report.pdf")
    (folder / "certificate.status.json").write_bytes(chain.answer.to_bytes())
    (folder / "trust.json").write_bytes(chain.trust.to_bytes())


def write_refused(folder: Path) -> None:
    """A model that gets nothing right: the screening report and the full one."""
    house = production_house(scratch())
    request = request_for(house)
    with scripted(ScriptedEngine(wrong)):
        run = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
        answer_as_witnesses(house, run)
        start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    shutil.copyfile(run.file("screening.pdf"), folder / "screening.pdf")
    shutil.copyfile(run.file("screening.report.pdf"), folder / "report.pdf")


def picture(pdf: Path, target: Path, page: int = 1) -> None:
    """A page as PNG in few colours, small enough for a document."""
    number = str(page)
    command = ["pdftoppm", "-r", str(DOTS), "-f", number, "-l", number, "-singlefile", "-png"]
    subprocess.run([*command, str(pdf), str(target.with_suffix(""))], check=True)
    with Image.open(target) as drawn:
        drawn.convert("RGB").quantize(COLOURS).save(target, optimize=True)


def main() -> None:
    """Writes every sample and its pictures."""
    for name, make in CERTIFICATES.items():
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        write_certificate(folder, make())
        picture(folder / "certificate.pdf", folder / "page-1.png")
    folder = FOLDER / "refused"
    folder.mkdir(parents=True, exist_ok=True)
    write_refused(folder)
    picture(folder / "screening.pdf", folder / "page-1.png")
    picture(folder / "report.pdf", folder / "report-1.png")
    picture(FOLDER / "certified" / "certificate.pdf", FOLDER / "certified" / "page-2.png", 2)


if __name__ == "__main__":
    main()
