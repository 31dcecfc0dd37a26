"""What a new version of a trust file changes, as keyholders and readers see it."""

from __future__ import annotations

from certify.cli.render import emit, fields, paragraph
from certify.trust.trust_diff import differences
from certify.trust.trustfile import TrustFile


def print_changes(old: TrustFile, new: TrustFile) -> None:
    """Prints every difference between two versions, and the fingerprint of the new one."""
    fields(
        [
            ("version", f"{old.version} -> {new.version} of {new.name}"),
            ("fingerprint", new.short_fingerprint),
            ("expires", new.expires),
        ],
        indent=0,
    )
    emit()
    changes = differences(old, new)
    for sentence in changes or ("nothing but the version number changes",):
        paragraph(f"- {sentence}", indent=2)
