"""The forms of a description's fields: dates of the calendar, languages, licences, and text of bounded length."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer

from certify.evidence.base import Value

_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language, extended languages
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",  # private use
    re.IGNORECASE | re.ASCII,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_OPERATOR = re.compile(r"(?:^|[\s()])(?:AND|OR|WITH)(?:[\s()]|$)")
_LICENCE_ID = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+\+?")


def calendar_date(text: str) -> str:
    """``text`` if it is a day of the calendar, ``2026-11-23``. Source: RFC 3339, full-date.

    Raises:
        ValueError: it is not.
    """
    if not _DATE.fullmatch(text):
        raise ValueError("write a date as YYYY-MM-DD")
    date.fromisoformat(text)
    return text


def language_tag(text: str) -> str:
    """``text`` if it is a well-formed language tag, such as ``en`` or ``zh-Hant``. Source: RFC 5646 section 2.1.

    Raises:
        ValueError: it is not.
    """
    if len(text) > 35 or not _LANGUAGE.fullmatch(text):
        raise ValueError("write a language as its tag, such as en, de-AT or zh-Hant")
    return text


def domain_name(text: str) -> str:
    """``text`` if it is the name of a host in lower case, without scheme or path.

    Raises:
        ValueError: it is not.
    """
    if len(text) > 253 or not _DOMAIN.fullmatch(text):
        raise ValueError("write a domain as its name alone in lower case, such as example.org")
    return text


def licence_text(text: str) -> str:
    """``text`` if it is an SPDX expression or plain words.

    Whatever holds AND, OR or WITH must be an expression; identifiers are not looked up.
    Source: SPDX 3.0.1 annex B, licence expressions.

    Raises:
        ValueError: an operator without its two sides, or brackets that do not match.
    """
    if _OPERATOR.search(text) and not _is_expression(text):
        raise ValueError("this licence expression is incomplete; compare with MIT OR Apache-2.0")
    return text


def _is_expression(text: str) -> bool:
    depth, before = 0, "AND"
    for part in re.findall(r"[()]|[^\s()]+", text):
        wants_name = before in ("AND", "OR", "WITH", "(")
        if part == "(":
            fits, depth = wants_name and before != "WITH", depth + 1
        elif part == ")":
            fits, depth = not wants_name, depth - 1
        elif part in ("AND", "OR", "WITH"):
            fits = not wants_name and not (part == "WITH" and before == ")")
        else:
            fits = wants_name and _LICENCE_ID.fullmatch(part) is not None
        if not fits or depth < 0:
            return False
        before = part
    return depth == 0 and before not in ("AND", "OR", "WITH")


CalendarDate = Annotated[str, AfterValidator(calendar_date)]
"""A day, ``2026-11-23``."""

LanguageTag = Annotated[str, AfterValidator(language_tag)]
"""A language, ``en`` or ``zh-Hant``."""

DomainName = Annotated[str, AfterValidator(domain_name)]
"""A host, ``example.org``."""

LicenceText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(licence_text)]
"""A licence: an SPDX expression where one exists, else its name or where to read it."""

Line = Annotated[str, Field(min_length=1, max_length=500)]
"""A name, an address or a short remark."""

Prose = Annotated[str, Field(min_length=1, max_length=4000)]
"""A few sentences."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many; exact."""


class Stated(Value):
    """A value whose every field is optional: what is absent or empty is not written, and claims nothing."""

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value not in ((), [], {}, None)}


def require_order(earlier: str | None, later: str | None, what: str) -> None:
    """Returns if a window ends no earlier than it begins, or has an open end.

    Raises:
        ValueError: it ends first.
    """
    if earlier is not None and later is not None and later < earlier:
        raise ValueError(f"{what} ends before it begins")
