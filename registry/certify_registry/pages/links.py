"""Where each page is: paths on a server, or files of a folder that link to each other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode


class ServerLinks:
    """Paths of the service, from its root."""

    exported = False

    def home(self) -> str:
        """Search."""
        return "/"

    def certificate(self, serial: str) -> str:
        """A certificate."""
        return f"/c/{serial}"

    def raw(self, serial: str, ending: str) -> str:
        """A certificate's file: ``pdf``, ``bundle.json``, ``badge.svg`` or ``line.txt``."""
        return f"/c/{serial}{'.' if ending == 'pdf' else '/'}{ending}"

    def model(self, identity: str) -> str:
        """All certificates of a model."""
        return f"/m/{identity}"

    def compare(self, first: str, second: str) -> str:
        """What differs between two certificates."""
        return f"/compare?{urlencode({'a': first, 'b': second})}"

    def issuer(self, keyid: str) -> str:
        """Who holds a key, and what it signed."""
        return f"/issuers/{keyid}"

    def entry(self, index: int) -> str:
        """The signed statement at a place of the log."""
        return f"/log/{index}.json"

    def evidence(self, serial: str, payload_sha256: str) -> str:
        """A statement that a certificate rests on."""
        return f"/c/{serial}/{payload_sha256}.json"

    def log(self) -> str:
        """The log."""
        return "/log"

    def verify(self, serial: str = "") -> str:
        """Where files are dropped."""
        return f"/verify?{urlencode({'serial': serial})}" if serial else "/verify"

    def feed(self) -> str:
        """The feed."""
        return "/feed.atom"

    def csv(self, query: str = "") -> str:
        """The list as a table."""
        return f"/certificates.csv{'?' + query if query else ''}"

    def static(self, name: str) -> str:
        """A style sheet, script or font."""
        return f"/static/{quote(name)}"

    def published(self, name: str) -> str:
        """A file of the log: ``checkpoint`` or a tile."""
        return f"/{name}"


@dataclass(frozen=True)
class FileLinks(ServerLinks):
    """The same pages as files, linked relatively so that they work from any folder."""

    depth: int = 0
    """How many folders below the top the linking page lies."""
    exported = True

    def _up(self, path: str) -> str:
        return "../" * self.depth + path

    def home(self) -> str:
        """Search."""
        return self._up("index.html")

    def certificate(self, serial: str) -> str:
        """A certificate."""
        return self._up(f"c/{serial}.html")

    def raw(self, serial: str, ending: str) -> str:
        """A certificate's file."""
        return self._up(f"c/{serial}.{'json' if ending == 'bundle.json' else ending}")

    def model(self, identity: str) -> str:
        """All certificates of a model."""
        return self._up(f"m/{identity}.html")

    def compare(self, first: str, second: str) -> str:
        """What differs between two certificates; one page for both orders."""
        return self._up(f"compare/{'_'.join(sorted((first, second)))}.html")

    def issuer(self, keyid: str) -> str:
        """Who holds a key, and what it signed."""
        return self._up(f"issuers/{keyid}.html")

    def entry(self, index: int) -> str:
        """The signed statement at a place of the log."""
        return self._up(f"log/{index}.json")

    def evidence(self, serial: str, payload_sha256: str) -> str:
        """A statement that a certificate rests on."""
        return self._up(f"c/{serial}.{payload_sha256}.json")

    def log(self) -> str:
        """The log."""
        return self._up("log.html")

    def verify(self, serial: str = "") -> str:
        """Where files are dropped; a folder's page carries every certificate."""
        return self._up("verify.html")

    def feed(self) -> str:
        """The feed."""
        return self._up("feed.atom")

    def csv(self, query: str = "") -> str:
        """The list as a table."""
        return self._up("certificates.csv")

    def static(self, name: str) -> str:
        """A style sheet, script or font."""
        return self._up(f"static/{quote(name)}")

    def published(self, name: str) -> str:
        """A file of the log."""
        return self._up(name)
