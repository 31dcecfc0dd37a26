"""Draws problems of public families in a process of its own, and only where the library makes the known ones."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import Field

from certify.check.public import DISTRIBUTION, LIBRARY_VERSION, PUBLIC, PublicItem
from certify.engines.sandbox import scrubbed_environment, with_threads
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import sha256_hex
from certify.evidence.floors import floor_table
from certify.evidence.merkle import leaf_hash, tree_root
from certify.statistics.stream import Stream

GOLDEN_SEED = hashlib.sha256(b"certify/public/golden/v1").digest()
GOLDEN_ITEMS = 20
SECONDS = 300.0
"""Time a drawing may take besides :data:`SECONDS_EACH` for each problem, the known ones included."""
SECONDS_EACH = 3.0
MEMORY = 8 << 30
"""Most address space of the process, bytes; numeric libraries reserve much that they never touch."""


class DrawnFamily(Value):
    """What to draw of one family."""

    family: str
    """Its id."""
    seed: str
    """The library's seed, decimal; position i is drawn with seed + i."""
    count: int = Field(ge=0)
    """How many problems, all different."""


class DrawOrder(Value):
    """What the process is asked for."""

    families: tuple[DrawnFamily, ...]
    """In this order."""
    exclude: tuple[Sha256, ...] = ()
    """Digests of question texts that must not appear."""
    memory_limit: int | None = Field(default=None, ge=2**28)
    """Most address space, bytes."""
    drawn: str
    """File the problems are written to: JSON, a list of [question, gold] for each of ``families``."""


def draw_public(
    seed: bytes,
    counts: Mapping[str, int],
    *,
    exclude: Collection[str] = (),
    purpose: str = "fresh",
    known: bool = True,
    seconds: float | None = None,
) -> dict[str, tuple[PublicItem, ...]]:
    """Problems of public families, all different within a family and none of them excluded.

    Args:
        seed: 32 bytes; the same seed gives the same problems wherever the known ones come out.
        counts: how many of each family.
        exclude: question texts that must not appear.
        purpose: names the use, so that two uses of one seed share nothing.
        known: whether to refuse where the library does not make the problems it is known by.
        seconds: most time; follows from the counts when absent.

    Raises:
        UsageError: CERT-E477, the library is not installed in the version that was audited.
        EvidenceMissing: CERT-E478, it failed, took too long, or makes other problems on this machine.
    """
    require_library()
    asked = [_drawn(seed, purpose, name, count) for name, count in counts.items()]
    goldens = [_drawn(GOLDEN_SEED, "golden", name, GOLDEN_ITEMS) for name in counts] if known else []
    made = _run([*goldens, *asked], exclude, seconds)
    for one, items in zip(goldens, made, strict=False):
        if digest(items) != golden_digests()[one.family]:
            raise _failed(f"the library makes other {one.family} problems here than those it is known by")
    return dict(zip(counts, made[len(goldens) :], strict=True))


def library_fault() -> str | None:
    """Why the library cannot be used here; None where its audited version is installed."""
    try:
        found = version(DISTRIBUTION)
    except PackageNotFoundError:
        return f"{DISTRIBUTION} {LIBRARY_VERSION} is not installed"
    return None if found == LIBRARY_VERSION else f"{DISTRIBUTION} {found} is installed, {LIBRARY_VERSION} was audited"


def require_library() -> None:
    """Returns where the audited version of the library is installed.

    Raises:
        UsageError: CERT-E477, it is not.
    """
    fault = library_fault()
    if fault is not None:
        raise UsageError(
            "CERT-E477",
            "problems of public families cannot be drawn here",
            fault,
            "pip install 'certify-models[reasoning]'",
        )


def digest(items: Collection[PublicItem]) -> str:
    """The RFC 6962 root (hex) over the digests of problems, question and gold."""
    return tree_root([leaf_hash(json.dumps(item, ensure_ascii=True).encode()) for item in items]).hex()


def golden_digests() -> dict[str, str]:
    """The digest of the first problems of each family under :data:`GOLDEN_SEED`, as shipped."""
    table = floor_table("public")
    return {name: row["golden"] for name, row in table["families"].items()}


def _drawn(seed: bytes, purpose: str, family: str, count: int) -> DrawnFamily:
    stream = Stream(seed, f"{purpose}/public/{family}/v{PUBLIC[family].version}")
    return DrawnFamily(family=family, seed=str(stream.word() >> 1), count=count)


def _run(asked: list[DrawnFamily], exclude: Collection[str], seconds: float | None) -> list[tuple[PublicItem, ...]]:
    allowed = SECONDS + SECONDS_EACH * sum(one.count for one in asked) if seconds is None else seconds
    with tempfile.TemporaryDirectory(prefix="certify-draw-") as home:
        order = DrawOrder(
            families=tuple(asked),
            exclude=tuple(sorted(sha256_hex(text.encode()) for text in exclude)),
            memory_limit=MEMORY,
            drawn=str(Path(home) / "drawn.json"),
        )
        (Path(home) / "order.json").write_bytes(order.to_bytes())
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-s", "-m", "certify.check.public.worker", str(Path(home) / "order.json")],
                env=with_threads(scrubbed_environment(home), 1) | {"MPLBACKEND": "agg"},
                cwd=home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=allowed,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _failed(f"it took longer than {allowed:.0f} seconds") from None
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise _failed(told[-1][:300] if told else f"the process ended with status {done.returncode}")
        made = json.loads(Path(order.drawn).read_text(encoding="utf-8"))
    return [tuple(PublicItem(*item) for item in items) for items in made]


def _failed(why: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E478",
        "the problems of public families could not be drawn",
        why,
        "use the Python and the library versions of a release; without public_families nothing of this is needed",
    )
