"""Numbers as they are written where a comma begins the decimals: read as one value, or not at all. Total."""

from __future__ import annotations

import re
from collections.abc import Sequence

COMMA = frozenset(
    {
        *("bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "id", "is", "it", "lb", "lt", "lv"),
        *("nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi"),
    }
)
"""Languages that begin decimals with a comma. Source: Unicode CLDR, numbers, decimal symbol of the language alone."""

_REGIONS = frozenset({"AT", "DE", "ES", "FR", "IT", "NL", "PT", "BR", "BE", "LU"})
"""Regions that write like their language; with any other, such as ``de-CH`` or ``es-MX``, nothing is assumed."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*")
_PLAIN = re.compile(r"\d+")
_POINT_GROUPS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,(\d+))?")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_COMMA_GROUP = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_LONGEST = 4_000


def writes_comma(languages: Sequence[str]) -> bool:
    """Whether all languages, BCP 47 tags, begin decimals with a comma."""
    return bool(languages) and all(_writes_comma(tag) for tag in languages)


def with_point(text: str) -> str | None:
    """A short text with every number in it as digits with a decimal point, without groups and closing zeros.

    ``0,5`` is ``0.5``, ``1.234,5`` is ``1234.5``, ``1.000`` is ``1000``, and ``0.5`` stays. ``1,000`` may be one or a
    thousand, so a text with it gives None, and so does one with digits that are no number, such as ``1,2,3``.
    """
    if len(text) > _LONGEST:
        return None
    plain = text.replace("{,}", ",")
    values = [_value(found[0]) for found in _TOKEN.finditer(plain)]
    if any(value is None for value in values):
        return None
    parts = iter(values)
    return _TOKEN.sub(lambda found: next(parts) or "", plain)


def number_with_point(text: str) -> str | None:
    """The same where the whole text is one number, with or without a sign; None for any other text."""
    bare = text.strip()
    digits = bare.lstrip("+-\u2212")
    return with_point(bare) if len(bare) - len(digits) <= 1 and _TOKEN.fullmatch(digits.replace("{,}", ",")) else None


def _value(token: str) -> str | None:
    if _PLAIN.fullmatch(token):
        return token
    if grouped := _POINT_GROUPS.fullmatch(token):
        return _joined(token.partition(",")[0].replace(".", ""), grouped[1] or "")
    decimal = _DECIMAL.fullmatch(token)
    if decimal is None or _COMMA_GROUP.fullmatch(token):
        return None
    return _joined(decimal[1], decimal[2])


def _joined(whole: str, decimals: str) -> str:
    kept = decimals.rstrip("0")
    return f"{whole}.{kept}" if kept else whole


def _writes_comma(tag: str) -> bool:
    language, _, rest = tag.partition("-")
    return language.lower() in COMMA and (not rest or rest.upper() in _REGIONS)
