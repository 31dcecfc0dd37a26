"""Certificates are PDF/A-3a and PDF/UA-1, before they are signed and after, whatever they say.

The rules are the project's own reading of both standards. With ``CERTIFY_VERAPDF`` set to a command, the real validator
judges the same files: ``CERTIFY_VERAPDF="docker run --rm -v /tmp:/tmp ghcr.io/verapdf/cli"`` or a path to ``verapdf``.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
import pikepdf

from tests.conformance import pdf_access_rules as access
from tests.conformance import pdf_archive_rules as archive
from tests.conformance.pdf_access_rules import ACCESS_RULES, access_findings, elements, kind
from tests.conformance.pdf_archive_rules import ARCHIVE_RULES, archive_findings
from tests.fakes.page_samples import VALUES, drawn, signed_baseline, signed_stamped

STATES: dict[str, Callable[[str], bytes]] = {"unsigned": drawn, "B-B": signed_baseline, "B-T": signed_stamped}
EVERY = [(name, state) for name in VALUES for state in STATES]
SOME = [*((name, "unsigned") for name in VALUES), ("pass", "B-B"), ("right to left", "B-T")]
"""Signing adds the same objects whatever the pages say; the rest is judged with the slow tests."""


@pytest.mark.parametrize(("name", "state"), SOME)
def test_no_rule_of_either_standard_is_broken(name: str, state: str) -> None:
    data = STATES[state](name)
    assert archive_findings(data) + access_findings(data) == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "state"), [one for one in EVERY if one not in SOME])
def test_no_rule_is_broken_by_signing_any_of_them(name: str, state: str) -> None:
    data = STATES[state](name)
    assert archive_findings(data) + access_findings(data) == []


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("state", STATES)
def test_qpdf_finds_nothing_wrong(state: str, tmp_path: Path) -> None:
    for name in VALUES:
        file = tmp_path / "certificate.pdf"
        file.write_bytes(STATES[state](name))
        done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
        assert (done.returncode, "WARNING" in done.stdout + done.stderr) == (0, False), done.stderr


@pytest.mark.skipif("CERTIFY_VERAPDF" not in os.environ, reason="CERTIFY_VERAPDF names no command of veraPDF")
@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_verapdf_agrees(profile: str, tmp_path: Path) -> None:
    for name, state in EVERY:
        (tmp_path / f"{name} {state}.pdf").write_bytes(STATES[state](name))
    files = sorted(map(str, tmp_path.glob("*.pdf")))
    command = [*shlex.split(os.environ["CERTIFY_VERAPDF"]), "--flavour", profile, "--format", "text", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    verdicts = [line for line in done.stdout.splitlines() if line.startswith(("PASS", "FAIL"))]
    assert len(verdicts) == len(files), done.stdout + done.stderr
    assert not [line for line in verdicts if line.startswith("FAIL")]


def first(pdf: pikepdf.Pdf, wanted: str) -> pikepdf.Dictionary:
    """The first structure element of a kind."""
    return next(one for one in elements(pdf) if kind(one) == wanted)


def of_type(pdf: pikepdf.Pdf, key: str, value: str) -> pikepdf.Object:
    """The first object with such an entry."""
    return next(one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get(key) == value)


def delete(*path: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        place = pdf.Root
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def put(value: object, *path: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        place = pdf.Root
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def on(wanted: str, act: Callable[[pikepdf.Dictionary], None]) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: act(first(pdf, wanted))


def replace_metadata(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert old in packet
        pdf.Root.Metadata.write(packet.replace(old, new, 1))

    return change


def prepend(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[0].contents_add(content, prepend=True)


def annotate(**entries: object) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        made = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[10, 10, 90, 90], **entries)
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(made)])

    return change


def font_entry(key: str, value: object = None) -> Callable[[pikepdf.Pdf], None]:
    """Changes an entry of the first font's descendant, or drops it."""

    def change(pdf: pikepdf.Pdf) -> None:
        inner = of_type(pdf, "/Subtype", "/Type0")
        place = inner if key in inner else inner.DescendantFonts[0]
        place = place if key in place else place.FontDescriptor
        if value is None:
            del place[key]
        else:
            place[key] = value

    return change


