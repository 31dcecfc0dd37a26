"""Codes 040 to 049 and 056: keys, trust files, signatures and the JSON they cover."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E040": Explanation(
        "The passphrase is missing or does not open the key",
        "Signing keys are stored encrypted, and without the right passphrase nothing can be signed. Set "
        "CERTIFY_PASSPHRASE or CERTIFY_PASSPHRASE_FILE (CERTIFY_PIN_FILE for the PIN of a token), or run the command "
        "on a terminal, where it asks. Nothing was signed or logged.",
    ),
    "CERT-E041": Explanation(
        "A key cannot be used",
        "The key file is unreadable, damaged, of a kind certify does not sign with, or a signing service did not "
        "sign with the key it was asked for. certify uses ECDSA P-256 and Ed25519 keys. Check the path and the "
        "service, or make a key with `certify keys make`.",
    ),
    "CERT-E042": Explanation(
        "The trust file cannot be used",
        "It is missing, malformed, expired, or has another fingerprint than you were told. Without a sound trust "
        "file nobody's signature can be told from a stranger's. Ask whoever publishes it for the current one, and "
        "compare its fingerprint over another channel.",
    ),
    "CERT-E043": Explanation(
        "The number of signatures is wrong",
        "A bundle carries exactly one signature; where a role needs several signers, each brings an own bundle "
        "over the same statement. Here there are more, fewer, or they are over different statements. Ask the "
        "signers for their original bundles.",
    ),
    "CERT-E044": Explanation(
        "The signature does not match",
        "The statement was changed after it was signed, or the signature belongs to another statement or key. Do "
        "not rely on the document. Ask its issuer for the original file.",
    ),
    "CERT-E045": Explanation(
        "A signed document is malformed",
        "A field is missing, misspelt, unknown, contradicts another one, or is written in a way no writer of such "
        "documents produces. Reading it generously could let two readers see different things, so it is refused. "
        "Ask for the original file.",
    ),
    "CERT-E046": Explanation(
        "This is not JSON that certify accepts",
        "The file is too large, not UTF-8, not JSON, or has no canonical form, so its digest would not be well "
        "defined. Check that it is the right file and that it arrived whole.",
    ),
    "CERT-E047": Explanation(
        "A key appears twice in a JSON object",
        "Programs disagree on which of the two counts, so such a file can mean different things to different "
        "readers. It is refused. Ask for the original file.",
    ),
    "CERT-E048": Explanation(
        "A number in a JSON file is not exact",
        "NaN, infinities, and integers too large for every reader have no place in evidence. The file was not "
        "written by certify, or was changed. Ask for the original file.",
    ),
    "CERT-E049": Explanation(
        "A JSON file nests too deep",
        "No document of certify needs more levels than the limit; files that do are made to exhaust a reader. Do "
        "not open it with other tools. Ask for the original file.",
    ),
    "CERT-E056": Explanation(
        "A passphrase is too short, or a signer cannot be used",
        "Whoever copies a key file can try passphrases at leisure, so short ones are refused; choose several "
        "random words. If you named a signer by its address, the address is of a kind that certify does not know, "
        "or its key is of a kind it does not sign with.",
    ),
}
