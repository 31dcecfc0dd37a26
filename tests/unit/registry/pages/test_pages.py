"""What the pages say, and what they refuse to show."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Depends, FastAPI, HTTPException
from fastapi.testclient import TestClient

from certify.errors import RegistryError
from certify.trust.keys import generate_signer
from certify_registry import Registry
from certify_registry.pages.browser_data import browser_data
from certify_registry.pages.catalogue import Catalogue
from certify_registry.pages.drawing import MODULES
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.router import pages_router
from certify_registry.pages.settings import PagesSettings
from certify_registry.pages.views import Views
from certify_registry.pages.wording import STATUSES, csv_cell, shown
from certify_registry.reader import Reader
from tests.fakes.registry_world import ORIGIN
from tests.unit.registry.pages.conftest import Site, site_of

SERIAL_OF_NOBODY = "CM-0000-0000-0000"
STANDINGS = {
    "superseded": "Superseded",
    "active": "Active",
    "revoked": "Revoked",
    "suspended": "Suspended",
    "expired": "Expired",
    "reinstated": "Active",
}


def words(html: str) -> str:
    """A page's text without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize("name", STANDINGS)
def test_a_certificate_says_how_it_stands_before_anything_else(client: TestClient, site: Site, name: str) -> None:
    page = client.get(f"/c/{site.serial(name)}").text
    main = words(page[page.index("<main") :])
    assert STANDINGS[name] in words(page[page.index("<title") : page.index("</title")])
    assert main.startswith(STANDINGS[name]) == (STANDINGS[name] != "Active")
    assert ("Do not rely on it" in main) == (name in ("revoked", "suspended"))
    assert ("When issued: Certified" in main) == (STANDINGS[name] != "Active")


def test_a_certificate_shows_the_facts_of_its_pdf_and_its_evidence(client: TestClient, site: Site) -> None:
    issued = site.world.issued["active"]
    held = site.catalogue.held(issued.serial)
    text = words(client.get(f"/c/{issued.serial}").text)
    for fact in (*held.page.facts, *held.page.configuration):
        assert fact.text in text
    for line in (*held.page.not_checked, *(panel.value for panel in held.page.panels)):
        assert line in text
    assert "policy 75 %" in text, "the threshold comes out of the policy in the bundle"
    assert "recordsRoot" in text, "the evaluation can be read in the page"
    assert held.page.command in text


def test_every_download_is_what_the_log_says_it_is(client: TestClient, site: Site) -> None:
    issued = site.world.issued["active"]
    row = site.catalogue.row(issued.serial)
    assert client.get(f"/c/{issued.serial}/bundle.json").content == issued.bundle
    assert client.get(f"/log/{row.log_index}.json").content == site.registry.bundle_at(row.log_index)
    for one in issued.certificate.evidence:
        answer = client.get(f"/c/{issued.serial}/{one.payload_sha256}.json")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")


def test_a_pdf_is_served_only_if_it_is_the_logged_one(site: Site, client: TestClient) -> None:
    issued = site.world.issued["suspended"]
    place = site.world.files / f"{issued.serial}.pdf"
    answer = client.get(f"/c/{issued.serial}.pdf")
    assert hashlib.sha256(answer.content).hexdigest() == site.catalogue.pdf_sha256(issued.serial)
    try:
        place.write_bytes(issued.pdf + b" ")
        assert client.get(f"/c/{issued.serial}.pdf").status_code == 404
        assert f"/c/{issued.serial}.pdf" not in client.get(f"/c/{issued.serial}").text
    finally:
        place.write_bytes(issued.pdf)


def test_search_finds_by_name_issuer_serial_digest_policy_and_status(client: TestClient, site: Site) -> None:
    issued = site.world.issued["active"]
    identity = issued.certificate.model.identity

    def found(**query: str) -> set[str]:
        return set(re.findall(r'href="/c/(CM-[^"]+)"', client.get("/", params=query).text))

    both = {issued.serial, site.serial("superseded")}
    assert found(q="HONEST") == both
    assert found(q=issued.serial.lower()) == {issued.serial}
    assert found(q=" ".join(identity[at : at + 4] for at in range(0, 64, 4)).upper()) == both
    assert found(status="revoked") == {site.serial("revoked")}
    assert found(policy="starter@1.0.0", q="honest", status="valid") == {issued.serial}
    assert len(found(issuer="institut FÜR modellprüfung")) == 7
    assert found(q="no such model") == set()


