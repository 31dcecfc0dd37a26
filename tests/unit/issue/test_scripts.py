"""Names in any of the bundled scripts: drawn with our fonts, joined, in their place."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from xml.etree.ElementTree import fromstring, tostring

import pytest

pytest.importorskip("weasyprint")

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.issue.glyphs import printable
from certify.issue.render import _environment
from certify.issue.scripts import ARABIC, HAN, HEBREW, SCRIPTS, script_of, set_runs_apart, style_of
from certify.resources import room
from tests.fakes.page_samples import ARABIC as ARABIC_NAME
from tests.fakes.page_samples import CHINESE, CYRILLIC, GREEK, JAPANESE, KOREAN, VIETNAMESE, drawn
from tests.fakes.page_samples import HEBREW as HEBREW_NAME

EVERY_NAME = (CHINESE, JAPANESE, KOREAN, HEBREW_NAME, ARABIC_NAME, VIETNAMESE, GREEK, CYRILLIC)


def shown(text: str) -> str:
    """What a page prints for a text."""
    return str(_environment(scripts=True).from_string("{{ text }}").render(text=text))


def apart(text: str) -> str:
    """A paragraph with its runs set apart, as markup."""
    root = fromstring("<html><body><p/></body></html>")
    root[0][0].text = text
    set_runs_apart(root)
    return tostring(root[0][0], encoding="unicode")


@pytest.mark.parametrize("name", EVERY_NAME)
def test_names_are_printed_as_they_are(name):
    assert shown(name) == name


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ไทย", "[U+0E44][U+0E17][U+0E22]"),
        ("Ａ１", "[U+FF21][U+FF11]"),
        ("\ufefb", "[U+FEFB]"),
        ("ｶ", "[U+FF76]"),
        ("か\u309a", "か[U+309A]"),
        ("ab\u05b0", "ab[U+05B0]"),
        ("שׁ\u05b0", "שׁ\u05b0"),
        ("ש\u05c1\u05b0\u05b1", "ש\u05b0\u05b1[U+05C1]"),
        ("مُدَرَّب", unicodedata.normalize("NFC", "مُدَرَّب")),
        ("می\u200cخواهم", "می[U+200C]خواهم"),
    ],
)
def test_what_would_mislead_or_cannot_be_drawn_is_spelled_out(text, printed):
    assert shown(text) == unicodedata.normalize("NFC", printed)


def test_drawings_have_the_pages_own_scripts_only():
    template = _environment(scripts=False).from_string("{{ text }}")
    assert template.render(text="Pr\u00fcf \u5343") == "Prüf [U+5343]"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("plain 12", "<p>plain 12</p>"),
        ("שלום 12", '<p><span class="hebrew">שלום</span> 12</p>'),
        ("12 שלום", '<p>12 <span class="hebrew">שלום</span></p>'),
        ("a שלום 12 עולם b", '<p>a <span class="hebrew">שלום 12 עולם</span> b</p>'),
        ("שלום (עולם)", '<p><span class="hebrew">שלום</span> (<span class="hebrew">עולם</span>)</p>'),
        ("שלום and עולם", '<p><span class="hebrew">שלום</span> and <span class="hebrew">עולם</span></p>'),
        ("עברית عربي", '<p><span class="hebrew">עברית</span> <span class="arabic">عربي</span></p>'),
        ("ש" * 25, f'<p><span class="hebrew long">{"ש" * 25}</span></p>'),
        (
            "ש" * 13 + "ن" * 13,
            f'<p><span class="hebrew long">{"ש" * 13}</span><span class="arabic long">{"ن" * 13}</span></p>',
        ),
        ("千问-7B。", '<p><span class="han">千问</span>-7B<span class="han">。</span></p>'),
    ],
)
def test_runs_are_set_apart_from_what_stands_around_them(text, markup):
    assert apart(text) == markup


@given(st.text("ab 1-(של عم千か", max_size=40))
@settings(max_examples=150, deadline=None)
def test_setting_apart_changes_no_text_and_leaves_no_other_letters_outside(text):
    root = fromstring("<html><body><p><b/></p></body></html>")
    paragraph = root[0][0]
    paragraph.text, paragraph[0].text, paragraph[0].tail = text, text, text
    set_runs_apart(root)
    assert "".join(paragraph.itertext()) == text * 3
    for element in root.iter():
        inside = next((one for one in SCRIPTS if one.name in element.get("class", "").split()), None)
        assert {script_of(one) for one in element.text or ""} <= {inside, None}
        assert not any(script_of(one) for one in element.tail or "")


def test_titles_and_styles_are_left_alone():
    root = fromstring("<html><head><title>שלום</title><style>/* 千 */</style></head></html>")
    assert set_runs_apart(root) == ()


def test_a_page_loads_the_fonts_of_its_scripts_alone():
    assert style_of((), "certify:fonts/") == ""
    assert "NotoSansHan" not in style_of((HEBREW, ARABIC), "x/")
    fonts = room("templates") / "fonts"
    assert all((fonts / file).is_file() for one in SCRIPTS for _, file in one.fonts)
    assert len((fonts / HAN.fonts[0][1]).read_bytes()) < 4_000_000


def positions(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Left and right edge of each word of page one, the first of its kind; its letters from left to right."""
    done = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    found: dict[str, tuple[float, float]] = {}
    for left, right, word in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)".*?>(.*)</word>', done.stdout.decode()):
        found.setdefault(word, (float(left), float(right)))
    return found


def test_a_right_to_left_name_is_read_from_the_right_and_moves_nothing_else():
    """The name is מודל הסקה עברי, then 12, then an Arabic name: each run in itself, in the order of the text."""
    place = positions(drawn("right to left"))
    words = {word: edges for shown, edges in place.items() for word in (shown, shown[::-1])}
    first, last = words["מודל"], words["עברי"]
    assert last[1] <= first[0] + 1  # the last word of the run is at its left
    assert first[1] <= words["12"][0] + 1  # the number follows the whole run


def test_arabic_letters_are_joined():
    """Shaping picks other glyphs for letters that join; without it each would be the one of its isolated form."""
    import io

    import pikepdf
    from fontTools.ttLib import TTFont

    with pikepdf.open(io.BytesIO(drawn("right to left"))) as pdf:
        font = next(
            one
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and str(one.get("/BaseFont", "")).endswith("+CertifyArabic")
            and "/ToUnicode" in one
        )  # fmt: skip
        mapped = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]{4})>", font.ToUnicode.read_bytes())
    cmap = TTFont(str(room("templates") / "fonts" / "NotoSansArabic-Regular.ttf"))
    isolated = {cmap.getGlyphID(name) for name in cmap.getBestCmap().values()}
    joined = [code for code, text in mapped if int(code, 16) not in isolated and int(text, 16) > 0x600]
    assert len(joined) >= 5
    assert printable("ن", frozenset()) == "[U+0646]"
