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
}
