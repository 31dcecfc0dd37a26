"""Codes 620 to 626: changes of standing, renewals, status lists and what one cause touches."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E620": Explanation(
        "A second revoker's signature is asked for, or nothing waits for one",
        "Where the trust file names two revokers, nobody revokes or reinstates a certificate alone: both sign the same "
        "statement. The first declares it with a reason, the other signs it with --confirm and a key of their own. "
        "Until then a revocation counts as a suspension.",
    ),
    "CERT-E621": Explanation(
        "This certificate cannot be renewed",
        "A renewal takes the place of a certificate that is intact, issued here, and neither revoked, suspended nor "
        "superseded, and is decided by the current version of the same policy. Lift a suspension first, or test the "
        "model from the beginning with `certify run`.",
    ),
    "CERT-E623": Explanation(
        "These status lists cannot be believed",
        "They are not signed by the log that your trust file names, are damaged, or are not one list for each purpose "
        "of one moment. They say nothing of any certificate. Get them again from the registry, or ask it directly.",
    ),
    "CERT-E624": Explanation(
        "There is nothing to make status lists of",
        "A status list speaks for the entries of a log until the next one is due. Log something first, and give the "
        "lists some time before the next update.",
    ),
    "CERT-E625": Explanation(
        "What went wrong is not named clearly",
        "Certificates are found by key=ID, benchmark=NAME, engine=NAME or a library with versions, policy=ID and "
        "dataset=NAME; digests stand for names. Everything in one condition must hold, several conditions add up.",
    ),
    "CERT-E626": Explanation(
        "A certificate cannot be superseded by an older one",
        "The certificate that takes another's place must have been logged after it. Check which of the two serials is "
        "the newer one.",
    ),
}
