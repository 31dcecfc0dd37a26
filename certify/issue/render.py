"""A page as PDF/A-3a and PDF/UA-1, the same bytes on every run. WeasyPrint draws it."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from certify.errors import InternalError, UsageError
from certify.issue.conformance import finisher
from certify.issue.fitting import Form, fitting
from certify.issue.glyphs import Drawable, printable
from certify.issue.pause import uncollected
from certify.issue.scripts import SCRIPTS, files_of, set_runs_apart, style_of
from certify.page.page import Page
from certify.page.row import Row
from certify.page.wording import bound, groups
from certify.resources import room
from certify.verify.pdf_contents import BUNDLE_NAME, Attached, bundle_attachment, contents_of
from certify.verify.pdf_metadata import marks

if TYPE_CHECKING:
    from jinja2 import Environment

SANS = ("Inter-Regular.otf", "Inter-SemiBold.otf")
FONTS = (*SANS, "JetBrainsMono-Regular.ttf", "EBGaramond-Regular.otf", *files_of(SCRIPTS))
"""All bundled fonts; those of scripts are loaded by pages that need them."""
PAPERS = ("a4", "letter")
"""Sizes a document can be drawn on."""
LAYOUT = 4
"""Raised whenever the same facts are set otherwise; files that name no layout are of the first."""
STYLE = "certify:style.css"
FONT_ADDRESS = "certify:fonts/"


@uncollected
def render(page: Page, attachment: bytes, *, identifier: bytes, created: datetime, paper: str = "a4") -> bytes:
    """The unsigned PDF of ``page`` with ``attachment`` inside as ``bundle.json``, and a certificate's parts beside it.

    The same arguments give the same bytes, in any process, as long as WeasyPrint, Pango and the fonts are
    those that ``renderer()`` names.

    Args:
        page: what to print.
        attachment: bytes of the bundle; its SHA-256 is printed on page one.
        identifier: 16 bytes that name the document, such as the start of the bundle's SHA-256.
        created: creation time written into the file, aware, to the second.
        paper: ``a4`` or ``letter``.

    Raises:
        UsageError: the ``pdf`` extra is not installed, or the time has no zone.
        InternalError: the template asks for something that is not bundled.
        HostileInput: CERT-E043 to CERT-E049, CERT-E081, a certificate's attachment is not its bundle.
    """
    moment = _moment(created)
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetcher = FontConfiguration(), _fetcher(_assets())

    def laid_out(form: Form) -> Any:
        html = weasyprint.HTML(
            string=_html(page, attachment, moment, form, paper), base_url="certify:", url_fetcher=fetcher
        )
        return html.render(
            stylesheets=_scripts(weasyprint, html, fonts, fetcher),
            font_config=fonts,
            pdf_variant="pdf/a-3a",
            pdf_tags=True,
            presentational_hints=False,
        )

    document = fitting(page, laid_out)
    contents = contents_of(attachment) if page.certificate else None
    attached = contents.attachments if contents else (bundle_attachment(attachment),)
    document.metadata.attachments = [_attachment(weasyprint, one, moment, fetcher) for one in attached]
    finish = finisher(attached, marks(contents, renderer()) if contents else None)
    # as digits: a carriage return would be written as it is, and readers differ in what they take it for
    name = identifier.hex().encode()
    pdf = document.write_pdf(finisher=finish, pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=name)
    return bytes(pdf)


@uncollected
def render_report(
    page: Page, *, identifier: bytes, created: datetime, paper: str = "a4", response: Row | None = None
) -> bytes:
    """The full report of ``page``: every rule with its clauses, every number, family, statement and setting.

    It is of any length, carries no attachment and no signature: whoever holds the bundle draws it again.

    Args:
        page: what to print.
        identifier: 16 bytes that name the document.
        created: creation time written into the file, aware, to the second.
        paper: ``a4`` or ``letter``.
        response: who answered to a refusal, and what they said.

    Raises:
        UsageError: as :func:`render`.
        InternalError: the template asks for something that is not bundled.
    """
    moment = _moment(created)
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    text = (
        _environment(scripts=True)
        .get_template("report.html")
        .render(
            page=page,
            response=response,
            shape=_drawn("mark.svg", mark=page.verdict),
            attachment_name=BUNDLE_NAME,
            created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            style=STYLE,
            paper=paper_style(paper),
        )
    )
    fonts, fetcher = FontConfiguration(), _fetcher(_assets())
    html = weasyprint.HTML(string=str(text), base_url="certify:", url_fetcher=fetcher)
    pdf = html.write_pdf(
        stylesheets=_scripts(weasyprint, html, fonts, fetcher),
        font_config=fonts,
        finisher=finisher((), None),
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        presentational_hints=False,
        pdf_identifier=identifier.hex().encode(),
    )
    return bytes(pdf)


def _moment(created: datetime) -> datetime:
    """A creation time as a PDF holds it."""
    if created.tzinfo is None:
        raise UsageError("CERT-E086", "the creation time of a PDF needs a time zone", hint="pass an aware datetime")
    return created.astimezone(UTC).replace(microsecond=0)


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


def _scripts(weasyprint: Any, html: Any, fonts: Any, fetcher: Any) -> list[Any]:
    """Style sheets of the scripts on a page, whose runs are set apart in it; most pages have none."""
    css = style_of(set_runs_apart(html.etree_element), FONT_ADDRESS)
    return [weasyprint.CSS(string=css, font_config=fonts, url_fetcher=fetcher)] if css else []


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


def _html(page: Page, attachment: bytes, moment: datetime, form: Form, paper: str) -> str:
    text = (
        _environment(scripts=True)
        .get_template("certificate.html")
        .render(
            page=page,
            charts=[_drawn("chart.svg", chart=panel.chart) if panel.chart else None for panel in page.panels],
            drop=_drawn("drop.svg", drop=page.drop) if page.drop else None,
            coverage=_drawn("coverage.svg", bars=page.provenance.bars) if page.provenance.bars else None,
            shape=_drawn("mark.svg", mark=page.verdict),
            level=None if page.level is None else _drawn("level.svg", level=page.level),
            qr=_data_uri(_qr(page.status_location)) if page.status_location else None,
            bundle=groups(hashlib.sha256(attachment).hexdigest()),
            attachment_name=BUNDLE_NAME,
            density=form.density,
            annex=form.annex,
            shown_reasons=form.reasons,
            created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            style=STYLE,
            paper=paper_style(paper),
        )
    )
    return str(text)


def _drawn(template: str, **facts: Any) -> str:
    """A drawing as an address that a page can show."""
    return _data_uri(_environment(scripts=False).get_template(template).render(**facts).encode())


def paper_style(paper: str) -> str:
    """Address of the style sheet that sets the size of the paper.

    Raises:
        UsageError: CERT-E570, there is no such paper.
    """
    if paper not in PAPERS:
        raise UsageError("CERT-E570", f"{paper[:40]!r} is no paper", hint=f"choose one of: {', '.join(PAPERS)}")
    return f"certify:{paper}.css"


@cache
def _environment(*, scripts: bool) -> Environment:
    """Templates whose values are printable; drawings name the page's own fonts and have no other scripts."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = room("templates") / "certificate"
    characters = Drawable((SANS[0], "JetBrainsMono-Regular.ttf"), _font, SCRIPTS if scripts else ())

    def shown(value: Any) -> Any:
        return printable(bound(value), characters) if type(value) is str else value

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
    folder = room("templates") / "certificate"
    assets = {f"{FONT_ADDRESS}{name}": ("font/sfnt", _font(name)) for name in FONTS}
    sheets = ("style", *PAPERS)
    return assets | {f"certify:{name}.css": ("text/css", (folder / f"{name}.css").read_bytes()) for name in sheets}


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
