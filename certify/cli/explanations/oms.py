"""Codes 114 to 117: OpenSSF model signatures, and records of how a folder was prepared."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E114": Explanation(
        "The model signature cannot be used",
        "The file is not a signature of OpenSSF Model Signing v1.0, or it contradicts itself: another kind of "
        "statement, an unsorted or unsafe list of files, ranges that leave a gap, a root digest that does not fit. "
        "Two tools could read it differently, so it is refused. Ask the signer for a new signature.",
    ),
    "CERT-E115": Explanation(
        "The signer left something out, or followed links",
        "A signer may exclude paths from a signature, and tools then pass over whatever lies there, code included. "
        "certify accepts that only for paths that you name with `--allow-ignored`, and followed links only with "
        "`--allow-symlinks`. Delete what nobody signed, or ask the signer to sign the whole model.",
    ),
    "CERT-E116": Explanation(
        "The signer's certificate is not accepted",
        "It has expired, is not valid yet, is not meant for signing, or none of the authorities that you named "
        "vouches for it. Other tools accept expired certificates; certify does not, because nobody answers for the "
        "key any more. Ask the signer to sign again with a certificate that is valid.",
    ),
    "CERT-E117": Explanation(
        "The record of how a folder was prepared does not fit",
        "The record says which files of a download became which files of the clean folder, and the folder, the "
        "download or the signature at hand is another one. Do not take the folder for the download's content. Ask "
        "whoever prepared it for the record of this very folder, or run `certify model prepare SRC DST` yourself.",
    ),
}
