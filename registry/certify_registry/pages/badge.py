"""A certificate's status for other people's pages: a picture and a line of text."""

from __future__ import annotations

from certify.page.wording import clip
from certify_registry.pages.catalogue import Brief
from certify_registry.pages.drawing import draw
from certify_registry.pages.links import ServerLinks
from certify_registry.pages.wording import Status, day, shown


def badge(serial: str, status: Status) -> str:
    """The badge, SVG of a height of 28 units: sign and word, so that it reads in grey."""
    # 7.3 units a character of 12-unit sans-serif is wide enough for the widest words in any of them
    left, right = round(20 + 6.6 * len(serial)), round(36 + 7.3 * len(status.word))
    return draw("badge.svg", ServerLinks(), serial=serial, status=status, left=left, right=right)


def line(brief: Brief, status: Status) -> str:
    """Serial, status, model, policy, issuer and end of validity in one line."""
    row = brief.row
    parts = [
        f"{row.serial} {status.word}",
        f"model {clip(row.model_name, 120)}",
        f"identity {row.model_identity[:16]}",
        f"policy {brief.policy}",
        f"level {brief.level}",
        f"issued by {brief.issuer}",
        f"valid until {day(row.valid_until)}",
    ]
    return shown(" | ".join(" ".join(part.replace("|", "/").split()) for part in parts)) + "\n"
