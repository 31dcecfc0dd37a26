"""Digests that somebody else states, as lists that other tools write: believed only when asked, and then said so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from certify.errors import CertifyError, HostileInput, UsageError
from certify.identify.files import safe_name
from certify.identify.manifest import Manifest

MAX_LIST = 4 << 30
"""Longest list, bytes: room for the files of the largest data folder."""

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


class Claim(NamedTuple):
    """What a list says of one file."""

    sha256: str
    """SHA-256 (hex) of its content."""
    size: int | None
    """Its bytes; sha256sum writes none."""


def read_claims(path: Path) -> Mapping[str, Claim]:
    """The digests in a list, by path: a ``manifest.json`` of certify, or what ``sha256sum`` prints.

    Source: GNU coreutils manual, section 6.6: 64 hexadecimal digits, a space, a space or asterisk, the name.

    Raises:
        UsageError: CERT-E029, there is no such file.
        HostileInput: CERT-E113, it is no such list, or names a file twice.
    """
    try:
        if path.stat().st_size > MAX_LIST:
            raise _no_list(path, f"it is larger than {MAX_LIST} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError("CERT-E029", f"{path} cannot be read: {error.strerror}", hint="check the path") from error
    if data.lstrip()[:1] == b"[":
        try:
            files = Manifest.from_bytes(data, max_bytes=MAX_LIST).files
        except CertifyError as error:
            raise _no_list(path, error.why or error.what) from error
        return {one.path: Claim(one.sha256, one.size) for one in files}
    return _sums(path, data)


def refuse_other_files(path: Path, claims: Mapping[str, Claim], sizes: Mapping[str, int]) -> None:
    """Returns if every file that is claimed is there, with the size that is claimed.

    Raises:
        HostileInput: CERT-E113.
    """
    for name, claim in claims.items():
        size = sizes.get(name)
        wrong = ", which is not there" if size is None else f" with {claim.size} bytes, and it has {size}"
        if size is None or claim.size not in (None, size):
            raise HostileInput(
                "CERT-E113",
                f"{path} does not fit the data",
                f"it names {ascii(name)[:100]}{wrong}",
                "fetch what is missing, name the folder that the list was made in, or leave --claimed out",
            )


def _sums(path: Path, data: bytes) -> dict[str, Claim]:
    claims: dict[str, Claim] = {}
    try:
        lines = data.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise _no_list(path, "it is not UTF-8 text") from None
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise _no_list(path, f"line {number} is not a digest, two characters and a name")
        name = _name(path, number, found[2].removeprefix("./"))
        if claims.setdefault(name, Claim(found[1], None)).sha256 != found[1]:
            raise _no_list(path, f"line {number} names {ascii(name)[:100]} a second time with another digest")
    return claims


def _name(path: Path, number: int, written: str) -> str:
    try:
        return safe_name(written, path.parent)
    except HostileInput as error:
        raise _no_list(path, f"line {number} names a file whose {error.why.removeprefix('its ')}") from error


def _no_list(path: Path, why: str) -> HostileInput:
    return HostileInput(
        "CERT-E113",
        f"{path} is not a list of digests",
        why,
        "give a manifest.json of certify, or what sha256sum printed in the folder of the data",
    )
