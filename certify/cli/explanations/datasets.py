"""Codes 122 to 124: descriptions of training data."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E122": Explanation(
        "The description of the data cannot be used",
        "The file is not plain YAML, has a field that does not exist, or a value of the wrong form, such as a day "
        "that no calendar has. Nothing was signed. The message names the place; `certify data describe --template` "
        "prints a description with every field and what it means.",
    ),
    "CERT-E123": Explanation(
        "Somebody else's description of the data cannot be read",
        "The file is not a Croissant document of version 1.0 or 1.1, or not a dataset card with front matter, or it "
        "is damaged or too large. Nothing that such a file refers to is ever fetched. Leave it out, or put what "
        "you know of the data into a description of your own.",
    ),
    "CERT-E124": Explanation(
        "The Croissant document describes other files",
        "It states the SHA-256 of a file that is at hand under the same name with other content. Its words are about "
        "another version of the data, so they are not taken over and nothing was signed. Find the version that it "
        "describes.",
    ),
}
