"""Texts that want to be markup: whatever a stranger writes, no page gains an element or an attribute by it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from fastapi.testclient import TestClient

from tests.fakes.registry_world import CORPUS, HOSTILE
from tests.unit.registry.pages.conftest import Site


class Vocabulary(HTMLParser):
    """The elements of a page with the names of their attributes, its addresses, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.used = set[tuple[str, str]]()
        self.addresses = set[str]()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.used |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "action")}

    def handle_data(self, data: str) -> None:
        self.text += data


def pages_of(client: TestClient, site: Site, name: str) -> dict[str, Vocabulary]:
    """The pages about a certificate."""
    issued = site.world.issued[name]
    other = site.serial("active" if name != "active" else "reinstated")
    addresses = {
        "certificate": f"/c/{issued.serial}",
        "model": f"/m/{issued.certificate.model.identity}",
        "compare": f"/compare?a={issued.serial}&b={other}",
        "search": f"/?q={issued.serial}",
        "verify": f"/verify?serial={issued.serial}",
    }
    return {page: Vocabulary(client.get(address).text) for page, address in addresses.items()}


def test_hostile_texts_add_no_markup(client: TestClient, site: Site) -> None:
    plain = [pages_of(client, site, name) for name in ("active", "suspended")]
    hostile = pages_of(client, site, "hostile")
    for name, page in hostile.items():
        assert page.used <= set.union(*(one[name].used for one in plain)) | CLAUSES, name
        assert all(re.match(r"[/#]", address) for address in page.addresses), page.addresses
        assert HOSTILE[:40] in page.text or name == "verify"


CLAUSES = {("span", "class"), ("span", ""), ("table", "class"), ("caption", "")}
"""The plain certificates name no clauses; a table of them uses these."""


def test_hostile_texts_are_shown_as_they_are(client: TestClient, site: Site) -> None:
    text = pages_of(client, site, "hostile")["certificate"].text
    for one in CORPUS[:-1]:
        assert " ".join(one.split()) in text
    assert "[U+202E][U+2066]evil[U+2069]" in text
    assert "\u202e" not in text
    assert "{{7*7}}" in text, "no template is evaluated twice"


def test_every_strangers_text_is_isolated_from_its_surroundings(client: TestClient, site: Site) -> None:
    page = client.get(f"/c/{site.serial('right-to-left')}").text
    visible = re.sub(r"<title>.*?</title>|\s[a-z-]+=\"[^\"]*\"|<pre.*?</pre>", "", page, flags=re.DOTALL)
    assert visible.count("نموذج") == len(re.findall(r"<bdi>[^<]*نموذج", visible)) > 0


def test_data_in_a_page_cannot_end_its_element(client: TestClient, site: Site) -> None:
    page = client.get(f"/verify?serial={site.serial('hostile')}").text
    [data] = re.findall(r'<script type="application/json" id="registry-data">(.*?)</script>', page, re.DOTALL)
    assert not set("<>&'") & set(data)
    assert site.serial("hostile") in json.loads(data)["certificates"]


def test_hostile_texts_add_nothing_to_pictures_feeds_and_tables(client: TestClient, site: Site) -> None:
    serial = site.serial("hostile")
    badge = ElementTree.fromstring(client.get(f"/c/{serial}/badge.svg").text)
    drawn = {node.tag.rpartition("}")[2] for node in badge.iter()}
    assert drawn <= {"svg", "title", "rect", "g", "circle", "path", "text"}
    feed = ElementTree.fromstring(client.get("/feed.atom").text)
    known = {"feed", "title", "id", "updated", "author", "name", "entry", "link", "category", "summary"}
    assert {node.tag.rpartition("}")[2] for node in feed.iter()} == known
    assert HOSTILE in [node.text for node in feed.iter()]
    assert client.get(f"/c/{serial}/line.txt").headers["content-type"].startswith("text/plain")
