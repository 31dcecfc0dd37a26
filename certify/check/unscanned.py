"""Which bytes of the identified data a scan did not search, so that nothing is passed over in silence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from certify.errors import HostileInput, UsageError

if TYPE_CHECKING:
    from certify.identify import Manifest
    from certify.scan import ScanReport

_MILLION = 1_000_000
UNKNOWN_KIND = "of a kind that the scan cannot read"


def unreadable(manifest: Manifest) -> tuple[str, ...]:
    """The shards of a kind the scan cannot read, in the order of the manifest.

    Raises:
        UsageError: CERT-E031, there is no other: a scan that reads nothing would look like a clean one.
    """
    from certify.scan import is_readable

    unread = tuple(entry.path for entry in manifest.files if not is_readable(entry.path))
    if len(unread) == len(manifest.files):
        raise UsageError(
            "CERT-E031",
            f"the scan cannot read {unread[0]}" + (f" and {len(unread) - 1} more" if len(unread) > 1 else ""),
            "nothing is left to search, and data that nobody looked at must not pass as examined",
            "convert it to JSON Lines, text or Parquet",
        )
    return unread


def searchable(data: Sequence[Path], manifest: Manifest) -> list[Path]:
    """What of the data is handed to the scan: all but single files of a kind it does not read.

    Raises:
        UsageError: CERT-E031, nothing is left.
    """
    from certify.scan import is_readable

    unreadable(manifest)
    return [path for path in data if path.is_dir() or is_readable(path.name)]


def refuse_other_data(report: ScanReport, manifest: Manifest) -> None:
    """Returns if every shard of the manifest was read as it was identified, or is named as not searched.

    Raises:
        HostileInput: CERT-E026, otherwise.
    """
    known = {(entry.sha256, entry.size) for entry in manifest.files}
    read = {(shard.sha256, shard.bytes) for shard in report.shards}
    named, unknown = _whole_shards(report), set(unreadable(manifest))
    lost = [entry.path for entry in manifest.files if (entry.sha256, entry.size) not in read]
    changed = [shard.name for shard in report.shards if (shard.sha256, shard.bytes) not in known]
    other = [*changed, *(path for path in lost if path not in unknown and not _is_named(path, named))]
    if other:
        raise HostileInput(
            "CERT-E026",
            f"{other[0]} is not as it was when the data was identified, or was not read",
            why="the findings would belong to other data than the certificate names",
            hint="stop whatever writes to the data, then start again",
        )


def with_unread_files(report: ScanReport, manifest: Manifest) -> ScanReport:
    """The report with every shard that the scan passed over named, and the coverage of all bytes that were identified.

    Coverage is a share of stored bytes, rounded down to six decimals; it stays below one where anything is named,
    even where the format does not tell how many bytes that is.
    """
    from certify.scan.report import UnscannedPart

    read, told = {(shard.sha256, shard.bytes) for shard in report.shards}, _whole_shards(report)
    passed = [
        entry for entry in manifest.files if (entry.sha256, entry.size) not in read and not _is_named(entry.path, told)
    ]
    parts = tuple(UnscannedPart(shard=one.path, row=None, bytes=one.size, reason=UNKNOWN_KIND) for one in passed)
    unscanned = (*report.unscanned, *parts)
    inside = round(report.coverage * _MILLION) * (manifest.total_bytes - sum(part.bytes for part in parts))
    share = inside // manifest.total_bytes if manifest.total_bytes else _MILLION
    most = _MILLION - 1 if unscanned else _MILLION
    return report.model_copy(update={"unscanned": unscanned, "coverage": min(share, most) / _MILLION})


def _whole_shards(report: ScanReport) -> set[str]:
    return {part.shard for part in report.unscanned if part.row is None}


def _is_named(path: str, shards: set[str]) -> bool:
    """Whether a shard of the manifest is among these; of several folders the manifest names the folder, too."""
    return path in shards or path.partition("/")[2] in shards or any(name.endswith(f"/{path}") for name in shards)
