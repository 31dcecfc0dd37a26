"""An OpenSSF model signature's list of files, read out of untrusted bytes.

Source: OpenSSF Model Signing Specification v1.0, sections 5, 6 and 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.evidence.canonical import parse_json
from certify.evidence.statement import STATEMENT_TYPE
from certify.identify.oms import (
    DEFAULT_IGNORED,
    DEPRECATED_TYPE,
    DIGEST_LENGTH,
    MAX_SIGNATURE,
    NAMES,
    PREDICATE_TYPE,
    Binding,
    Method,
    Resource,
    Serialization,
    is_plain,
    malformed,
    root_digest,
)

MAX_NAME = 1000
"""Characters of what a signer calls a model."""


class SignedModel(NamedTuple):
    """What a signature says of a model, well formed; nobody has checked it against files yet."""

    name: str
    """What the signer called the folder; for people only."""
    root: str
    """SHA-256 over the digests in order; it binds neither names nor where one file ends."""
    serialization: Serialization
    resources: tuple[Resource, ...]
    binding: Binding | None
    """Only in signatures of ours."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """Paths left out beyond the default ones, sorted."""
        return tuple(sorted(set(self.serialization.ignore_paths or ()) - set(DEFAULT_IGNORED)))

    def files(self) -> dict[str, tuple[str, ...]]:
        """Path to the digests of its ranges in order, or to its one digest."""
        if self.serialization.method == "files":
            return {resource.name: (resource.digest,) for resource in self.resources}
        return _ranges(self.resources, self.serialization.shard_size or 0)


def parse_payload(payload: bytes) -> SignedModel:
    """What untrusted bytes sign; refused unless it has exactly one meaning.

    Raises:
        HostileInput: CERT-E114 another kind of statement, no or several subjects, a root that does not fit the
            resources, unsorted, repeated or unsafe names, mixed algorithms; the codes of the strict JSON reader.
    """
    document = parse_json(payload, name="the signed statement", max_bytes=MAX_SIGNATURE)
    predicate, subject = _parts(document)
    if not isinstance(predicate.get("resources"), list) or not predicate["resources"]:
        raise malformed("it lists no files")
    resources = tuple(_read(Resource, each) for each in predicate["resources"])
    serialization = _read(Serialization, predicate.get("serialization"))
    _refuse_inconsistent(predicate["serialization"], serialization, resources)
    root = root_digest(resources)
    if subject["digest"].get("sha256") != root:
        raise malformed("its root digest is not the one of the files it lists")
    signed = SignedModel(subject["name"], root, serialization, resources, _binding(subject))
    _refuse_names(signed)
    return signed


def _parts(document: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = {"_type", "subject", "predicateType", "predicate"}
    if not isinstance(document, dict) or set(document) != fields or document["_type"] != STATEMENT_TYPE:
        raise malformed("what is signed is not an in-toto Statement v1")
    if document["predicateType"] == DEPRECATED_TYPE:
        raise malformed("it is of the deprecated version 0.2, which does not say how files were chosen")
    if document["predicateType"] != PREDICATE_TYPE:
        raise malformed("what is signed is not an OpenSSF model signature v1.0")
    subjects = document["subject"]
    if not isinstance(subjects, list) or len(subjects) != 1:
        raise malformed("it does not have exactly one subject")
    subject = subjects[0] if isinstance(subjects[0], dict) else {}
    name, digest = subject.get("name"), subject.get("digest")
    if not (isinstance(name, str) and name and isinstance(digest, dict) and isinstance(document["predicate"], dict)):
        raise malformed("its subject has no name or no digest")
    if len(name) > MAX_NAME or not name.isprintable():
        raise malformed("the name of its subject does not print, or is too long")
    return document["predicate"], subject


def _binding(subject: dict[str, Any]) -> Binding | None:
    notes = subject.get("annotations")
    found = notes.get(NAMES) if isinstance(notes, dict) else None
    return None if found is None else _read(Binding, found)


def _read(kind: Any, document: Any) -> Any:
    try:
        return kind.from_document(document, by_name=kind is not Binding)
    except HostileInput as error:
        raise malformed(error.what) from error


def _refuse_inconsistent(raw: dict[str, Any], found: Serialization, resources: Sequence[Resource]) -> None:
    if missing := {"method", "hash_type", "allow_symlinks"} - raw.keys():
        raise malformed(f"its serialization lacks {', '.join(sorted(missing))}")
    if (found.method == "shards") != (found.shard_size is not None):
        raise malformed("shard_size belongs to the method shards, and to it alone")
    for resource in resources:
        if resource.algorithm != found.hash_type or len(resource.digest) != DIGEST_LENGTH[found.hash_type]:
            raise malformed(f"{resource.name!a} is not digested with {found.hash_type}")
    for path in found.ignore_paths or ():
        if not is_plain(path) or any(character in path for character in "*?["):
            raise malformed(f"it leaves out {path!a}, which is not a relative path")


def _refuse_names(signed: SignedModel) -> None:
    names = [resource.name for resource in signed.resources]
    if len(set(names)) != len(names):
        raise malformed("it lists a file twice")
    # model-signing 1.1 sorts by the parts of a path instead of by its text; no other order has a writer.
    if names != sorted(names) and names != sorted(names, key=_by_parts(signed.serialization.method)):
        raise malformed("its list of files is not sorted")
    for path in signed.files():
        if not is_plain(path) and (path != "." or len(names) > 1):
            raise malformed(f"it lists {path!a}, which is not a relative path inside the model")


def _by_parts(method: Method) -> Any:
    def key(name: str) -> tuple[Any, ...]:
        path, start, end = _split(name) if method == "shards" else (name, 0, 0)
        return (PurePosixPath(path), start, end)

    return key


def _ranges(resources: Sequence[Resource], size: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[int, tuple[int, str]]] = {}
    for resource in resources:
        path, start, end = _split(resource.name)
        found.setdefault(path, {})[start] = (end, resource.digest)
    for path, ranges in found.items():
        starts = sorted(ranges)
        whole = all(ranges[start][0] == start + size for start in starts[:-1])
        last = ranges[starts[-1]][0] - starts[-1]
        if starts != list(range(0, len(starts) * size, size)) or not whole or not 0 < last <= size:
            raise malformed(f"the ranges of {path!a} leave a gap, overlap or are not of {size} bytes")
    return {path: tuple(ranges[start][1] for start in sorted(ranges)) for path, ranges in found.items()}


def _split(name: str) -> tuple[str, int, int]:
    """(path, start, end); names may hold colons, so the last two numbers count. Source: section 6.3.2."""
    path, *numbers = name.rsplit(":", 2)
    if len(numbers) != 2 or not all(_is_number(number) for number in numbers):
        raise malformed(f"{name!a} does not name a range of bytes")
    return path, int(numbers[0]), int(numbers[1])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16 and (text == "0" or text[0] != "0")
