"""Page one as it looked when somebody last looked at it: pixels, with a tolerance for other versions of the libraries.

``CERTIFY_UPDATE_SNAPSHOTS=1 pytest tests/unit/issue/test_golden.py`` draws the pictures anew; then look at them.
"""

import io
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
from PIL import Image, ImageChops, ImageFilter

from certify.evidence.certificate import Level
from certify.evidence.decision import RuleStatus, WaiverUsed
from tests.fakes.certificate_sample import DECLARATION_VALUE, certificate, results, rules, screening
from tests.fakes.pdf_sample import draw, unsigned

pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler-utils is not installed")

GOLDEN = Path(__file__).resolve().parents[2] / "vectors" / "pages"
DOTS = 60
"""Dots an inch: the layout and every picture can be told, and a file stays under 100 kB."""
TOLERANCE = 0.004
"""Share of pixels that may differ clearly after blurring: glyphs drawn by other versions differ by less."""


def waived() -> bytes:
    used = WaiverUsed(
        payload_sha256="ab" * 32,
        seen=RuleStatus.INCONCLUSIVE,
        reason="a person reads every answer",
        ticket="RISK-118",
        approver="Dr. A. Beispiel",
        expires_at="2026-12-24T12:00:00Z",
    )
    rule = rules()[0].model_copy(update={"id": "ST-07", "status": RuleStatus.WAIVED, "waiver": used})
    return draw(certificate(Level.ISSUER_RUN, rules=(*rules(), rule)))


def refused() -> bytes:
    failed = rules()[0].model_copy(
        update={
            "status": RuleStatus.NOT_MET,
            "message": "lower bound 0.8832, at least 0.95 asked",
            "expected": {"floor": 0.95},
        }
    )
    found = results()
    del found["corpus-scan"]
    report = screening(
        development=False,
        verdict="refused",
        rules=(failed, *rules()[1:3]),
        not_checked=(),
        declaration=DECLARATION_VALUE,
    )
    return draw(report, found=found)


PAGES = {"certified": unsigned, "self-declared": lambda: draw(certificate()), "waived": waived, "refused": refused}


@cache
def picture(name: str) -> Image.Image:
    """Page one in grey: what a copier makes of it."""
    command = ["pdftoppm", "-r", str(DOTS), "-l", "1", "-gray", "-png", "-singlefile", "-"]
    done = subprocess.run(command, input=PAGES[name](), capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("L")


def differing(one: Image.Image, other: Image.Image) -> float:
    """Share of pixels that differ clearly, once both are blurred a little."""
    if one.size != other.size:
        return 1.0
    blurred = [image.filter(ImageFilter.GaussianBlur(1.5)) for image in (one, other)]
    histogram = ImageChops.difference(*blurred).histogram()
    return sum(histogram[40:]) / (one.width * one.height)


@pytest.mark.parametrize("name", PAGES)
def test_page_one_looks_as_it_did(name):
    path = GOLDEN / f"{name}.png"
    if os.environ.get("CERTIFY_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        picture(name).quantize(16).save(path, optimize=True)
    assert path.stat().st_size < 100_000
    assert differing(picture(name), Image.open(path).convert("L")) < TOLERANCE


def test_another_page_is_told_from_it():
    pages = {name: Image.open(GOLDEN / f"{name}.png").convert("L") for name in PAGES}
    for name, page in pages.items():
        for other in pages.keys() - {name}:
            assert differing(page, pages[other]) > TOLERANCE
    moved = ImageChops.offset(pages["certified"], 0, 4)
    assert differing(pages["certified"], moved) > TOLERANCE
