"""What a Croissant document says of data, and whether its files are the ones at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote

from certify.attest.data_description import Said, usable
from certify.attest.plain_yaml import NotPlain, read_bounded
from certify.errors import HostileInput
from certify.evidence.canonical import parse_json
from certify.identify.manifest import Manifest

MAX_CROISSANT = 16 * 1024 * 1024
_VERSION = re.compile(r"https?://mlcommons\.org/croissant/1\.[01]")
_PREFIXES = (
    "https://schema.org/", "http://schema.org/", "http://mlcommons.org/croissant/RAI/", "http://mlcommons.org/croissant/",
    "http://www.w3.org/ns/prov#", "http://purl.org/dc/terms/", "schema:", "sc:", "cr:", "rai:", "prov:", "dct:",
)  # fmt: skip
_SPDX = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LINES = {
    "summary": ("description",),
    "version": ("version",),
    "location": ("url",),
    "method": ("dataCollection",),
    "intendedUse": ("dataUseCases",),
}
_LISTS = {
    "languages": ("inLanguage",),
    "biases": ("dataBiases",),
    "limitations": ("dataLimitations",),
    "preprocessing": ("dataPreprocessingProtocol", "dataManipulationProtocol"),
    "annotation": ("dataAnnotationProtocol",),
}


class NamedFile(NamedTuple):
    """A file that the document names."""

    names: tuple[str, ...]
    """What it may be called on disk."""
    sha256: str | None
    """Its digest, where the document states one."""


class CroissantFile(NamedTuple):
    """A Croissant document, read."""

    said: Said
    """What it says, in the names of a description."""
    files: tuple[NamedFile, ...]
    """The files it names."""


def read_croissant(path: Path) -> CroissantFile:
    """The description in a Croissant 1.0 or 1.1 document; nothing that it refers to is fetched.

    Terms are taken by their usual prefixes. Source: Croissant format specification 1.1; Croissant RAI 1.0.

    Raises:
        HostileInput: CERT-E123, unreadable, larger than 16 MiB, or not a Croissant document; the codes of the
            strict JSON reader.
    """
    try:
        document = parse_json(read_bounded(path, max_bytes=MAX_CROISSANT), name=str(path), max_bytes=MAX_CROISSANT)
    except NotPlain as error:
        raise _foreign(path, str(error)) from error
    if not isinstance(document, dict):
        raise _foreign(path, "it is not a JSON object")
    terms = _terms(document, path)
    if "Dataset" not in map(_local, _texts(terms.get("@type"))):
        raise _foreign(path, "its @type is not Dataset")
    if not any(_VERSION.fullmatch(version) for version in _texts(terms.get("conformsTo"))):
        raise _foreign(path, "its conformsTo names no version 1.0 or 1.1 of Croissant")
    files = tuple(_file(_terms(one, path)) for one in _objects(terms.get("distribution")))
    return CroissantFile(usable(_fields(terms, path), str(path)), files)


def compare_files(found: CroissantFile, manifest: Manifest) -> tuple[str, ...]:
    """Sentences about how far the document's files are the shards at hand.

    A file is held against the shard of the same path, or of the same last part where only one shard has it.

    Raises:
        HostileInput: CERT-E124, a file has another SHA-256 than the shard of its name.
    """
    shards = {entry.path: entry for entry in manifest.files}
    last: dict[str, list[str]] = {}
    for path in shards:
        last.setdefault(PurePosixPath(path).name, []).append(path)
    equal: set[str] = set()
    for file in found.files:
        shard = _shard_of(file, shards.keys(), last)
        if shard is None or file.sha256 is None:
            continue
        if shards[shard].sha256 != file.sha256:
            raise HostileInput(
                "CERT-E124",
                f"{found.said.origin} describes another {shard} than the one at hand",
                f"it states SHA-256 {file.sha256[:16]}..., the shard has {shards[shard].sha256[:16]}...",
                "find the version of the data that it describes, or leave --croissant out",
            )
        equal.add(shard)
    return (f"{found.said.origin}: {len(equal)} of {len(shards)} shards have the SHA-256 that it states",)


def _shard_of(file: NamedFile, paths: Any, last: dict[str, list[str]]) -> str | None:
    for name in file.names:
        if name in paths:
            return name
    for name in file.names:
        alike = last.get(PurePosixPath(name).name, [])
        if len(alike) == 1:
            return alike[0]
    return None


def _fields(terms: dict[str, Any], path: Path) -> dict[str, Any]:
    fields: dict[str, Any] = {name: "\n".join(_all(terms, keys)) for name, keys in _LINES.items()}
    fields |= {name: _all(terms, keys) for name, keys in _LISTS.items()}
    fields["name"] = next(iter(_texts(terms.get("name"))), "")
    fields["licence"] = _licence(terms)
    fields["issued"] = next(iter(_texts(terms.get("datePublished"))), "")[:10]
    makers = _texts(terms.get("creator")) or _texts(terms.get("publisher"))
    fields["provider"] = {"name": ", ".join(makers)} if makers else {}
    window = [text[:10] for text in _texts(terms.get("dataCollectionTimeframe"))]
    fields["collectedFrom"], fields["collectedUntil"] = (min(window), max(window)) if len(window) > 1 else ("", "")
    people = _texts(terms.get("personalSensitiveInformation"))
    fields["personalData"] = {"categories": people} if people else {}
    fields["formats"] = sorted({text for one in _objects(terms.get("distribution"))
                                for text in _texts(_terms(one, path).get("encodingFormat"))})  # fmt: skip
    fields["sources"] = [_source(one, path) for one in _items(terms.get("wasDerivedFrom")) if _texts(one)]
    return {name: value for name, value in fields.items() if value}


def _source(one: Any, path: Path) -> dict[str, Any]:
    terms = _terms(one, path) if isinstance(one, dict) else {}
    place = next(iter(_texts(terms.get("url")) or _texts(terms.get("@id"))), None)
    licence = _licence(terms)
    stated = {"name": _texts(one)[0], "kind": "other", "location": place, "licence": licence or None}
    return {name: value for name, value in stated.items() if value is not None}


def _licence(terms: dict[str, Any]) -> str:
    found = [(_SPDX.fullmatch(text), text) for text in _texts(terms.get("license"))]
    return "; ".join(match[1] if match else text for match, text in found)


def _file(terms: dict[str, Any]) -> NamedFile:
    names = [unquote(name) for key in ("contentUrl", "@id", "name") for name in _texts(terms.get(key))]
    stated = next(iter(_texts(terms.get("sha256"))), "").lower()
    return NamedFile(tuple(name.removeprefix("./") for name in names), stated if _SHA256.fullmatch(stated) else None)


def _terms(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The object with its terms under their local names."""
    terms: dict[str, Any] = {}
    for key, value in document.items():
        if _local(key) in terms:
            raise _foreign(path, f"it has the term {_local(key)[:100]} twice")
        terms[_local(key)] = value
    return terms


def _local(term: str) -> str:
    return next((term.removeprefix(prefix) for prefix in _PREFIXES if term.startswith(prefix)), term)


def _all(terms: dict[str, Any], keys: tuple[str, ...]) -> list[str]:
    return [text for key in keys for text in _texts(terms.get(key))]


def _texts(value: Any) -> list[str]:
    """The words of a JSON-LD value: plain, in a list, under a language, or the name of an object."""
    return [text for one in _items(value) for text in [_text(one)] if text]


def _text(one: Any) -> str:
    if isinstance(one, dict):
        named = next(
            (one[key] for key in ("@value", "name", "sc:name", "prov:label", "url", "@id", "en") if key in one), None
        )
        one = named if named is not None else next(iter(one.values()), None)
    return str(one).strip() if isinstance(one, str | int) and not isinstance(one, bool) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (one for one in _items(value) if isinstance(one, dict))


def _foreign(path: Path, why: str) -> HostileInput:
    return HostileInput(
        "CERT-E123", f"{path} cannot be read as a Croissant document", why, "check it with mlcroissant validate"
    )
