"""The page of a scan: complete in itself, harmless whatever the data holds, and honest about what it leaves out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.export.scan_cards import MAX_CARDS, MAX_PASSAGES, MAX_PLACES, shown_spans
from certify.export.scan_marks import MAX_TEXT, Piece, side_by_side, visible
from certify.export.scan_page import scan_page, spans_to_show
from certify.scan.normalise import words
from tests.fakes.scan_sample import Corpus, finding, sample

pytest.importorskip("jinja2")

VERDICT = "Found: 4 of 7 benchmark items in the training data"


@pytest.fixture(scope="module")
def page() -> str:
    report, benchmark, texts = sample()
    return scan_page([report], [benchmark], texts, verdict=VERDICT, tone="contaminated").decode()


def test_every_class_has_a_section_and_a_badge_in_words(page):
    for title in ("Found", "Answer alone", "Template twins", "Common passages", "Not checked"):
        assert re.search(rf"<h2>{title}\b", page)
    for badge in ("Full copy", "Partial copy", "Reordered copy", "Template twin", "Common passage"):
        assert re.search(rf'class="sign">.</span> {badge}</span>', page), badge


def test_every_class_is_counted(page):
    counts = re.findall(r'<th scope="row">([a-z ,-]+)</th><td>([\d,]+)</td></tr>', page)
    assert dict(counts) == {
        "full copies": "1", "partial copies": "2", "reordered copies": "1", "answer alone": "1", "template twins": "1",
        "common passages": "1", "look-alikes, not shown": "1",
    }  # fmt: skip


def test_the_page_asks_nobody_for_anything(page):
    without_fonts = re.sub(r"url\(data:[^)]*\)", "", page)
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img|<iframe|javascript:", without_fonts)
    assert "default-src 'none'" in page


def test_text_of_the_corpus_is_text_and_nothing_else(page):
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "[U+202E]" in page
    assert "\u202e" not in page


def test_a_class_name_or_shard_cannot_carry_markup():
    report, benchmark, texts = sample()
    evil = report.model_copy(update={"benchmark": "<b>x", "skipped": ("<i>y\u202e",), "rule": "<u>z"})
    page = scan_page([evil], [benchmark], texts, verdict="<s>", tone="contaminated").decode()
    assert not re.search(r"<(b|i|u|s)>", page)


def test_why_nothing_found_is_not_enough_stands_below_the_verdict():
    report, benchmark, texts = sample()
    page = scan_page([report], [benchmark], texts, verdict="Incomplete", tone="incomplete", reasons=["<half> read"])
    assert "<li>&lt;half&gt; read</li>" in page.decode()


def test_what_was_not_checked_is_named(page):
    assert "web/part-00003.jsonl.zst</span> (1,204,224 bytes): damaged: it ends early" in page
    assert "web/part-00017.jsonl.zst, document 91</span>" in page
    assert "2 files of a kind without text: notes.docx, web/logo.png" in page
    assert "1 item too short to tell a copy from chance: q7" in page


def test_a_passage_in_many_places_is_shown_once_and_its_places_counted(page):
    assert page.count("bytes 5 to 113</li>") == MAX_PLACES
    assert "and the same text in 2 places more" in page


def test_data_that_changed_is_said_and_not_shown(page):
    assert page.count("The data has changed since it was scanned") == 1


def test_two_renderings_are_the_same_bytes():
    report, benchmark, texts = sample()
    pages = {scan_page([report], [benchmark], texts, verdict=VERDICT, tone="contaminated") for _ in range(2)}
    assert len(pages) == 1


def test_more_items_and_passages_than_fit_are_counted():
    report, benchmark, _ = sample()
    corpus = Corpus()
    spans = [corpus.span(f"passage {n} about brown eggs") for n in range(MAX_PASSAGES + 2)]
    many = report.model_copy(update={"findings": tuple([finding("q1", spans)] * (MAX_CARDS + 5))})
    page = scan_page([many], [benchmark], corpus.texts, verdict=VERDICT, tone="contaminated").decode()
    assert f"This page shows the first {MAX_CARDS}" in page
    assert page.count("2 more passages of this item, worded otherwise, are not shown") == MAX_CARDS
    assert len(shown_spans(many.findings)) == MAX_CARDS * MAX_PASSAGES


def test_the_spans_to_bring_are_those_the_page_shows():
    report, benchmark, texts = sample()
    shown = spans_to_show([report])
    only = {(span.shard, span.document, span.start, span.end) for span in shown}
    some = {place: text for place, text in texts.items() if place in only}
    assert len(some) < len(texts)
    whole = scan_page([report], [benchmark], texts, verdict=VERDICT, tone="contaminated")
    assert scan_page([report], [benchmark], some, verdict=VERDICT, tone="contaminated") == whole


TEXTS = st.text(st.sampled_from("ab1 \n.,<É漢\u202e\\"), max_size=60)


@given(TEXTS, TEXTS, st.booleans())
def test_marking_loses_no_text_and_marks_only_what_both_have(item, passage, in_order):
    ours, theirs = side_by_side(item, passage, in_order=in_order)
    assert "".join(piece.text for piece in ours) == visible(item)
    assert "".join(piece.text for piece in theirs) == visible(passage)
    marked = [word for piece in ours if piece.matched for word in words(piece.text)]
    assert set(marked) <= set(words(passage)) | set(words(visible(item)))
    if in_order:
        count = sum(len(words(piece.text)) for piece in theirs if piece.matched)
        assert (count == 0) == (not marked)


def test_words_that_differ_are_not_marked():
    ours, theirs = side_by_side("Anna buys 3 red hats today", "anna BUYS 4 red, hats today!", in_order=True)
    assert ours == (Piece("Anna buys", True), Piece(" 3 ", False), Piece("red hats today", True))
    assert theirs == (Piece("anna BUYS", True), Piece(" 4 ", False), Piece("red, hats today", True), Piece("!", False))


def test_shuffled_sentences_are_marked_wherever_they_stand():
    ours, theirs = side_by_side("one two three. four five six.", "four five six. one two three.", in_order=False)
    assert [piece.text for piece in ours if piece.matched] == ["one two three. four five six"]
    assert [piece.text for piece in theirs if piece.matched] == ["four five six. one two three"]


def test_long_texts_are_cut_and_still_marked():
    item = " ".join(f"w{n}" for n in range(4000))
    ours, theirs = side_by_side(item, item, in_order=True)
    assert sum(len(piece.text) for piece in ours) == MAX_TEXT
    assert theirs[0].matched