def test_search_goes_on_where_it_ended(site: Site) -> None:
    client = TestClient(site_of(site.world, listed=3).app)
    address, seen = "/", list[str]()
    for _ in range(3):
        page = client.get(address).text
        seen += re.findall(r'href="/c/(CM-[^"]+)"', page)
        more = re.search(r'href="(/\?before=\d+)"', page)
        address = more.group(1) if more else ""
    assert address == ""
    assert sorted(seen) == sorted(issued.serial for issued in site.world.issued.values())
    table = client.get("/certificates.csv")
    assert table.headers["link"].startswith("</certificates.csv?before=")
    assert table.text.count("CM-") == 3


@pytest.mark.parametrize(
    ("address", "code", "status"),
    [
        (f"/c/{SERIAL_OF_NOBODY}", "CERT-E680", 404),
        ("/c/../../etc/passwd", "Not Found", 404),
        ("/c/%2e%2e%2fworkspace.json", "CERT-E680", 404),
        (f"/c/{SERIAL_OF_NOBODY}/badge.svg", "CERT-E680", 404),
        ("/m/abc", "CERT-E680", 404),
        ("/issuers/" + "0" * 64, "CERT-E680", 404),
        ("/log/999999999999999.json", "CERT-E079", 404),
        ("/log/99999999999999999999999.json", "CERT-E680", 404),
        ("/log/-1.json", "CERT-E680", 404),
        ("/static/..%2f..%2fpyproject.toml", "Not Found", 404),
        ("/static/secrets.txt", "CERT-E680", 404),
        ("/?status=nope", "CERT-E681", 400),
        ("/?before=x", "CERT-E681", 400),
        ("/?q=%00", "CERT-E681", 400),
        ("/?q=" + "a" * 400, "CERT-E681", 400),
        ("/compare?a=1&b=1", "CERT-E681", 400),
        (f"/compare?a={SERIAL_OF_NOBODY}", "CERT-E680", 404),
        ("/verify?serial=x", "CERT-E680", 404),
    ],
)
def test_what_is_not_there_is_said_plainly(client: TestClient, address: str, code: str, status: int) -> None:
    answer = client.get(address)
    assert (answer.status_code, code in answer.text) == (status, True)


def test_a_registry_that_fails_is_a_page_too(site: Site) -> None:
    def broken() -> Reader:
        raise RegistryError("CERT-E070", "the registry is damaged", "", "ask again later")

    app = FastAPI()
    app.include_router(pages_router(broken, site.settings))
    answer = TestClient(app).get("/")
    assert (answer.status_code, "CERT-E070" in answer.text) == (503, True)


def test_a_bundle_comes_out_of_a_kept_pdf_where_no_folder_has_it(drawn: Site) -> None:
    issued = drawn.world.issued["active"]
    with Registry.open(drawn.world.registry, drawn.world.log_key) as registry:
        registry.put_blob(issued.pdf)
        found = Catalogue(registry, PagesSettings())
        file = found.file(found.row(issued.serial))
        assert file is not None
        assert file.to_bytes() == issued.bundle


def test_head_asks_for_the_same_without_the_body(client: TestClient, site: Site) -> None:
    for address in ("/", f"/c/{site.serial('active')}", f"/c/{site.serial('active')}/bundle.json"):
        assert client.head(address).status_code == 200


def test_guards_stand_before_every_page(site: Site) -> None:
    def nobody() -> None:
        raise HTTPException(401)

    app = FastAPI()
    app.include_router(pages_router(lambda: site.registry, site.settings, guards=[Depends(nobody)]))
    client = TestClient(app)
    for address in ("/", "/log", "/verify", "/feed.atom", f"/c/{site.serial('active')}", "/certificates.csv"):
        assert client.get(address).status_code == 401


