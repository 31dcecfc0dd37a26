"""Templates: markup is made nowhere else, and whatever is put into it is escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from certify.counting import counted
from certify.page.annex import key_words
from certify.page.wording import clip, groups, minute
from certify.resources import room
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.wording import STATUSES, day, shown

if TYPE_CHECKING:
    from jinja2 import Environment

FONTS = ("Inter-Regular.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf", "EBGaramond-Regular.otf")
MODULES = (
    *("bytes.js", "canonical.js", "dsse.js", "merkle.js", "note.js", "pdf.js", "status.js", "verify.js"),
    *("proof.js", "page.js"),
)
"""The scripts of the pages in an order in which each stands behind what it imports."""
_TYPES = {"css": "text/css", "js": "text/javascript", "otf": "font/otf", "ttf": "font/ttf"}


def draw(template: str, links: ServerLinks, /, **values: Any) -> str:
    """A template of ``templates/registry/``, filled in."""
    return str(_environment().get_template(f"registry/{template}").render(links=links, **values))


def static_file(name: str) -> tuple[bytes, str] | None:
    """A style sheet, script or font with its media type; None where there is none of that name."""
    if name in FONTS:
        place = room("templates") / "fonts" / name
    elif name in MODULES:
        place = room("templates") / "registry" / "js" / name
    elif name == "registry.css":
        place = room("templates") / "registry" / name
    else:
        return None
    return place.read_bytes(), _TYPES[name.rpartition(".")[2]]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup, escape

    def isolated(text: str) -> Markup:
        """A stranger's text that cannot change the direction of what stands around it. Source: Unicode UAX 9."""
        return Markup("<bdi>{}</bdi>").format(escape(shown(text)))

    def spelled(value: Any) -> Any:
        return shown(value) if type(value) is str else value

    environment = Environment(
        loader=FunctionLoader(lambda name: (room("templates") / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=spelled,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(own=isolated, groups=groups, key=key_words, minute=minute, day=day, clip=clip)
    environment.globals.update(statuses=STATUSES, counted=counted)
    return environment
