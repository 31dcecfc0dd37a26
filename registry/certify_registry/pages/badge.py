"""A certificate's status for other people's pages: a picture and a line of text, with the standing of this moment."""

from __future__ import annotations

from certify.evidence.certificate import Certificate
from certify.page.drawing import badge_svg
from certify.page.line import badge_of, line_of
from certify_registry.pages.wording import Status, shown


def badge(certificate: Certificate, status: Status) -> str:
    """The badge, SVG: the one that ``certify show --badge`` writes, with the standing that this registry knows."""
    return badge_svg(badge_of(certificate, status.key))


def line(certificate: Certificate, status: Status) -> str:
    """The line of ``certify show --line``, with the standing that this registry knows."""
    return shown(line_of(certificate, status.key)) + "\n"
