"""Where the public files of a log are read: a folder, or a web server."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from certify.errors import RegistryError
from certify_registry.exchange import SECONDS, Allowed, anywhere, exchange, failed, require_url
from certify_registry.store.files import read_regular


class Source(Protocol):
    """The public files of a log; nothing that comes from it is believed."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def read(self, path: str, limit: int) -> bytes | None:
        """A file of at most ``limit`` bytes; None where there is none.

        Raises:
            RegistryError: CERT-E644, it cannot be read, or is longer.
        """
        ...


class FolderSource:
    """A folder, such as a mirror or a registry of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder."""
        return str(self._folder)

    def read(self, path: str, limit: int) -> bytes | None:
        """A file of at most ``limit`` bytes; None where there is none.

        Raises:
            RegistryError: CERT-E644, it cannot be read, is longer, or is a link.
        """
        try:
            data = read_regular(self._folder / path, limit)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise failed(str(self._folder / path), f"cannot be read: {error.strerror or error}") from error
        if len(data) > limit:
            raise failed(str(self._folder / path), f"is longer than {limit} bytes")
        return data


class WebSource:
    """A web server; ``url`` is the prefix of ``/checkpoint`` and ``/tile/``.

    Raises:
        UsageError: CERT-E645, no usable address.
    """

    def __init__(self, url: str, *, seconds: float = SECONDS, allowed: Allowed = anywhere) -> None:
        require_url(url)
        self._url, self._seconds, self._allowed = url.rstrip("/"), seconds, allowed

    @property
    def name(self) -> str:
        """The address."""
        return self._url

    def read(self, path: str, limit: int) -> bytes | None:
        """A file of at most ``limit`` bytes; None where the server has none.

        Raises:
            RegistryError: CERT-E644, no answer, another status than 200 and 404, or too long.
        """
        url = f"{self._url}/{path}"
        answer = exchange("GET", url, seconds=self._seconds, max_body=limit, allowed=self._allowed)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise failed(url, f"answered with status {answer.status}")
        return answer.body


def source_of(place: str) -> Source:
    """The source behind a URL or the path of a folder.

    Raises:
        UsageError: CERT-E645, a URL that cannot be used. RegistryError: CERT-E644, there is no such folder.
    """
    if place.startswith(("http://", "https://")):
        return WebSource(place)
    if not Path(place).is_dir():
        raise RegistryError("CERT-E644", f"there is no folder {place[:200]}", "", "name a folder or an http address")
    return FolderSource(Path(place))
