"""Mistakes in a policy, told to its author: the field, the line, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from certify.decide.form import CheckRequest, Examples, Parameter, Policy, Rule
from certify.decide.source import Place, Source
from certify.errors import UsageError

_FORMS: dict[str, type[BaseModel]] = {
    "rules": Rule,
    "checks": CheckRequest,
    "params": Parameter,
    "examples": Examples,
}
_LIST = ("a list", "begin each entry on a line of its own with a hyphen and a space, or write [a, b]")
_MAPPING = ("made of named fields", "write each as `name: value`, on a line of its own")
_WHOLE = ("a whole number", "write it in digits, without quotes")
_WANTED = {
    "string_type": ("text", "put it in quotes"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": ("true or false", "write true or false, without quotes"),
}
"""What a value should have been and how to write it, by pydantic's name of the mistake."""


def mistake(
    error: ValidationError, source: Source, prefix: Place = (), form: type[BaseModel] | None = None
) -> UsageError:
    """The first mistake that validation found, as an error for the author; a misspelt field before anything else.

    Args:
        error: what validation says.
        source: the file, for line numbers.
        prefix: where the validated part stands in the file.
        form: the type of the validated part, when it is not the policy itself.
    """
    found = error.errors(include_url=False, include_input=False)
    first = next((entry for entry in found if entry["type"] == "extra_forbidden"), found[0])
    place: Place = (*prefix, *first["loc"])
    where = f"{source.name}{_line(source, place)}"
    field = str(place[-1]) if place else "policy"
    if first["type"] == "extra_forbidden":
        known = names_of(form or _form_at(place))
        return UsageError(
            "CERT-E051",
            f"{where}: unknown field {field!r} in {_shown(place[:-1])}",
            why="a misspelt field would silently change what the policy asks",
            hint=closest(field, known) or f"known fields: {', '.join(known)}",
        )
    if first["type"] == "missing":
        what = f"{where}: {_shown(place[:-1])} lacks the field {field!r}"
        return UsageError("CERT-E051", what, hint=f"add `{field}:`")
    expected = str(first.get("ctx", {}).get("expected", ""))
    options = [option.strip(" '") for option in expected.replace(" or ", ", ").split(", ")] if expected else []
    if wanted := _WANTED.get(first["type"]):
        return UsageError("CERT-E051", f"{where}: {_shown(place)} is not {wanted[0]}", hint=wanted[1])
    what = f"{where}: {_shown(place)} is wrong: {first['msg'].removeprefix('Value error, ')}"
    return UsageError("CERT-E051", what, hint=f"use one of {', '.join(options)}" if options else "correct the value")


def closest(word: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the nearest known name; empty when none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def names_of(form: type[BaseModel]) -> list[str]:
    """The field names of a form as its author writes them."""
    return [name.rstrip("_") for name in form.model_fields]


def _form_at(place: Place) -> type[BaseModel]:
    for part in reversed(place[:-1]):
        if part in _FORMS:
            return _FORMS[str(part)]
    return Policy


def _line(source: Source, place: Place) -> str:
    for end in range(len(place), 0, -1):
        if place[:end] in source.lines:
            return f", line {source.lines[place[:end]]}"
    return ""


def _shown(place: Place) -> str:
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "the policy"
