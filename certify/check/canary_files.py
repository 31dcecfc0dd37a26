"""The key file of planted items: their secret, and what it makes right; kept like a private set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from certify.check.base import PRIVATE_PREFIX
from certify.check.benchmarks import Benchmark, BenchmarkItem
from certify.check.canary_making import CANARY, Planted, make_items
from certify.check.verifiers import CHOICE
from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.base import StrictValue
from certify.evidence.canonical import parse_json, sha256_hex
from certify.evidence.results.canaries import CanaryKind
from certify.files import read_bounded
from certify.statistics import MOST_CANARIES

KEY_ENDING = ".canaries.json"
"""Ends the name of a key file, and its name among the sources."""

_MOST_BYTES = 4 * 1024 * 1024
_Text = Annotated[str, Field(min_length=1, max_length=1000)]


class KeyItem(StrictValue):
    """One planted item."""

    text: _Text
    """The beginning of a sentence, or a question."""
    answer: _Text
    """What the secret makes right."""
    choices: tuple[_Text, ...] = Field(default=(), max_length=26)
    """What a question lets choose from; none for a sentence."""


class CanaryKey(StrictValue):
    """A key file; whoever has it can answer every item."""

    schema_: Literal["certify/canaries/v1"] = Field(default="certify/canaries/v1", alias="schema")
    """Names this form."""
    kind: CanaryKind
    """What was planted."""
    secret: str = Field(pattern=r"^[0-9a-f]{64}$")
    """32 random bytes, hexadecimal: they draw every item."""
    items: tuple[KeyItem, ...] = Field(min_length=1, max_length=MOST_CANARIES)
    """The items, in their order."""

    @classmethod
    def of(cls, kind: CanaryKind, secret: bytes, count: int) -> CanaryKey:
        """The key file of a secret; arguments as :func:`certify.check.canary_making.make_items`."""
        made = make_items(kind, secret, count)
        return cls(kind=kind, secret=secret.hex(), items=tuple(KeyItem(**one._asdict()) for one in made))

    def planted(self) -> tuple[Planted, ...]:
        """The items."""
        return tuple(Planted(one.text, one.answer, one.choices) for one in self.items)


@dataclass(frozen=True)
class CanaryFile(Benchmark):
    """A key file among the sources of a plan."""

    kind: CanaryKind
    """What was planted."""


def canary_source(name: str) -> str:
    """The name of a key file among the sources."""
    return f"{PRIVATE_PREFIX}{name}{KEY_ENDING}"


def read_canaries(name: str, path: Path) -> CanaryFile:
    """A key file whose answers are those that its secret draws.

    Args:
        name: as the plan names it.
        path: where the file lies; its content is not trusted.

    Raises:
        UsageError: CERT-E490, it cannot be read or has another form; HostileInput: CERT-E490, its secret makes other
            items, so that the stated chance of guessing would not hold. Neither quotes from it.
    """
    try:
        data = read_bounded(path, _MOST_BYTES) if path.is_file() else b""
        key = CanaryKey.from_document(parse_json(data, name="the key file"), name="the key file")
    except (OSError, CertifyError) as error:
        why = error.what if isinstance(error, CertifyError) else error.strerror or "it cannot be read"
        hint = "use the file that `certify data canary make` wrote, unchanged"
        raise UsageError("CERT-E490", f"{path.name} is no key file of planted items", why, hint) from error
    if key.planted() != make_items(key.kind, bytes.fromhex(key.secret), len(key.items)):
        raise HostileInput(
            "CERT-E490",
            f"the items in {path.name} are not those of its secret",
            "only the secret may choose what is right: otherwise nobody knows how likely a guess is",
            "use the file that `certify data canary make` wrote, unchanged",
        )
    items = tuple(_item(number, one, key.kind) for number, one in enumerate(key.planted(), 1))
    return CanaryFile(name, name, path.name, sha256_hex(data), items, key.kind)


def _item(number: int, one: Planted, kind: CanaryKind) -> BenchmarkItem:
    verifier = CANARY if kind is CanaryKind.CANARY else CHOICE
    return BenchmarkItem(str(number), one.asked(), one.answer, one.answer, verifier, None, choices=len(one.choices))
