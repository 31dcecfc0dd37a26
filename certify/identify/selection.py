"""Which files of a download belong in a clean model folder, and why the others do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from certify.errors import HostileInput, UsageError
from certify.identify.built_in import KEY, Stripped, why_not, without_code
from certify.identify.download import Download
from certify.identify.reading import Meter
from certify.identify.refusals import (
    CODE,
    INDEX,
    OTHER_WEIGHTS,
    SINGLE,
    UNSAFE_WEIGHTS,
    adapter_refused,
    code_refused,
    is_adapter,
    suffix,
)
from certify.identify.settings import MAX_KEPT, is_kept, parse_settings, weight_map

METADATA = "metadata of the download or of version control"
WORKSPACE = ".certify/"
CONFIG = "config.json"


class LeftOut(NamedTuple):
    """A file that stayed behind."""

    path: str
    reason: str


class Selection(NamedTuple):
    """What becomes of each file of a download."""

    kept: tuple[str, ...]
    """Paths to copy, sorted."""
    left_out: tuple[LeftOut, ...]
    """Paths to leave behind, sorted."""
    rewritten: Mapping[str, Stripped]
    """Of the kept ones, those whose copy differs, with its bytes and the reason."""


def select(download: Download) -> Selection:
    """Which files to copy, to leave behind, and to copy without their pointer to code.

    Raises:
        UsageError: CERT-E020, the download is not a model.
        HostileInput: CERT-E021 only unsafe weights, CERT-E022 code is required, CERT-E025 malformed
            settings, CERT-E027 an adapter.
    """
    paths = sorted(download.files, key=lambda path: path.encode("utf-8"))
    adapter = next(filter(is_adapter, paths), None)
    if adapter is not None:
        raise adapter_refused(adapter)
    _refuse_incomplete(download, paths)
    settings = {path: _content(download, path) for path in paths if is_kept(path) and not path.startswith(WORKSPACE)}
    stripped = without_code(settings[CONFIG])
    rewritten = {CONFIG: stripped} if stripped is not None else {}
    used = _used_weights(download, settings | {path: one.data for path, one in rewritten.items()})
    reasons = {path: reason for path in paths if (reason := _reason(path, used, bool(rewritten))) is not None}
    kept = tuple(path for path in paths if path not in reasons)
    left_out = [LeftOut(path, reason) for path, reason in reasons.items()]
    left_out += [LeftOut(path, METADATA) for path in download.metadata]
    return Selection(kept, tuple(sorted(left_out)), rewritten)


def _refuse_incomplete(download: Download, paths: list[str]) -> None:
    if CONFIG not in download.files:
        raise UsageError("CERT-E020", f"{download.folder} is not a model folder", why="it has no config.json")
    if any(suffix(path) == ".safetensors" for path in paths):
        return
    unsafe = next((path for path in paths if suffix(path) in UNSAFE_WEIGHTS), None)
    if unsafe is None:
        raise UsageError("CERT-E020", f"{download.folder} is not a model folder", why="it has no *.safetensors")
    raise HostileInput(
        "CERT-E021",
        f"the only weights are in formats like {unsafe}",
        why="they can run code when they are loaded, and certify does not load them, not even to convert them",
        hint="ask the publisher for safetensors, or convert on a machine you can lose: save_pretrained(DIR)",
    )


def _used_weights(download: Download, settings: Mapping[str, bytes]) -> frozenset[str]:
    try:
        parsed = parse_settings(settings, download.folder)
    except HostileInput as error:
        if error.code != "CERT-E022":
            raise
        why = "; ".join(filter(None, (error.why, _needs_code(settings[CONFIG]))))
        hint = "choose a model of an architecture that the engine has built in"
        raise code_refused(error.what.removesuffix(" is refused"), why, download.folder, hint=hint) from error
    indexed = frozenset(weight_map(INDEX, parsed[INDEX]).values()) if INDEX in parsed else frozenset()
    # Engines look for the single file first, and for the index only where there is none.
    return indexed if indexed and (SINGLE in indexed or SINGLE not in download.files) else frozenset({SINGLE})


def _needs_code(config: bytes) -> str | None:
    found = json.loads(config)
    return why_not(found) if found.get(KEY) else None


def _content(download: Download, path: str) -> bytes:
    if download.size(path) > MAX_KEPT:
        raise HostileInput("CERT-E025", f"{path} cannot be used", why=f"it is larger than {MAX_KEPT} bytes")
    with download.opened(path, Meter(0, None)) as stream:
        return b"".join(stream.blocks())


def _reason(path: str, used: frozenset[str], replaced: bool) -> str | None:
    kind, alone = suffix(path), used == {SINGLE}
    needless = "the engine's own code takes its place" if replaced else "the model's settings do not ask for it"
    rules = (
        (kind in UNSAFE_WEIGHTS, "a format that can run code when loaded; the safetensors are used"),
        (kind in CODE, f"a program; {needless}"),
        (kind in OTHER_WEIGHTS and path not in used, "weights that the model does not use"),
        (path.endswith(".index.json") and (path != INDEX or alone), "an index of weights that are not needed"),
        (path.startswith(WORKSPACE), "a workspace of certify, not part of a model"),
        (path in (".gitattributes", ".gitignore"), METADATA),
    )
    return next((reason for holds, reason in rules if holds), None)
