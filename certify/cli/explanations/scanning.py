"""Codes 030 to 039: the corpus scan."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E030": Explanation(
        "A row of the training data cannot be read",
        "The file is damaged, or a row is not in the form its name promises. The scan stops there instead of "
        "skipping it, because benchmark items could stand in what was skipped. Repair or remove the row the "
        "message names.",
    ),
    "CERT-E031": Explanation(
        "The scan does not know this kind of file",
        "It reads the kinds that the hint lists and guesses nothing. Convert the data, or name only files of those "
        "kinds; files left out are not examined.",
    ),
    "CERT-E032": Explanation(
        "A data file is a link, no regular file, or changed during the scan",
        "The findings would belong to no file that anybody can point to afterwards. Scan a copy that nobody writes "
        "to, with links replaced by the files they stand for.",
    ),
    "CERT-E033": Explanation(
        "There is no data to scan",
        "The path does not exist, or holds no file of a kind the scan reads. An empty scan would look like a clean "
        "one, so it is refused. Check the path.",
    ),
    "CERT-E034": Explanation(
        "A row lacks the text column you named",
        "With --text-field only that column is read, and this row does not have it, so it would go unscanned. Name "
        "a column that every row has, or leave the option away to scan all text.",
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
        "A row of the data is too large",
        "A row is held in memory whole, and this one is beyond the limit the message names. Split it into smaller "
        "rows.",
    ),
    "CERT-E039": Explanation(
        "The scan contradicts itself",
        "A span that was found does not hold the words it should. This is a defect of certify, not of your data. "
        "Please report it with the message.",
    ),
}
