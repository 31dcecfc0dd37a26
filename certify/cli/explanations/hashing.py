"""Codes 112 and 113: digests that were not taken from the bytes."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E112": Explanation(
        "A file is not what certify remembers of it",
        "With --cached, files that have not changed since they were last read are not read again, except for a random "
        "sample. One of that sample has another content than the one remembered, although its size and times are "
        "the same: the disk altered it, somebody set its times back, or the remembered digests were tampered with. "
        "Everything remembered has been forgotten. Give the command again without --cached, and find out which it was "
        "before you go on.",
    ),
    "CERT-E113": Explanation(
        "A list of digests cannot be used",
        "A list given with --claimed must be a manifest.json of certify or what `sha256sum` prints, name each file "
        "once, and name only files that are there, with the sizes it states. Files that it does not name are read. "
        "Make the list in the folder of the data, or leave --claimed out so that certify reads every byte itself.",
    ),
}
