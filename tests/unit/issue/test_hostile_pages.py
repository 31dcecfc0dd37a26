"""Whatever untrusted text a certificate holds, in whichever field: nothing is fetched, run or lost over the edge."""

from __future__ import annotations

import copy
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

pytest.importorskip("weasyprint")
import pikepdf

from certify.errors import CertifyError
from certify.evidence.certificate import Certificate, Level
from certify.verify.pdf_contents import contents_of
from tests.conformance.pdf_access_rules import access_findings
from tests.conformance.pdf_archive_rules import archive_findings
from tests.fakes.certificate_sample import attachment, certificate, clauses
from tests.fakes.pdf_sample import draw

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")

Path = tuple[str | int, ...]
OUTSIDE = "http://127.0.0.1:9/stolen"
KINDS = {
    "html": f"<script>fetch('{OUTSIDE}')</script><img src='{OUTSIDE}'><iframe src=file:///etc/passwd></iframe>",
    "link": f"<link rel=stylesheet href='{OUTSIDE}'><link rel=attachment href=file:///etc/passwd><base href={OUTSIDE}>",
    "css": f"</style><style>@import '{OUTSIDE}'; * {{ display: none; background: url({OUTSIDE}) }}</style>",
    "attribute": f'" onload="x" style="background:url({OUTSIDE})" \' style=\'position:fixed;top:-99cm',
    "svg": f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{OUTSIDE}'/><text y='-999'>x</text></svg>",
    "template": "{{ 7*7 }} {% include 'x' %} {# gone #} ${7*7} #{7*7}",
    "pdf": ") Tj ET /Catalog << /OpenAction /JS (app.alert\\(1\\)) >> endobj %%EOF (",
    "long word": "x" * 10_000,
    "long text": "words and words " * 2_000,
    "control": "bell\x07 null\x00 escape\x1b[31m return\r\x85 vertical\x0b \ufeff \ufffe \x7f",
    "override": "safe\u202eelif\u202c \u2066x\u2069 \u200f\u200e\u061c \u200b\u2060\u00ad",
    "right to left": "שלום (12) عالم 7% \u05b0\u05b0 " * 20,
    "no spaces": "ש" * 300 + "ن" * 300 + "カ" * 300 + "千" * 300,
    "accents": "Z" + "\u0300\u0301\u0302\u0308" * 60 + "\u0d4d" * 60 + " \u05b0\u05b1\u05b2\u05b3\u064b\u064c",
    "emoji": "🤖👩‍🔬🏳️‍🌈🇩🇪 \U000e0041\U000e007f \U0010ffff",
    "empty": " ",
}
LENGTHS = (20_000, 8_000, 4_000, 2_000, 1_000, 500, 250, 120, 60, 30)
"""Tried in turn where a field does not take all of a text."""
MAX_PAGES = 40
"""What a hundred fields of the longest text they take, each character spelled out as a code point, may come to."""


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where strings are in a document."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))


def put(document: Any, path: Path, text: str) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = text


def accepted(document: dict[str, Any]) -> Certificate | None:
    try:
        return Certificate.from_document(document)
    except CertifyError:
        return None


@cache
def free_fields() -> tuple[Path, ...]:
    """The fields that take any text: those whose form is checked refuse it, and so never reach a page."""
    document = certificate(Level.ISSUER_RUN, clauses=clauses()).document()
    found = []
    for path in leaves(document):
        changed = copy.deepcopy(document)
        put(changed, path, KINDS["html"])
        if accepted(changed):
            found.append(path)
    return tuple(found)


def hostile(kinds: list[str]) -> bytes:
    """The page of a certificate whose free fields hold these kinds of text in turn, as much of it as they take."""
    document = certificate(Level.ISSUER_RUN, clauses=clauses()).document()
    value: Certificate | None = None
    for number, path in enumerate(free_fields()):
        if path == ("statusLocation",):  # becomes a QR code, which refuses what is too long for one
            continue
        text, before = KINDS[kinds[number % len(kinds)]], value
        for length in LENGTHS:
            if length <= max(2 * len(text), LENGTHS[-1]):
                put(document, path, text[:length])
                if value := accepted(document):
                    break
        else:
            assert text.isspace(), f"{path} takes {text[:20]!r} at no length"
            put(document, path, "x")
            value = before
    assert value
    return draw(value)


def words_outside(pdf: bytes) -> list[str]:
    """Words that reach over an edge of their page by more than a point."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    found, width, height = [], 0.0, 0.0
    number = r'="(-?[\d.]+)"'
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if page := re.search(f"<page width{number} height{number}", line):
            width, height = map(float, page.groups())
        elif word := re.search(f"<word xMin{number} yMin{number} xMax{number} yMax{number}>(.*)</word>", line):
            left, top, right, bottom = map(float, word.groups()[:4])
            if left < -1 or top < -1 or right > width + 1 or bottom > height + 1:
                found.append(word.group(5))
    return found


def judge(pdf: bytes) -> None:
    """The page asks for nothing, does nothing, keeps its bounds and both standards."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) <= MAX_PAGES
        attached = {name: bytes(one.get_file().read_bytes()) for name, one in document.attachments.items()}
        assert attached == {one.name: one.content for one in contents_of(attachment()).attachments}
        assert not any("/Annots" in page for page in document.pages)
    assert words_outside(pdf) == []
    assert archive_findings(pdf) + access_findings(pdf) == []


def test_most_of_a_certificate_is_free_text() -> None:
    fields = {tuple(step for step in path if isinstance(step, str)) for path in free_fields()}
    assert {
        ("model", "name"),
        ("issuer",),
        ("caveats",),
        ("rules", "message"),
        ("declaration", "intendedUse"),
    } <= fields
    assert not fields & {("serial",), ("model", "identity"), ("validUntil",)}


def test_all_kinds_at_once_in_all_fields() -> None:
    """A rendering that asked for anything outside would have stopped with CERT-E087."""
    judge(hostile(list(KINDS)))


@pytest.mark.slow  # one drawing for each kind
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_in_all_fields(kind: str) -> None:
    judge(hostile([kind]))
