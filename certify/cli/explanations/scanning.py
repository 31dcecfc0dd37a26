"""Codes 030 to 039: the corpus scan."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E030": Explanation(
        "A row of a benchmark file cannot be read",
        "The file is damaged, or a row is not in the form its name promises, so a problem would not be looked for. "
        "Repair or remove the row the message names. A row of the training data that cannot be read stops no scan: "
        "the report names it as not searched, and the share of the data that was searched is below 100 %.",
    ),
    "CERT-E031": Explanation(
        "The scan does not know this kind of file",
        "It reads the kinds that the hint lists and guesses nothing. Where other files can be read, a run goes on and "
        "says that it did not search these; where none can, it stops. Convert the data.",
    ),
    "CERT-E032": Explanation(
        "A data file is a link or no regular file",
        "The findings would belong to no file that anybody can point to afterwards. Scan a copy that nobody writes "
        "to, with links replaced by the files they stand for.",
    ),
    "CERT-E033": Explanation(
        "There is no data to scan",
        "The path does not exist, or holds no file of a kind the scan reads. An empty scan would look like a clean "
        "one, so it is refused. Check the path.",
    ),
    "CERT-E034": Explanation(
        "No row of the data has the column you named",
        "With --text-field only that column is read, and it is nowhere, so nothing was searched: most likely the name "
        "is misspelt. Where only some rows lack it, the scan goes on and names them as not searched. Correct the name, "
        "or leave the option away to scan all text.",
    ),
    "CERT-E035": Explanation(
        "Reading this kind of data needs another package",
        "The package is optional and not installed here. The hint gives the command that installs it.",
    ),
    "CERT-E036": Explanation(
        "The benchmark holds no problems",
        "Looking for nothing finds nothing, which would read as a clean result. Name a file with at least one "
        "problem in it.",
    ),
    "CERT-E037": Explanation(
        "The benchmark file cannot be used for a scan",
        "It has no column with questions, a question is empty, or two items share one identifier, so a finding "
        "could not say what it found. Correct the file; the message names the row or the column.",
    ),
    "CERT-E038": Explanation(
        "A row of a benchmark file is too large",
        "A row is held in memory whole, and this one is beyond the limit the message names. Split it into smaller "
        "rows. A row of the training data beyond that limit stops no scan: the report names it as not searched.",
    ),
    "CERT-E039": Explanation(
        "The scan contradicts itself",
        "A span that was found does not hold the words it should. This is a defect of certify, not of your data. "
        "Please report it with the message.",
    ),
}
