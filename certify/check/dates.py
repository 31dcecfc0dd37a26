"""Since when a published problem has been public, and on which side of a cut-off that is."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any

from certify.check.benchmark_files import value_at

DATES = ("released", "release_date", "date", "contest_date", "published", "published_date", "created_at", "year")
"""Columns that hold the date; the first one that a row has is taken."""

_WRITTEN = re.compile(r"\s*([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ].{0,40})?)?)?\s*")
_YEARS = range(1900, 2200)


def released_of(row: Any, column: str | None = None) -> str | None:
    """The date of a row, as ``2025-02-14``, ``2025-02`` or ``2025``; None where it has none that can be read.

    Args:
        row: untrusted, as :func:`certify.check.benchmark_files.rows_of` gives it.
        column: where the date stands; the first of :data:`DATES` when absent.
    """
    for name in [column] if column else DATES:
        if (value := value_at(row, name)) not in (None, ""):
            return _read(value)
    return None


def side_of_cutoff(released: str | None, cutoff: str) -> bool | None:
    """Whether a problem was public by the cut-off; None where that is not known.

    Args:
        released: from :func:`released_of`; a month or year counts only where all its days are on one side.
        cutoff: ``2025-02-14``, the last day of training data.
    """
    if released is None:
        return None
    first, last = _days(released)
    if last <= cutoff:
        return True
    return False if first > cutoff else None


def _read(value: Any) -> str | None:
    if isinstance(value, date):  # and times, which Parquet has
        value = value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    found = _WRITTEN.fullmatch(str(value)[:80])
    if found is None or int(found[1]) not in _YEARS:
        return None
    parts = [part for part in found.groups() if part]
    month, day = int(found[2] or 1), int(found[3] or 1)
    real = 1 <= month <= 12 and 1 <= day <= monthrange(int(found[1]), month)[1]
    return "-".join(parts) if real else None


def _days(released: str) -> tuple[str, str]:
    """The first and last day that a date may mean."""
    year, month, day = (*released.split("-"), "", "")[:3]
    last_month = month or "12"
    last = day or f"{monthrange(int(year), int(last_month))[1]:02d}"
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{last_month}-{last}"
