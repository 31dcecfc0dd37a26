import gc
import hashlib
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
import pikepdf

from certify.audit.rerender import paper_of
from certify.errors import InternalError, UsageError
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import Level
from certify.evidence.decision import WaiverUsed
from certify.evidence.evaluation import NotRun
from certify.evidence.results import PrivateSetResult
from certify.issue.glyphs import printable
from certify.issue.render import _fetcher, paper_style, render, renderer
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.page.page import page_of
from certify.trust.bundle import parse_bundle
from certify.verify.pdf_contents import contents_of
from certify.verify.pdf_metadata import NAMESPACE
from certify.verify.words.headlines import headlines
from tests.fakes.certificate_sample import (
    DECLARATION_VALUE,
    MODEL,
    attachment,
    certificate,
    clauses,
    results,
    rules,
    screening,
)
from tests.fakes.page_samples import drawn
from tests.fakes.pdf_sample import SIGNER, WHEN, draw, draw_report, signed, unsigned

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")

ROOT = Path(__file__).resolve().parents[3]
OUR_FONTS = {"Inter", "Inter-Semi-Bold", "JetBrains", "Garamond"}
OF_SCRIPTS = {"CertifyHan", *(f"Certify{name}{bold}" for name in ("Hebrew", "Arabic") for bold in ("", "-Semi-Bold"))}


def text_of(pdf: bytes, *options: str) -> str:
    """What a reader sees, by poppler; lines joined."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def page_one(pdf: bytes) -> str:
    return text_of(pdf, "-l", "1")


def fonts_of(pdf: bytes, tmp_path: Path) -> list[list[str]]:
    """Rows of pdffonts."""
    file = tmp_path / "fonts.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True, text=True)
    return [line.split() for line in done.stdout.splitlines()[2:]]


def pages_of(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


DRAW = """
import hashlib, sys
from tests.fakes.page_samples import VALUES
from tests.fakes.pdf_sample import draw
for name in sys.argv[1:]:
    print(hashlib.sha256(draw(VALUES[name]())).hexdigest())
"""
SCRIPTS = ("pass", "Han", "right to left")


def drawn_elsewhere(folder: Path, seed: int, *names: str) -> list[str]:
    """Digests of values drawn in a process of its own: another folder, zone and hash seed."""
    zone = ("Asia/Tokyo", "America/Bogota", "UTC")[seed % 3]
    environment = os.environ | {"PYTHONHASHSEED": str(seed), "TZ": zone, "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", DRAW, *names], capture_output=True, check=True, text=True, cwd=folder, env=environment
    )
    return done.stdout.split()


def test_another_process_with_another_hash_seed_zone_and_folder_draws_the_same_bytes(tmp_path):
    here = [hashlib.sha256(drawn(name)).hexdigest() for name in SCRIPTS]
    assert drawn_elsewhere(tmp_path, 12345, *SCRIPTS) == here


@pytest.mark.slow  # a hundred drawings
def test_a_hundred_drawings_in_ten_processes_are_the_same_bytes(tmp_path):
    names = [SCRIPTS[turn % 3] for turn in range(10)]
    here = [hashlib.sha256(drawn(name)).hexdigest() for name in names]
    found = [drawn_elsewhere(tmp_path, seed, *names) for seed in range(10)]
    assert sum(map(len, found)) == 100
    assert found == [here] * 10


def test_the_collector_runs_again_after_a_drawing_and_after_a_refusal():
    assert gc.isenabled()
    with pytest.raises(UsageError):
        render(page_of(certificate()), b"{}", identifier=bytes(16), created=datetime(2026, 1, 1))
    assert gc.isenabled()


def test_the_renderer_names_what_decides_the_bytes():
    drawing = r"weasyprint 70\.0, pango \d+\.\d+\.\d+, harfbuzz \d+\.\d+\.\d+( without subset)?"
    writing = r"fonttools [\d.]+, pydyf [\d.]+, zlib [\w.-]+, fonts [0-9a-f]{16}, layout \d+"
    assert re.fullmatch(f"{drawing}, {writing}", renderer())


def test_the_file_says_what_it_is_and_when_it_was_made():
    """Both standards' rules are in tests/conformance/test_pdf_structure.py."""
    with pikepdf.open(io.BytesIO(unsigned())) as pdf:
        with pdf.open_metadata() as fields:
            assert fields["xmp:CreateDate"] == "2026-11-23T17:00:05Z"
            assert fields[f"{{{NAMESPACE}}}serial"] == contents_of(attachment()).serial
            assert fields[f"{{{NAMESPACE}}}bundleDigest"] == "sha256:" + hashlib.sha256(attachment()).hexdigest()
            assert fields[f"{{{NAMESPACE}}}renderer"] == renderer()
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261123170005+00'00"
        assert str(pdf.docinfo["/Title"]).startswith("Certificate of evaluation, CM-")


