"""The files of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from certify.errors import RegistryError
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.files import read_file, write_whole


def json_lines(values: Iterable[Value]) -> bytes:
    """One canonical JSON object a line."""
    return b"".join(value.to_bytes() + b"\n" for value in values)


class RunFolder:
    """The files of one run. Each stage writes its result once; a later start finds it and goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """Names the run."""
        return self.path.name

    def file(self, name: str) -> Path:
        """Where a file of the run is or will be."""
        return self.path / name

    def has(self, name: str) -> bool:
        """Whether a stage's result is there."""
        return self.file(name).is_file()

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The file's content; made and stored durably the first time."""
        if not self.has(name):
            write_whole(self.file(name), make())
        return read_file(self.file(name))

    def once_document(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The same for a JSON object."""
        document = parse_json(self.once(name, lambda: canonical_bytes(make())), name=name)
        if not isinstance(document, dict):
            raise RegistryError("CERT-E070", f"{self.file(name)} is not a JSON object")
        return document
