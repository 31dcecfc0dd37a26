"""Codes 480 to 484: the command ``certify scan``."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E480": Explanation(
        "Two benchmarks have the same name",
        "A finding names its benchmark, so it could not say which of the two it means. Files are called after their "
        "name without endings, and two folders can hold files of one name. Give each a name of its own: "
        "`certify scan --benchmark one=FILE --benchmark other=FILE`, or name a benchmark once.",
    ),
    "CERT-E481": Explanation(
        "A file is not the benchmark whose id it was given under",
        "An id of the catalogue means one file, fixed by its digest, so that two reports with that id speak of the "
        "same problems. The file named has other bytes. Take the original file from the source the catalogue names, "
        "or give yours another name.",
    ),
    "CERT-E483": Explanation(
        "A file of results cannot be used",
        "It holds a row that names no item of the benchmark, has no score between 0 and 1, or answers another question "
        "than the item it names. A score counted for the wrong item would be worse than none, so the file is refused "
        "before the scan. Correct the row the message names; lm-eval writes such files with --log_samples.",
    ),
    "CERT-E484": Explanation(
        "A file of results belongs to no benchmark, or to one that has results already",
        "With several benchmarks each file must say which one it belongs to, and each takes one file. Write "
        "`certify scan --results NAME=FILE` with the name of a benchmark that is scanned for.",
    ),
}