def structure(element: pikepdf.Object, found: list[pikepdf.Object]) -> list[pikepdf.Object]:
    """All structure elements, in order."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found.append(kid)
            structure(kid, found)
    return found


def test_figures_state_their_numbers_and_headings_do_not_skip_levels():
    with pikepdf.open(io.BytesIO(unsigned())) as pdf:
        elements = structure(pdf.Root.StructTreeRoot, [])
        kinds = [str(one.S) for one in elements]
        alternatives = [str(one.get("/Alt", "")) for one in elements if one.S == "/Figure"]
    assert len(alternatives) == 8
    assert all(alternatives)
    assert any("Estimate 94.17\N{NO-BREAK SPACE}%" in text for text in alternatives)
    assert "Of the training data: signed for 1 of 1; digests computed 1 of 1; searched all of it." in alternatives
    assert "Assurance level 1 of 3" in alternatives
    levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert "/Table" in kinds
    assert "/TH" in kinds


def test_every_font_is_ours_embedded_and_readable_as_text(tmp_path):
    rows = fonts_of(unsigned(), tmp_path)
    assert {row[0].split("+")[1] for row in rows} == OUR_FONTS
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_the_bundle_and_two_parts_of_it_are_attached_once_each():
    expected = contents_of(attachment())
    with pikepdf.open(io.BytesIO(unsigned())) as pdf:
        assert list(pdf.attachments) == ["bundle.json", "certificate.sigstore.json", "certificate.tlog-proof"]
        assert [str(one.AFRelationship) for one in pdf.Root.AF] == ["/Data", "/Supplement", "/Supplement"]
        for specification, one in zip(pdf.Root.AF, expected.attachments, strict=True):
            file = specification.EF.F
            assert (str(file.Subtype)[1:], str(file.Params.ModDate)) == (one.media_type, "D:20261123170005Z")
            assert bytes(file.read_bytes()) == one.content
    assert expected.attachments[0].content == attachment()
    assert parse_bundle(parse_json(expected.attachments[1].content)).payload_sha256
    assert expected.attachments[2].content == b"c2sp.org/tlog-proof@v1\n"
    digest = hashlib.sha256(attachment()).hexdigest()
    assert " ".join(digest[start : start + 4] for start in range(0, 32, 4)) in text_of(unsigned())


@pytest.mark.parametrize("value", [certificate(), certificate(Level.INDEPENDENTLY_RERUN), screening()])
def test_a_normal_document_has_at_most_three_pages_and_says_how_to_check_it(value):
    pdf = draw(value)
    assert pages_of(pdf) <= 3
    text = text_of(pdf)
    assert "Not checked" in text
    assert ("certify verify CM-" in text) == (value.__class__.__name__ == "Certificate")
    assert len(pdf) - len(attachment()) < 100_000


def test_development_keys_show_on_every_page():
    pdf = draw(certificate())
    for page in range(1, pages_of(pdf) + 1):
        done = subprocess.run(
            ["pdftotext", "-f", str(page), "-l", str(page), "-", "-"], input=pdf, capture_output=True, check=True
        )
        assert "DEVELOPMENT — not for reliance" in done.stdout.decode()
    assert "DEVELOPMENT" not in text_of(unsigned())


MARKUP = '<script>alert(1)</script><img src="file:///etc/passwd"><link rel=attachment href=file:///etc/passwd>'
TEMPLATE = "{{ 7*7 }}{% include 'x' %}</style>@import url(http://example.org/x); x{background:url(http://example.org)}"
STRINGS = ") /ByteRange [0 1 2 3] endobj %%EOF ("
BIDI = "safe\u202eevil\u202c \u200f\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd"
HAN = "\u5343\u95ee\u63a8\u7406\u6a21\u578b\U0001f916"
CONTROL = "bell\x07 escape\x1b[31m null\x00 line\nbreak\ttab\r\x85"
LISTED = "<b>clause</b> {{ page }}"
ACCENTS = "Zalgo" + "\u0308" * 200


def test_hostile_text_is_printed_as_text(tmp_path):
    value = certificate(
        model=MODEL.model_copy(update={"name": MARKUP, "architecture": CONTROL}),
        issuer=STRINGS,
        caveats=(TEMPLATE, HAN),
        not_checked=(NotRun(check=BIDI, reason=ACCENTS),),
        declaration=DECLARATION_VALUE.model_copy(update={"owner": MARKUP, "intended_use": TEMPLATE}),
        rules=(rules()[0].model_copy(update={"message": STRINGS, "title": BIDI, "clauses": (HAN,)}),),
        clauses=(clauses()[0].model_copy(update={"clause": BIDI, "title": LISTED, "rules": (HAN,)}),),
    )
    pdf = draw(value)
    assert pages_of(pdf) <= 3
    assert {row[0].split("+")[1] for row in fonts_of(pdf, tmp_path)} <= OUR_FONTS | OF_SCRIPTS
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert next(iter(document.attachments)) == "bundle.json"
    # in the order of the file, too: beside right-to-left letters poppler moves brackets to where it thinks they belong
    shown = re.sub(r"[\s\u202a-\u202c]", "", text_of(pdf) + text_of(pdf, "-raw"))
    for text in (MARKUP, TEMPLATE, STRINGS):
        assert re.sub(r"\s", "", text) in shown
    report = draw_report(value)
    assert re.sub(r"\s", "", LISTED) in re.sub(r"\s", "", text_of(report) + text_of(report, "-raw"))
    for words in ("safe[U+202E]evil", "[U+200F]", "[U+1F916]", "bell[U+0007]", "[U+0308][U+0308]"):
        assert words in shown


def test_text_without_a_place_to_break_stays_on_the_page():
    assert pages_of(drawn("longest names")) <= 3


def test_one_accent_is_drawn_and_a_heap_of_them_is_spelled_out():
    characters = frozenset(range(0x20, 0x180)) | {0x308, 0x301}
    assert printable("Pru\u0308fwerk", characters) == "Prüfwerk"
    assert printable("q\u0308", characters) == "q\u0308"
    assert printable("q\u0308\u0301", characters) == "q\u0308[U+0301]"
    assert printable("\u0301", characters) == "[U+0301]"


def test_a_page_that_asks_for_a_file_stops_the_rendering():
    fetch = _fetcher({"certify:style.css": ("text/css", b"p {}")}).fetch
    assert fetch("certify:style.css").read() == b"p {}"
    assert fetch("data:text/plain,ok").read() == b"ok"
    for address in ("file:///etc/passwd", "http://127.0.0.1/", "certify:other", "ftp://x/", "DATA:text/plain,no"):
        with pytest.raises(InternalError) as error:
            fetch(address)
        assert error.value.code == "CERT-E087"


def test_a_time_without_zone_is_refused():
    with pytest.raises(UsageError) as error:
        render(page_of(certificate()), b"{}", identifier=bytes(16), created=datetime(2026, 1, 1))
    assert error.value.code == "CERT-E086"


def test_a_status_location_beyond_a_qr_code_is_refused():
    with pytest.raises(UsageError) as error:
        draw(certificate(status_location="https://example.org/" + "x" * 3000))
    assert error.value.code == "CERT-E086"


def test_the_longest_value_stays_on_one_line_above_its_detail():
    first, *others = certificate().headlines
    told = first.model_copy(update={"value": "no evidence in 10 of 12"})
    shown = subprocess.run(
        ["pdftotext", "-layout", "-l", "1", "-", "-"],
        input=draw(certificate(headlines=(told, *others))),
        capture_output=True,
        check=True,
    )
    assert "no evidence in 10 of 12" in shown.stdout.decode()


def test_languages_leave_page_one_its_room_and_later_numbers_stand_in_the_annex():
    shares = results()["static-benchmark"]
    own = PrivateSetResult(
        name="ward",
        sha256="ab" * 32,
        languages=("de", "en"),
        accuracy=shares.accuracy,
        outcomes=shares.outcomes,
    )
    found = results() | {"private-set": own}
    pdf = draw(certificate(headlines=headlines(found)), found=found)
    first, whole = page_one(pdf), text_of(pdf)
    assert "Languages tested English, German." in first
    assert "Check it yourself" in first
    assert "Own problems answered correctly" not in first
    assert "Further results" in whole
    assert "Own problems answered correctly" in whole


def test_the_longest_kind_of_statement_stays_on_one_line():
    first, *others = certificate(Level.ISSUER_RUN).evidence
    value = certificate(Level.ISSUER_RUN, evidence=(first.model_copy(update={"kind": "contamination"}), *others))
    assert "contamination Kontor Analytics" in text_of(draw(value), "-layout", "-f", "2", "-l", "2")


def refused(count: int):
    """A screening report in which so many required rules are not met, each with much to say."""
    failed = tuple(
        rules()[0].model_copy(
            update={
                "id": f"ST-{number:02}",
                "status": "not_met",
                "title": "No published problem was found in the training data that was handed over " + "at all " * 8,
                "message": "191 of 200 published problems found in 3520 documents, at most 0 wanted " + "here " * 30,
            }
        )
        for number in range(20, 20 + count)
    )
    return screening(verdict="refused", rules=(*rules(), *failed))


@pytest.mark.parametrize("count", [1, 3, 9])
def test_a_refusal_leads_with_its_rules_and_keeps_to_page_one(count):
    pdf = draw(refused(count))
    first = page_one(pdf)
    assert "Refused because these required rules are not met" in first
    assert first.index("ST-20") < first.index("94.17 %")
    assert pages_of(pdf) <= 3
    assert "191 of 200 published problems" in first
    assert "Check it yourself" in first
    assert all(f"ST-{number}" in first for number in range(20, 20 + count))


@pytest.mark.parametrize("count", [1, 3])
def test_waivers_and_data_left_out_leave_page_one_its_room(count):
    used = WaiverUsed(
        payload_sha256="ab" * 32,
        seen="inconclusive",
        reason="a person reads every answer",
        ticket="RISK-118",
        approver="Dr. A. Beispiel",
        expires_at="2026-12-24T12:00:00Z",
    )
    waived = tuple(
        rules()[0].model_copy(update={"id": f"ST-{number:02}", "status": "waived", "waiver": used})
        for number in range(20, 20 + count)
    )
    found = results()
    left_out = found["corpus-scan"].model_copy(update={"unscanned": 1204, "unscanned_bytes": 31457, "coverage": 0.989})
    found["corpus-scan"] = left_out
    value = certificate(Level.ISSUER_RUN, rules=(*rules(), *waived), headlines=headlines(found))
    pdf = draw(value, found=found)
    first = page_one(pdf)
    assert first.count("ticket RISK-118") == count
    assert "Not checked" in first
    assert first.count("1,204 parts of the data could not be") == 3
    assert "safety, fairness, privacy or security" in first
    assert "Check it yourself" in first


def crowded():
    """Thirty rules, twenty families, three times the statements, and names as long as they may be."""
    words = "a name that goes on and on " * 12
    found = results()
    family = found["fresh-reasoning"].families[0]
    families = tuple(family.model_copy(update={"family": f"family-{number}"}) for number in range(20))
    found["fresh-reasoning"] = found["fresh-reasoning"].model_copy(update={"families": families})
    asked = tuple(rules()[number % 6].model_copy(update={"id": f"ST-{number:02}"}) for number in range(30))
    plain = certificate(Level.ISSUER_RUN)
    value = plain.model_copy(
        update={
            "rules": asked,
            "clauses": clauses() * 8,
            "evidence": plain.evidence * 3,
            "model": MODEL.model_copy(update={"name": words[:300], "architecture": words[:300]}),
            "issuer": words[:300],
            "declaration": DECLARATION_VALUE.model_copy(update={"owner": words[:300], "intended_use": words * 5}),
        }
    )
    return value, found


def test_whatever_is_certified_takes_three_pages_and_the_report_has_all_of_it():
    value, found = crowded()
    pdf = draw(value, found=found)
    assert pages_of(pdf) <= 3
    assert "Check it yourself" in page_one(pdf)
    whole = text_of(draw_report(value, found))
    assert all(f"family-{number} v1" in whole for number in range(20))
    assert whole.count("supports eu-ai-act/15-1") == 15
    assert all(f"ST-{number:02}" in text_of(pdf) for number in range(30))


def test_a_page_on_letter_is_told_from_one_on_a4_when_it_is_drawn_again():
    page = page_of(certificate(Level.ISSUER_RUN), results())
    pdf = render(page, attachment(), identifier=bytes(16), created=WHEN, paper="letter")
    signed_pdf = sign_pdf(pdf, SIGNER, issuer_certificate(SIGNER, "X", WHEN), WHEN)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert [round(float(side)) for side in document.pages[0].MediaBox] == [0, 0, 612, 792]
        assert len(document.pages) <= 3
    assert (paper_of(signed_pdf), paper_of(signed())) == ("letter", "a4")
    assert "Check it yourself" in page_one(pdf)
    with pytest.raises(UsageError) as error:
        paper_style("foolscap")
    assert error.value.code == "CERT-E570"
