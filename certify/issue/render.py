"""A page as PDF/A-3a and PDF/UA-1, the same bytes on every run. WeasyPrint draws it."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from certify.errors import InternalError, UsageError
from certify.issue.conformance import declare_accessible
from certify.issue.glyphs import Drawable, printable
from certify.issue.pause import uncollected
from certify.issue.scripts import SCRIPTS, files_of, set_runs_apart, style_of
from certify.page.page import Page
from certify.page.wording import groups
from certify.resources import room

if TYPE_CHECKING:
    from jinja2 import Environment

ATTACHMENT_NAME = "bundle.json"
"""Name of the attached file; readers look for it."""

SANS = ("Inter-Regular.otf", "Inter-SemiBold.otf")
FONTS = (*SANS, "JetBrainsMono-Regular.ttf", "EBGaramond-Regular.otf", *files_of(SCRIPTS))
"""All bundled fonts; those of scripts are loaded by pages that need them."""
DENSITIES = ("", "dense", "dense tight", "dense tight bare")
"""Ways to set page one, roomiest first; the first in which it is one page is taken."""
LAYOUT = 2
"""Raised whenever the same facts are set otherwise; files that name no layout are of the first."""
STYLE = "certify:style.css"
FONT_ADDRESS = "certify:fonts/"


@uncollected
def render(page: Page, attachment: bytes, *, identifier: bytes, created: datetime) -> bytes:
    """The unsigned PDF of ``page`` with ``attachment`` inside as ``bundle.json``.

    The same arguments give the same bytes, in any process, as long as WeasyPrint, Pango and the fonts are
    those that ``renderer()`` names.

    Args:
        page: what to print.
        attachment: bytes of the bundle; its SHA-256 is printed on page one.
        identifier: 16 bytes that name the document, such as the start of the bundle's SHA-256.
        created: creation time written into the file, aware, to the second.

    Raises:
        UsageError: the ``pdf`` extra is not installed, or the time has no zone.
        InternalError: the template asks for something that is not bundled.
    """
    if created.tzinfo is None:
        raise UsageError("CERT-E086", "the creation time of a PDF needs a time zone", hint="pass an aware datetime")
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    moment = created.astimezone(UTC).replace(microsecond=0)
    fonts = FontConfiguration()
    fetcher = _fetcher(_assets())
    for density in DENSITIES[page.dense :]:
        text = _html(page, attachment, moment, density)
        html = weasyprint.HTML(string=text, base_url="certify:", url_fetcher=fetcher)
        sheets = _scripts(weasyprint, html, fonts, fetcher)
        document = html.render(
            stylesheets=sheets, font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True, presentational_hints=False
        )
        if "annexes" in document.pages[1].anchors:
            break
    document.metadata.attachments = [_attachment(weasyprint, attachment, moment, fetcher)]
    # as digits: a carriage return would be written as it is, and readers differ in what they take it for
    name = identifier.hex().encode()
    pdf = document.write_pdf(finisher=declare_accessible, pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=name)
    return bytes(pdf)


def renderer() -> str:
    """What drew the page, with versions: a re-rendering by other versions may differ in bytes."""
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    fonts = hashlib.sha256(b"".join(_font(name) for name in FONTS)).hexdigest()[:16]
    pango_words = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    return f"weasyprint {_weasyprint().__version__}, pango {pango_words}, fonts {fonts}, layout {LAYOUT}"


def _weasyprint() -> Any:
    try:
        import jinja2  # noqa: F401
        import segno  # noqa: F401
        import weasyprint
    except (ImportError, OSError) as error:
        raise UsageError(
            "CERT-E085",
            "this install cannot draw PDFs",
            f"a library is missing: {error}",
            "pip install 'certify-models[pdf]'; on Debian also apt install libpango-1.0-0 libpangoft2-1.0-0",
        ) from error
    return weasyprint


def _scripts(weasyprint: Any, html: Any, fonts: Any, fetcher: Any) -> list[Any]:
    """Style sheets of the scripts on a page, whose runs are set apart in it; most pages have none."""
    css = style_of(set_runs_apart(html.etree_element), FONT_ADDRESS)
    return [weasyprint.CSS(string=css, font_config=fonts, url_fetcher=fetcher)] if css else []


def _attachment(weasyprint: Any, content: bytes, moment: datetime, fetcher: Any) -> Any:
    return weasyprint.Attachment(
        file_obj=io.BytesIO(content),
        name=ATTACHMENT_NAME,
        description="Signed certificate, its evidence statements and log proofs: what this document shows",
        created=moment,
        modified=moment,
        relationship="Data",
        url_fetcher=fetcher,
    )


def _html(page: Page, attachment: bytes, moment: datetime, density: str) -> str:
    environment, plain = _environment(scripts=True), _environment(scripts=False)
    drawings = plain.get_template("chart.svg")
    charts = [_data_uri(drawings.render(chart=panel.chart).encode()) if panel.chart else None for panel in page.panels]
    levels = plain.get_template("level.svg")
    text = environment.get_template("certificate.html").render(
        page=page,
        charts=charts,
        level=None if page.level is None else _data_uri(levels.render(level=page.level).encode()),
        qr=_data_uri(_qr(page.status_location)) if page.status_location else None,
        bundle=groups(hashlib.sha256(attachment).hexdigest()),
        attachment_name=ATTACHMENT_NAME,
        density=density,
        created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        style=STYLE,
    )
    return str(text)


@cache
def _environment(*, scripts: bool) -> Environment:
    """Templates whose values are printable; drawings name the page's own fonts and have no other scripts."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = room("templates") / "certificate"
    characters = Drawable((SANS[0], "JetBrainsMono-Regular.ttf"), _font, SCRIPTS if scripts else ())

    def shown(value: Any) -> Any:
        return printable(value, characters) if type(value) is str else value

    return Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()


def _qr(text: str) -> bytes:
    """A QR code, error level M. Source: ISO/IEC 18004."""
    import segno

    out = io.BytesIO()
    try:
        segno.make_qr(text, error="m").save(out, kind="svg", border=0, xmldecl=False, omitsize=True, dark="#14213d")
    except ValueError as error:
        raise UsageError("CERT-E086", "the status location is too long for a QR code", str(error)) from error
    return out.getvalue()


@cache
def _font(name: str) -> bytes:
    return (room("templates") / "fonts" / name).read_bytes()


@cache
def _assets() -> Mapping[str, tuple[str, bytes]]:
    """Everything a page may load: address to media type and bytes."""
    style: Traversable = room("templates") / "certificate" / "style.css"
    assets = {f"{FONT_ADDRESS}{name}": ("font/sfnt", _font(name)) for name in FONTS}
    assets[STYLE] = ("text/css", style.read_bytes())
    return assets


def _fetcher(assets: Mapping[str, tuple[str, bytes]]) -> Any:
    """A fetcher that knows the bundled files and ``data:`` alone; anything else stops the rendering."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class BundledOnly(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url in assets:
                kind, body = assets[url]
                return URLFetcherResponse(url, body, {"Content-Type": kind})
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise _Refused(url)

    class _Refused(FatalURLFetchingError, InternalError):  # type: ignore[misc]
        def __init__(self, url: str) -> None:
            InternalError.__init__(
                self, "CERT-E087", f"a page asked for {url[:80]!r}", "certificates load bundled files only"
            )

    return BundledOnly()
