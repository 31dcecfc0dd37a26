"""Templates filled with the facts of a page, outside a PDF: badges, charts and marks as SVG of their own."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from certify.errors import UsageError
from certify.page.line import Badge
from certify.resources import room

if TYPE_CHECKING:
    from jinja2 import Environment

CONTROL = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
"""Categories of characters that no drawing shows as they are."""


def badge_svg(badge: Badge) -> str:
    """The badge as an SVG document that loads nothing.

    Raises:
        UsageError: CERT-E085, the template library is not installed.
    """
    return drawing("badge.svg", badge=badge)


def drawing(template: str, **facts: Any) -> str:
    """A drawing of ``templates/certificate`` as an SVG document; text is escaped, hidden characters are spelled out.

    Raises:
        UsageError: CERT-E085, the template library is not installed.
    """
    return str(_environment().get_template(template).render(**facts))


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError as error:
        raise UsageError(
            "CERT-E085",
            "this install cannot draw",
            f"a library is missing: {error}",
            "pip install 'certify-models[pdf]'",
        ) from error
    folder = room("templates") / "certificate"
    return Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def visible(text: str) -> str:
    """The text with control characters and direction overrides as their code points, ``[U+202E]``."""
    return "".join(
        f"[U+{ord(character):04X}]" if unicodedata.category(character) in CONTROL else character for character in text
    )
