"""Text that this machine's packages document themselves with: where it lies, and how it is taken out of its markup."""

from __future__ import annotations

import gettext
import gzip
import hashlib
import html
import io
import re
import sysconfig
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy

LARGEST_FILE = 4 << 20
"""Bytes of a file, unpacked: larger ones are tables and dumps more often than text."""


class Source(NamedTuple):
    """One kind of documentation."""

    kind: str
    root: Path
    ending: re.Pattern[str]
    extract: Callable[[bytes], str]
    depth: int
    """Leading parts of a path that name a family: documents of one generator or package."""


_PERCENT = re.compile(r"%")
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|head|nav|svg)\b.*?</\1\s*>", re.S | re.I)
_BREAK = re.compile(r"<(?:/?(?:p|div|h\d|li|ul|ol|tr|table|pre|section|dd|dt|blockquote)\b[^>]*|br\s*/?)>", re.I)
_TAG = re.compile(r"<[^<>]*>")
_LINES = re.compile(r"[ \t]*\n\s*\n\s*")
_TRIPLE = re.compile(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'|((?:^[ \t]*#[^\n]*\n){2,})', re.S | re.M)
_HASH = re.compile(r"^[ \t]*#+ ?", re.M)
_POD = re.compile(r"^=(?!cut)[a-z]\w*.*?(?=^=cut|\Z)", re.S | re.M)
_POD_MARK = re.compile(r"^=\w+ *|[A-Z]<+ ?| ?>+", re.M)
_ROFF_ESCAPE = re.compile(
    r"\\f(?:\[[^\]]*\]|\(..|.)|\\s[+-]?\d+|\\[&|^/,%c:]|\\\".*|\\[mMnk*F](?:\[[^\]]*\]|\(..|.)|\\[hvwDXlLoZ]'[^']*'"
)
_ROFF_GLYPH = {
    r"\-": "-", r"\(aq": "'", r"\(cq": "’", r"\(oq": "‘", r"\(lq": "“", r"\(rq": "”", r"\(bu": "•", r"\(em": "—",
    r"\(en": "–", r"\(co": "©", r"\e": "\\", r"\ ": " ", r"\~": " ", r"\.": ".", r"\(dq": '"', r"\(ha": "^",
    r"\(ti": "~", r"\(rs": "\\", r"\`": "`", r"\'": "'", r"\t": "\t", r"\(:a": "ä", r"\(:o": "ö", r"\(:u": "ü",
    r"\(ss": "ß", r"\(:A": "Ä", r"\(:O": "Ö", r"\(:U": "Ü", r"\('e": "é", r"\(`e": "è", r"\('a": "á", r"\(,c": "ç",
}  # fmt: skip
_ROFF_SKIPPED = re.compile(
    r"^['.]\s*(?:\\\"|ie|el|if|ds|de|nr|so|nh|ad|hy|ti|ft|in|ll|na|tr|rm|am|als|\.|\\\}|TH\b.*\.\.\.)"
)
_ROFF_TITLE = re.compile(r"^\.\s*(?:SH|SS|Sh|Ss)\s+(.*)")
_ROFF_TEXT = re.compile(r"^\.\s*(?:B|I|BR|IR|BI|IB|RB|RI|SM|SB|IP|TP|HP|\w\w)\s+(.*)")


