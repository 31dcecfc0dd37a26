"""Codes 070 to 079: the registry, its log and the disk."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E070": Explanation(
        "The registry is damaged",
        "What is on disk is not what the registry wrote there. It is not used any further, because a log that was "
        "changed proves nothing. Stop writing to it, run `certify registry fsck`, and restore the newest backup.",
    ),
    "CERT-E071": Explanation(
        "Somebody else is using the workspace or its registry",
        "Two writers at once could not keep the log in order. Wait for the other command to end, or use another "
        "workspace with --home DIR. Nothing was changed. A server says the same when more statements wait than it "
        "takes at once: send it again in a second.",
    ),
    "CERT-E072": Explanation(
        "The registry is older than what it has already promised",
        "Its last signed checkpoint covers more than it holds now, as after restoring an old backup. Going on "
        "would sign two different histories. Restore the newest copy of its database.",
    ),
    "CERT-E073": Explanation(
        "The disk refused to write, or is full",
        "Files appear whole or not at all, so nothing half-written is kept and everything acknowledged before is "
        "safe. Make room and give the same command again; nothing is logged twice.",
    ),
    "CERT-E074": Explanation(
        "The log does not take this statement",
        "It is not signed by a key that this registry knows in the role that such a statement needs, or it is not "
        "a kind of statement the log keeps. Enrol the key, or sign with the key that has the role.",
    ),
    "CERT-E075": Explanation(
        "A log proof, a checkpoint or a log key is malformed",
        "It was edited, cut, or copied incompletely, or the key at hand is not this log's. Ask the registry for "
        "the proof again, and copy the log key as one line.",
    ),
    "CERT-E076": Explanation(
        "A log proof or checkpoint does not verify",
        "The statement is not where it claims to be in the log that your trust file names, or another log signed. "
        "Do not rely on it. Ask the issuer which log and which log key are meant.",
    ),
    "CERT-E077": Explanation(
        "The log already holds an answer to this",
        "The first evaluation logged for a plan is the only one, and a serial stands for one certificate; "
        "otherwise results could be chosen afterwards. Make a new plan, which will count as another attempt.",
    ),
    "CERT-E078": Explanation(
        "The plan's deadline has passed",
        "A plan without a logged evaluation at its deadline counts as failed, so that slow runs cannot hide bad "
        "results. Make a new plan with more time; it counts as another attempt.",
    ),
    "CERT-E079": Explanation(
        "The registry, or an entry in it, is not there",
        "The folder holds no registry, or the log does not hold the plan, certificate or place that was asked for. "
        "Check the workspace with --home and the serial printed on page one.",
    ),
}
