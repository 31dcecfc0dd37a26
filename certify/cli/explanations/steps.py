"""Codes of provenance steps, withheld fields and the chain from the data to the model."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E118": Explanation(
        "This field cannot be withheld",
        "A withheld field is named by its path within the statement, such as /externalParameters/command, must be "
        "there, and is named once: a field inside a withheld one is withheld with it. Elements of a list are withheld "
        "together with the list. Name all restricted fields when the statement is made; it cannot be changed later.",
    ),
    "CERT-E119": Explanation(
        "The opening does not fit the statement",
        "A withheld field is replaced by a commitment, a digest over its name, its value and a random salt. The value "
        "or salt shown here gives another digest, or the statement withholds no such field, so it is not what was "
        "signed. Ask whoever signed the statement for the openings that were written with it.",
    ),
    "CERT-E120": Explanation(
        "What lies beside a link does not belong to it",
        "A link of a large folder names the list of its files by digest, and a statement tells the same step as the "
        "link. Here the list is missing or another one, or the statement tells other files or was signed with another "
        "key. Ask whoever performed the step for all files that were written with its link.",
    ),
    "CERT-E121": Explanation(
        "This document names no scanned data",
        "To compare what a model was trained on with what was scanned, a certificate with a corpus scan, a "
        "contamination statement or a dataset statement is needed, and it must still be good. Name the certificate "
        "itself, or the contamination statement of its run.",
    ),
}