def plain(data: bytes) -> str:
    """Text as it stands."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def manual(data: bytes) -> str:
    """A man page without its requests, fonts and escapes; as near to what a reader sees as lines of rules come."""
    lines: list[str] = []
    for line in plain(data).splitlines():
        if line[:1] in ".'":
            if _ROFF_SKIPPED.match(line):
                continue
            if title := _ROFF_TITLE.match(line):
                lines += ["", title[1].replace('"', "")]
            elif (words := _ROFF_TEXT.match(line)) and not line.startswith(".RS"):
                lines.append(words[1].replace('"', ""))
            else:
                lines.append("")
        else:
            lines.append(line)
    text = "\n".join(lines)
    for written, glyph in _ROFF_GLYPH.items():
        text = text.replace(written, glyph)
    return _LINES.sub("\n\n", _ROFF_ESCAPE.sub("", text))


def web_page(data: bytes) -> str:
    """An HTML page without tags, scripts and navigation."""
    text = _BREAK.sub("\n\n", _HIDDEN.sub(" ", plain(data)))
    return _LINES.sub("\n\n", html.unescape(_TAG.sub("", text)))


def python_code(data: bytes) -> str:
    """Strings in triple quotes and comments of two lines or more, in order."""
    found = (m[1] or m[2] or _HASH.sub("", m[3] or "") for m in _TRIPLE.finditer(plain(data)))
    return "\n\n".join(text.strip("\n") for text in found if len(text.split()) >= 4)


def perl_code(data: bytes) -> str:
    """The pod of a Perl module, its marks removed."""
    return _LINES.sub("\n\n", _POD_MARK.sub("", "\n".join(_POD.findall(plain(data)))))


def catalogue(data: bytes) -> str:
    """The translations of a message catalogue, one a paragraph."""
    try:
        found = gettext.GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
    except (OSError, UnicodeDecodeError, ValueError, IndexError):
        return ""
    return "\n\n".join(text for key, text in found.items() if key and len(text) > 30)


def sources() -> list[Source]:
    """All kinds, in a fixed order; a folder that is absent gives nothing."""
    share, packages = Path("/usr/share"), Path(numpy.__file__).parents[1]
    rust = sorted(Path.home().glob(".rustup/toolchains/*/share/doc/rust/html"))[-1:]
    prose = re.compile(
        r"\.(?:md|rst|txt|markdown|adoc)(?:\.gz)?$|/(?:README|NEWS|FAQ|HACKING|INSTALL|TODO)[^/]*$", re.I
    )
    debian = re.compile(prose.pattern + r"|/changelog[^/]*\.gz$|/copyright$", re.I)
    code, page = re.compile(r"\.py$"), re.compile(r"^(?!.*/(?:src|print)[/.]).*\.x?html?(?:\.gz)?$")
    languages = re.compile(r"/(?:de|es|fr|ja|ko|ru|zh_CN|zh_TW)/.*\.mo$")
    return [
        Source("man pages", share / "man", re.compile(r"\.\d\w*(?:\.gz)?$"), manual, 2),
        Source("package documentation", share / "doc", debian, plain, 1),
        Source("package documentation", share / "info", re.compile(r"\.info(?:-\d+)?\.gz$"), plain, 1),
        Source("package documentation", share / "cmake-3.25", prose, plain, 2),
        Source("package documentation", Path("/usr/lib"), prose, plain, 4),
        Source("package documentation", packages, prose, plain, 1),
        Source("Perl pod", share / "perl", re.compile(r"\.(?:pm|pod)$"), perl_code, 3),
        Source("Python docstrings and comments", Path(sysconfig.get_path("stdlib")), code, python_code, 1),
        Source("Python docstrings and comments", packages, code, python_code, 2),
        Source("Python docstrings and comments", Path("/usr/lib"), code, python_code, 4),
        Source("web pages", share / "doc", page, web_page, 1),
        Source("web pages", packages, page, web_page, 1),
        *(Source("web pages", root, page, web_page, 2) for root in rust),
        Source("message catalogues", share / "locale", languages, catalogue, 1),
    ]


def texts(source: Source, path: Path) -> Iterator[str]:
    """The text of one file, or nothing."""
    try:
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return
    if (len(data) <= LARGEST_FILE and b"\0" not in data[:64]) or source.kind == "message catalogues":
        yield source.extract(data).replace("\r\n", "\n").replace("\0", "")


def family(source: Source, path: Path) -> str:
    """Which generator or package a file belongs to."""
    parts = path.relative_to(source.root).parts
    if source.kind == "man pages":
        # gcloud_compute_instances_list.1.gz and its 16,000 sisters say the same things.
        return "/".join([*parts[:-2], re.split(r"[-_.\d]", parts[-1])[0]])
    return f"{source.root.name}/" + "/".join(parts[: min(source.depth, max(1, len(parts) - 1))])


def by_chance(text: str) -> bytes:
    """A key that orders texts or paths by nothing but what they are."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
