"""A page as PDF/A-3a and PDF/UA-1, the same bytes on every run. WeasyPrint draws it."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from certify.errors import InternalError, UsageError
from certify.issue.conformance import finisher
from certify.issue.glyphs import covered, printable
from certify.page.page import Page
from certify.page.wording import groups
from certify.resources import room
from certify.verify.pdf_contents import BUNDLE_NAME, Attached, bundle_attachment, contents_of
from certify.verify.pdf_metadata import marks

if TYPE_CHECKING:
    from jinja2 import Environment

SANS = ("Inter-Regular.otf", "Inter-SemiBold.otf")
FONTS = (*SANS, "JetBrainsMono-Regular.ttf", "EBGaramond-Regular.otf")
DENSITIES = ("", "dense", "dense tight", "dense tight bare")
"""Ways to set page one, roomiest first; the first in which it is one page is taken."""
LAYOUT = 2
"""Raised whenever the same facts are set otherwise; files that name no layout are of the first."""
STYLE = "certify:style.css"


def render(page: Page, attachment: bytes, *, identifier: bytes, created: datetime) -> bytes:
    """The unsigned PDF of ``page`` with ``attachment`` inside as ``bundle.json``, and a certificate's parts beside it.

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
        HostileInput: CERT-E043 to CERT-E049, CERT-E081, a certificate's attachment is not its bundle.
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
        document = html.render(font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True, presentational_hints=False)
        if "annexes" in document.pages[1].anchors:
            break
    contents = contents_of(attachment) if page.certificate else None
    attached = contents.attachments if contents else (bundle_attachment(attachment),)
    document.metadata.attachments = [_attachment(weasyprint, one, moment, fetcher) for one in attached]
    finish = finisher(attached, marks(contents, renderer()) if contents else None)
    # as digits: a carriage return would be written as it is, and readers differ in what they take it for
    name = identifier.hex().encode()
    pdf = document.write_pdf(finisher=finish, pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=name)
    return bytes(pdf)


def renderer() -> str:
    """What drew the page, with versions: a re-rendering by other versions may differ in bytes.

    Named are all that have a hand in the bytes: layout (WeasyPrint, Pango, HarfBuzz), writing (pydyf, zlib),
    subsetting of fonts (HarfBuzz, else fontTools), the fonts' own bytes and the layout's number.
    """
    from importlib.metadata import version

    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    fonts = hashlib.sha256(b"".join(_font(name) for name in FONTS)).hexdigest()[:16]
    pango_words = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    parts = [f"weasyprint {_weasyprint().__version__}", f"pango {pango_words}", _harfbuzz()]
    parts += [f"{name} {version(name)}" for name in ("fonttools", "pydyf")]
    return ", ".join([*parts, f"zlib {zlib.ZLIB_RUNTIME_VERSION}", f"fonts {fonts}", f"layout {LAYOUT}"])


@cache
def _harfbuzz() -> str:
    """Version of the library that shapes text, and whether it also cuts the fonts down."""
    from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset

    ffi.cdef("const char *hb_version_string(void);")  # WeasyPrint declares what it calls itself, and this is not
    words = ffi.string(harfbuzz.hb_version_string()).decode("ascii")
    return f"harfbuzz {words}" if harfbuzz_subset is not None else f"harfbuzz {words} without subset"


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


def _attachment(weasyprint: Any, one: Attached, moment: datetime, fetcher: Any) -> Any:
    return weasyprint.Attachment(
        file_obj=io.BytesIO(one.content),
        name=one.name,
        description=one.description,
        created=moment,
        modified=moment,
        relationship=one.relationship,
        url_fetcher=fetcher,
    )


def _html(page: Page, attachment: bytes, moment: datetime, density: str) -> str:
    environment = _environment()
    drawings = environment.get_template("chart.svg")
    charts = [_data_uri(drawings.render(chart=panel.chart).encode()) if panel.chart else None for panel in page.panels]
    levels = environment.get_template("level.svg")
    text = environment.get_template("certificate.html").render(
        page=page,
        charts=charts,
        level=None if page.level is None else _data_uri(levels.render(level=page.level).encode()),
        qr=_data_uri(_qr(page.status_location)) if page.status_location else None,
        bundle=groups(hashlib.sha256(attachment).hexdigest()),
        attachment_name=BUNDLE_NAME,
        density=density,
        created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        style=STYLE,
    )
    return str(text)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = room("templates") / "certificate"
    characters = covered([_font(name) for name in (SANS[0], "JetBrainsMono-Regular.ttf")])

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
    assets = {f"certify:fonts/{name}": ("font/sfnt", _font(name)) for name in FONTS}
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
