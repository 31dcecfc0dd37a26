"""A reader's way through the pages, in the system's Chromium: finding, reading, dropping files, without a network."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from certify_registry.pages.site import write_site
from tests.fakes.registry_world import HOSTILE, TODAY
from tests.unit.registry.pages.conftest import Site, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHECKED = "✓ Checked in this browser"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on the day of the tests, whose errors fail the test."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    opened = context.new_page()
    opened.clock.set_fixed_time(TODAY)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    yield opened
    context.close()
    assert errors == []


def drop(page: Page, name: str, data: bytes) -> list[str]:
    """Drop a file as a hand does, with the network cut; returns what was asked for meanwhile."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.evaluate("document.getElementById('outcome').replaceChildren()")
    page.evaluate(
        """([name, bytes]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
            const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
            document.getElementById('drop').dispatchEvent(event);
        }""",
        [name, base64.b64encode(data).decode()],
    )
    page.locator("#outcome .notice").wait_for()
    page.context.set_offline(False)
    return asked


def test_a_reader_finds_a_certificate_and_drops_its_pdf(page: Page, address: str, drawn: Site) -> None:
    active, revoked = drawn.world.issued["active"], drawn.world.issued["revoked"]
    page.goto(address)
    page.get_by_role("searchbox", name="Model, issuer, serial or digest").fill("honest-reasoner")
    page.keyboard.press("Enter")
    page.get_by_role("row", name=active.serial).get_by_role("link").click()
    page.locator("#proof-verdict", has_text=CHECKED).wait_for()
    assert page.locator(".node.checked").count() > 3
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the serial").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == active.serial
    page.get_by_role("link", name="compare").first.click()
    assert "88.3 %" in page.locator(".changed").all_inner_texts()[1]
    page.goto(f"{address}/verify")

    assert drop(page, "good.pdf", active.pdf) == []
    assert page.locator("#outcome h2").inner_text() == "Valid, as far as a browser can check"
    assert "✗" not in page.locator("#outcome").inner_text()

    for place in (20, len(active.pdf) // 2, len(active.pdf) - 9):
        tampered = bytearray(active.pdf)
        tampered[place] ^= 1
        assert drop(page, "tampered.pdf", bytes(tampered)) == []
        assert page.locator("#outcome h2").inner_text() == "Invalid. Do not rely on this file"
        assert "Every byte as issued: " in page.locator("#outcome .notice").inner_text()
    assert drop(page, "longer.pdf", active.pdf + b"\n") == []
    assert "not, byte for byte, the one that was issued" in page.locator("#outcome").inner_text()

    assert drop(page, "revoked.pdf", revoked.pdf) == []
    outcome = page.locator("#outcome").inner_text()
    assert outcome.startswith("Revoked. Do not rely on this certificate")
    assert "The evaluator's key was stolen" in outcome
    assert "!\xa0Withdrawn" in outcome.replace(" ", "\xa0")


def test_a_screen_reader_hears_the_verdict_first(page: Page, address: str, drawn: Site) -> None:
    page.goto(f"{address}/c/{drawn.serial('revoked')}")
    heard = page.locator("main").aria_snapshot()
    lines = [line.strip() for line in heard.splitlines()]
    assert lines[0].startswith("- main") or "Revoked" in lines[0]
    assert 'heading "Revoked. Do not rely on it. A revocation is final." [level=2]' in heard
    assert heard.index("Revoked. Do not rely") < heard.index("Certificate of evaluation")
    for part in (
        'heading "Not checked"',
        'heading "History"',
        'heading "Rule by rule"',
        'img "Assurance level 1 of 3"',
    ):
        assert part in heard
    assert page.locator("h1").count() == 1
    assert page.get_by_role("navigation").count() == 1
    page.goto(f"{address}/verify")
    assert page.locator("#outcome").get_attribute("aria-live") == "polite"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    with page.expect_file_chooser():
        page.locator("#file").press("Enter")


def test_hostile_texts_run_nothing_and_fit_a_telephone(browser: Browser, address: str, drawn: Site) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.clock.set_fixed_time(TODAY)
    model = drawn.world.issued["hostile"].certificate.model
    try:
        for path in ("/", f"/c/{drawn.serial('hostile')}", f"/m/{model.identity}", "/log", "/verify"):
            page.goto(address + path)
            assert page.evaluate("window.pwned") is None
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert drop(page, HOSTILE, drawn.world.issued["hostile"].bundle) == []
        assert HOSTILE[:60] in page.locator("#outcome").inner_text()
        assert page.evaluate("window.pwned") is None
        assert page.locator("#outcome img").count() == 0
    finally:
        context.close()


def test_everything_can_be_read_without_javascript(browser: Browser, address: str, drawn: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    try:
        page.goto(f"{address}/?q=grammar")
        page.get_by_role("link", name="grammar-coach-1b").click()
        assert page.locator("main h2").first.inner_text().startswith("Revoked.")
        assert "88.32 %" in page.locator(".panels").first.inner_text()
        page.locator("summary", has_text="evaluation").click()
        assert "recordsRoot" in page.locator("details[open] pre").inner_text()
        assert page.locator("button.copy:visible").count() == 0
        assert "certify verify checks it" in page.locator("#proof-verdict").inner_text()
        page.goto(f"{address}/verify")
        assert "This check needs JavaScript" in page.locator("main").inner_text()
        assert page.locator("#drop:visible").count() == 0
    finally:
        context.close()


@pytest.mark.slow  # seconds of the browser's time, for what node and the journey see in part
def test_a_large_registry_asks_for_the_serial_first(browser: Browser, drawn: Site) -> None:
    small = site_of(drawn.world, preloaded=2)
    context = browser.new_context()
    page = context.new_page()
    page.clock.set_fixed_time(TODAY)
    html = dict(_verify_pages(small))
    page.route(
        "**/verify*", lambda route: route.fulfill(body=html[_serial(route.request.url)], content_type="text/html")
    )
    page.route("**/static/*", lambda route: route.fulfill(**_static(route.request.url)))
    issued = drawn.world.issued["active"]
    try:
        page.goto("http://localhost/verify")
        drop(page, "old.json", issued.bundle)
        assert page.locator("#outcome h2").inner_text() == "Not decided"
        assert f"has not loaded {issued.serial}" in page.locator("#outcome").inner_text()
        page.goto(f"http://localhost/verify?serial={issued.serial}")
        drop(page, "old.json", issued.bundle)
        assert page.locator("#outcome h2").inner_text() == "Valid, as far as a browser can check"
    finally:
        context.close()


def _verify_pages(site: Site) -> list[tuple[str, str]]:
    from certify_registry.pages.links import ServerLinks
    from certify_registry.pages.views import Views

    views = Views(site.catalogue, ServerLinks())
    return [(serial, views.verify(serial)) for serial in ("", site.serial("active"))]


def _serial(url: str) -> str:
    return url.partition("serial=")[2]


def _static(url: str) -> dict[str, object]:
    from certify_registry.pages.drawing import static_file

    found = static_file(url.rpartition("/")[2])
    assert found is not None
    return {"body": found[0], "content_type": found[1]}


@pytest.mark.slow  # writes more than two hundred files and opens some
def test_the_folder_of_files_works_without_a_server(page: Page, drawn: Site, tmp_path: Path) -> None:
    write_site(drawn.registry, drawn.registry.objects, drawn.settings, tmp_path / "pages")
    page.goto(f"file://{tmp_path}/pages/index.html")
    page.get_by_role("searchbox").fill("revoked")
    assert page.locator(".list tbody tr:visible").count() == 1
    page.get_by_role("link", name="grammar-coach-1b").click()
    page.locator("#proof-verdict", has_text=CHECKED).wait_for()
    page.get_by_role("link", name="Check a copy in this browser").click()
    drop(page, "good.pdf", drawn.world.issued["active"].pdf)
    assert page.locator("#outcome h2").inner_text() == "Valid, as far as a browser can check"


@pytest.mark.slow  # every text of five pages is measured, twice
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_light_and_dark(browser: Browser, address: str, drawn: Site, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    try:
        for path in ("/", f"/c/{drawn.serial('revoked')}", f"/c/{drawn.serial('suspended')}", "/log", "/verify"):
            page.goto(address + path)
            assert page.evaluate(LOW_CONTRAST) == [], path
    finally:
        context.close()


LOW_CONTRAST = """() => {
  const linear = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const channel = (value) => linear(value / 255);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const node of document.querySelectorAll('body *')) {
    const text = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!text || !node.checkVisibility() || node.closest('svg, .unseen, .skip')) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(colour(style.color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)} ${node.textContent.slice(0, 30)}`);
  }
  return low;
}"""
"""Texts with less contrast than 4.5 to 1. Source: WCAG 2.2, success criterion 1.4.3."""