def test_every_page_forbids_what_it_does_not_need(client: TestClient, site: Site) -> None:
    serial = site.serial("active")
    for address in ("/", f"/c/{serial}", "/log", "/verify", "/c/nothing", "/static/page.js", "/feed.atom"):
        headers = client.get(address).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"].replace("style-src 'unsafe-inline'; sandbox", "")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    page = client.get("/").headers["content-security-policy"]
    for part in ("script-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in page


def test_scripts_and_styles_are_never_inline(client: TestClient, site: Site) -> None:
    for address in ("/", f"/c/{site.serial('hostile')}", "/log", "/verify"):
        page = client.get(address).text
        assert re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))", page) == []
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", re.sub(r"&[a-z#0-9]+;", "", page))


def test_static_files_are_sent_once(client: TestClient) -> None:
    for name in (*MODULES, "registry.css", "Inter-Regular.otf"):
        first = client.get(f"/static/{name}")
        assert first.status_code == 200
        again = client.get(f"/static/{name}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_comparison_shows_what_changed_first(client: TestClient, site: Site) -> None:
    page = client.get(f"/compare?a={site.serial('superseded')}&b={site.serial('active')}").text
    changed = words(" ".join(re.findall(r'<tr class="changed">.*?</tr>', page, re.DOTALL)))
    assert "88.3 %" in changed
    assert "94.17 %" in changed
    assert "Tested configuration" not in changed


def test_the_badge_and_the_line_carry_the_live_status(client: TestClient, site: Site) -> None:
    for name, word in STANDINGS.items():
        badge = client.get(f"/c/{site.serial(name)}/badge.svg")
        ElementTree.fromstring(badge.text)
        assert badge.headers["content-type"] == "image/svg+xml"
        assert badge.headers["cross-origin-resource-policy"] == "cross-origin"
        told = {"Active": "valid"}.get(word, word.lower())
        assert re.search(rf"<title>{site.serial(name)}: .*, {told}</title>", badge.text)
        line = client.get(f"/c/{site.serial(name)}/line.txt").text
        assert line.startswith(f"{site.serial(name)}: ")
        assert line.endswith(f", {told}\n")
        assert line.count("\n") == 1


def test_every_status_differs_in_word_sign_and_shape() -> None:
    for field in ("word", "sign", "shape"):
        assert len({getattr(one, field) for one in STATUSES.values()}) == len(STATUSES)


def test_the_feed_names_every_change_of_standing_once(client: TestClient, site: Site) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(client.get("/feed.atom").text)
    entries = feed.findall(f"{atom}entry")
    ids = [entry.findtext(f"{atom}id") for entry in entries]
    assert len(set(ids)) == len(ids) == 6
    assert all((one or "").startswith(f"urn:certify:log:{ORIGIN}:") for one in ids)
    titles = [entry.findtext(f"{atom}title") for entry in entries]
    assert titles[0] == f"{site.serial('reinstated')} reinstated"
    assert f"{site.serial('revoked')} revoked" in titles


def test_the_table_is_safe_in_a_spreadsheet(client: TestClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/certificates.csv").text)))
    assert len(rows) == 9
    assert len({len(row) for row in rows}) == 1
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)
    assert csv_cell("=1+1") == "'=1+1"
    assert csv_cell("@a\nb") == "'@a b"


def test_texts_that_reorder_or_hide_others_are_spelled() -> None:
    assert shown("a\u202eb\x00\u200bc") == "a[U+202E]b[U+0000][U+200B]c"
    assert shown("نموذج") == "نموذج"
    assert shown("e" + "\u0301" * 40) == "e" + "\u0301" * 3


def test_a_retired_key_is_still_known_as_such(tmp_path: Path) -> None:
    key, other = generate_signer(), generate_signer()
    with Registry.create(tmp_path / "registry", "log.example/a", Ed25519PrivateKey.generate()) as registry:
        registry.enroll(key.public_pem, "Former Ltd", "issuer")
        registry.enroll(other.public_pem, "Present Ltd", "issuer")
        registry.retire(key.public_pem, "Former Ltd", "issuer")
        catalogue = Catalogue(registry, PagesSettings())
        keys = browser_data(catalogue, [], complete=True)["keys"]
        assert {one["party"]: one["former"] for one in keys.values()} == {"Former Ltd": True, "Present Ltd": False}
        page = words(Views(catalogue, ServerLinks()).issuer(key.keyid))
        assert "takes no statement from this key now" in page
        assert "Former Ltd" in page
