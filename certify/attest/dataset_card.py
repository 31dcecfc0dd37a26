"""What the head of a Hugging Face dataset card says of data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from certify.attest.data_description import Said, usable
from certify.attest.plain_yaml import NotPlain, plain_yaml, read_bounded
from certify.errors import HostileInput
from certify.evidence.data_fields import language_tag

MAX_CARD = 1024 * 1024
_HEAD = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_HUB = re.compile(r"[\w.-]+/[\w.-]+")
_SPDX = {
    name.lower(): name
    for name in (
        "Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "CC0-1.0", "CC-BY-2.0", "CC-BY-2.5",
        "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0",
        "CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0",
        "PDDL-1.0", "ODC-By-1.0", "ODbL-1.0", "CDLA-Sharing-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0",
        "GFDL-1.3", "GPL-2.0", "GPL-3.0", "AGPL-3.0", "LGPL-3.0", "MPL-2.0", "Unlicense", "WTFPL", "Zlib", "ISC",
    )
} | {"pddl": "PDDL-1.0", "odc-by": "ODC-By-1.0", "odbl": "ODbL-1.0", "gfdl": "GFDL-1.3"}  # fmt: skip
"""The hub's name of a licence to the SPDX identifier."""
_SILENT = {"original", "extended", "unknown", "no-annotation", "n/a", "found"}


def read_card(path: Path) -> Said:
    """The description in a card's front matter, strict YAML between two lines of ``---``; its text is not read.

    Source: Hugging Face hub documentation, dataset cards.

    Raises:
        HostileInput: CERT-E123, unreadable, larger than 1 MiB, without front matter, or not plain YAML.
    """
    try:
        data = read_bounded(path, max_bytes=MAX_CARD)
        head = _HEAD.match(data)
        if head is None:
            raise NotPlain("it does not begin with front matter between two lines of ---")
        card = plain_yaml(head[1])
    except NotPlain as error:
        raise HostileInput(
            "CERT-E123",
            f"{path} cannot be read as a dataset card",
            str(error)[:500],
            "give the README.md of the dataset as the hub holds it",
        ) from error
    spoken = [text for key in ("language", "languages") for text in _words(card.get(key))]
    languages = [text for text in spoken if _is_tag(text)]
    said = usable(_fields(card, languages), str(path))
    odd = sorted(set(spoken) - set(languages))
    notes = [f"{path}: the language {text[:60]!r} is no language tag and was left out" for text in odd]
    return Said(said.origin, said.fields, (*said.notes, *notes))


def _fields(card: dict[str, Any], languages: list[str]) -> dict[str, Any]:
    band = ", ".join(_words(card.get("size_categories")))
    fields: dict[str, Any] = {
        "name": " ".join(_words(card.get("pretty_name"))),
        "licence": _licence(card),
        "languages": languages,
        "size": {"band": band} if band else {},
        "sources": [_source(text) for text in _words(card.get("source_datasets")) if text not in _SILENT],
        "intendedUse": ", ".join([*_words(card.get("task_categories")), *_words(card.get("task_ids"))]),
        "annotation": [text for text in _words(card.get("annotations_creators")) if text not in _SILENT],
        "method": ", ".join(_words(card.get("language_creators"))),
    }
    return {name: value for name, value in fields.items() if value}


def _licence(card: dict[str, Any]) -> str:
    names = _words(card.get("license"))
    if names == ["other"]:
        return " ".join([*_words(card.get("license_name")), *_words(card.get("license_link"))]) or "other"
    return "; ".join(_SPDX.get(name.lower(), name) for name in names if name != "unknown")


def _source(text: str) -> dict[str, str]:
    name = text.removeprefix("extended|")
    place = {"location": f"https://huggingface.co/datasets/{name}"} if _HUB.fullmatch(name) else {}
    return {"name": name, "kind": "public_dataset", **place}


def _words(value: Any) -> list[str]:
    """The texts of a value that the hub takes alone or in a list."""
    return [
        one.strip() for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one.strip()
    ]


def _is_tag(text: str) -> bool:
    try:
        return bool(language_tag(text))
    except ValueError:
        return False