N = pikepdf.Name
SPOILED: dict[str, tuple[Callable[..., object], Callable[[pikepdf.Pdf], None]]] = {
    "no identifier": (archive.file_trailer, lambda pdf: pdf.trailer.__delitem__("/ID")),
    "external stream": (archive.streams, lambda pdf: pdf.Root.Metadata.__setitem__("/F", pikepdf.String("x"))),
    "long string": (archive.limits, put(pikepdf.String("x" * 40_000), "/Lang")),
    "huge page": (archive.limits, lambda pdf: pdf.pages[0].__setitem__("/MediaBox", [0, 0, 20_000, 9])),
    "deep states": (archive.limits, prepend(b"q " * 30 + b"Q " * 30)),
    "no output intent": (archive.output_intent, delete("/OutputIntents")),
    "cmyk": (archive.colours, prepend(b"0 0 0 1 k ")),
    "transfer function": (
        archive.graphics_states,
        lambda pdf: pdf.Root.__setitem__("/X", pdf.make_indirect(pikepdf.Dictionary(Type=N.ExtGState, TR=N.Identity))),
    ),
    "font not embedded": (archive.fonts, font_entry("/FontFile3")),
    "font without text": (archive.fonts, font_entry("/ToUnicode")),
    "font of other widths": (archive.fonts, font_entry("/W", pikepdf.Array([0, [1]]))),
    "hidden annotation": (archive.annotations, annotate(Subtype=N.Square, F=6)),
    "annotation without appearance": (archive.annotations, annotate(Subtype=N.Square, F=4)),
    "attached by annotation": (archive.annotations, annotate(Subtype=N.FileAttachment, F=4)),
    "script": (
        archive.interaction,
        lambda pdf: pdf.Root.__setitem__(
            "/OpenAction", pdf.make_indirect(pikepdf.Dictionary(S=N.JavaScript, JS=pikepdf.String("app.alert(1)")))
        ),
    ),
    "optional content": (archive.interaction, put(pikepdf.Dictionary(), "/OCProperties")),
    "another part": (archive.metadata, replace_metadata(b'pdfaid:part="3"', b'pdfaid:part="2"')),
    "another title": (archive.metadata, lambda pdf: pdf.docinfo.__setitem__("/Title", "Another")),
    "schema not described": (archive.metadata, replace_metadata(b"pdfaSchema:namespaceURI", b"pdfaSchema:x")),
    "attachment of nobody": (archive.attachments, put(pikepdf.Array([]), "/AF")),
    "no accessibility claim": (access.declaration, replace_metadata(b'pdfuaid:part="1"', b'pdfuaid:x="1"')),
    "not marked": (access.declaration, put(False, "/MarkInfo", "/Marked")),
    "title not shown": (access.declaration, delete("/ViewerPreferences")),
    "no language": (access.language, delete("/Lang")),
    "content without tag": (access.tagging, prepend(b"0 0 9 9 re f ")),
    "content of nobody": (access.parent_tree, prepend(b"/Span <</MCID 9999>> BDC EMC ")),
    "no structure": (access.parent_tree, delete("/StructTreeRoot")),
    "unknown element": (access.roles, on("P", lambda one: one.__setitem__("/S", N.Fancy))),
    "lost parent": (access.roles, on("P", lambda one: one.__setitem__("/P", one))),
    "row outside a table": (access.nesting, on("Table", lambda one: one.__setitem__("/S", N.Div))),
    "cell without headers": (access.tables, on("TD", lambda one: one.__delitem__("/A"))),
    "picture without words": (access.figures, on("Figure", lambda one: one.__delitem__("/Alt"))),
    "heading skipped": (access.headings, on("H2", lambda one: one.__setitem__("/S", N.H4))),
    "annotation of no structure": (access.annotations, annotate(Subtype=N.Square, F=4)),
    "attachment without a name": (
        access.attachments,
        lambda pdf: pdf.Root.Names.EmbeddedFiles.Names[1].__delitem__("/UF"),
    ),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_spoiled_file_is_found(spoiled: str) -> None:
    """Each rule can fail: without that, the tests above would say nothing."""
    rule, spoil = SPOILED[spoiled]
    data = drawn("pass")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        spoil(pdf)
        assert list(rule(pdf, data) if rule in ARCHIVE_RULES else rule(pdf))


def test_bytes_at_the_ends_are_found() -> None:
    data = drawn("pass")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert list(archive.file_trailer(pdf, data + b"x"))
        assert list(archive.file_header(pdf, b"%PDF-2.0\n" + data[9:]))


def test_every_rule_has_a_file_that_breaks_it() -> None:
    tried = {rule for rule, _ in SPOILED.values()} | {archive.file_header}
    assert tried == {*ARCHIVE_RULES, *ACCESS_RULES}
