"""A certificate in a line of text, and as a badge to put on a page: the same facts as page one."""

from __future__ import annotations

from typing import NamedTuple

from certify.evidence.certificate import Certificate
from certify.page.verdict import Findings, policy_name, verdict_of, waived_rules
from certify.page.wording import Mark, clip

STANDING = {
    "valid": Mark("✓", "valid", "good"),
    "revoked": Mark("✗", "revoked", "bad"),
    "suspended": Mark("≈", "suspended", "open"),
    "superseded": Mark("–", "superseded", "open"),
    "expired": Mark("–", "expired", "open"),
    "not_yet_valid": Mark("–", "not yet valid", "open"),
}
"""How a standing that a registry told looks."""
UNKNOWN = Mark("–", "standing not asked", "open")


class Badge(NamedTuple):
    """What a badge says: two fields, a mark, and the whole of it for those who do not see it."""

    left: str
    """Whose word, and how independent."""
    right: str
    """Verdict or standing, and until when."""
    mark: Mark
    """Its mark, with a shape of its own."""
    width: tuple[int, int]
    """Widths of the fields, SVG units."""
    alt: str
    """The same in words."""


def line_of(findings: Findings, standing: str | None = None) -> str:
    """One line: serial, model, verdict, level, until when, standing.

    Args:
        findings: what was signed.
        standing: what a registry says of it now; told as not asked where None. A page alone cannot know.
    """
    model = clip(findings.model.name, 60)
    if not isinstance(findings, Certificate):
        return f"{clip(findings.run, 60)}: {model}, {verdict_of(findings).word.lower()} under {policy_name(findings)}"
    waived = len(waived_rules(findings))
    parts = [
        model,
        f"{verdict_of(findings).word.lower()} under {policy_name(findings)}",
        f"level {int(findings.level)} of 3",
        *([f"{waived} waived"] if waived else []),
        *(["development keys, not for reliance"] if findings.development else []),
        f"until {findings.valid_until[:10]}",
        _standing(standing).word,
    ]
    return f"{findings.serial}: {', '.join(parts)}"


def badge_of(findings: Findings, standing: str | None = None) -> Badge:
    """The badge of a certificate or report; arguments as :func:`line_of`.

    A standing that takes a certificate away is all that the badge then says; development keys never look valid.
    """
    left = "certify" + (f" L{int(findings.level)}" if isinstance(findings, Certificate) else "")
    mark = _mark(findings, standing)
    right = mark.word
    if isinstance(findings, Certificate) and mark.tone == "good":
        right = f"{clip(findings.policy.id, 24)} {findings.policy.version} until {findings.valid_until[:10]}"
        if standing is None:
            right = f"{mark.word.lower()} on {findings.valid_from[:10]}, ask its registry"
    return Badge(left, right, mark, (_width(left), _width(right) + 16), line_of(findings, standing))


def _mark(findings: Findings, standing: str | None) -> Mark:
    if isinstance(findings, Certificate) and standing not in (None, "valid"):
        return _standing(standing)
    if findings.development:
        return Mark("–", "development, not for reliance", "open")
    return verdict_of(findings)


def _standing(standing: str | None) -> Mark:
    if standing is None:
        return UNKNOWN
    return STANDING.get(standing, Mark("–", clip(standing, 20), "open"))


def _width(text: str) -> int:
    """Room for a text of 11 units, a little more than it takes in any common sans serif."""
    return round(len(text) * 6.6) + 12
