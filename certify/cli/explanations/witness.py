"""Codes 640 to 659: witnesses of logs, monitors and mirrors."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E640": Explanation(
        "Too few witnesses have cosigned the log",
        "Your trust file, or --require-witnesses, asks that independent witnesses have seen the history a certificate "
        "rests on. Without them the log could show you one history and others another. Ask whoever keeps the log for "
        "a certificate or proof under a checkpoint that enough witnesses have cosigned.",
    ),
    "CERT-E641": Explanation(
        "A witness policy cannot be used",
        "It says which logs and witnesses count and how many of them are needed, one item a line, as "
        "https://c2sp.org/tlog-policy describes. The message names the line. Nothing is guessed: a policy that is "
        "read wrongly would let too few witnesses pass.",
    ),
    "CERT-E642": Explanation(
        "The memory of a witness cannot be used",
        "A witness signs only what extends all that it has signed before, so it signs nothing while it cannot read or "
        "write what that was. Make room on the disk or repair the file. Never put an older copy in its place: the "
        "witness could then sign two histories. If the file is lost, go on under a new name with new keys.",
    ),
    "CERT-E643": Explanation(
        "A log's files are not what the log has signed for",
        "A tile or a bundle of entries is missing, or does not hash to what the signed checkpoint commits to. Nothing "
        "of it was taken. Read another copy of the log. If they all say so, keep the checkpoint: the log has signed "
        "for something that it does not show.",
    ),
    "CERT-E644": Explanation(
        "A server did not answer, or not as it should",
        "It could not be reached, was too slow, answered with an error, or with more than is ever needed. Redirections "
        "are not followed. Check the address and try again later; what was done before is kept.",
    ),
    "CERT-E645": Explanation(
        "An address is not used",
        "It is no http or https address, or it leads into a private network, where whoever chose it might reach what "
        "is not meant for them. If it is your own, say --allow-private.",
    ),
    "CERT-E646": Explanation(
        "Too few witnesses answered to issue the certificate",
        "The trust file lets no certificate count unless enough witnesses have cosigned the log. Those missing "
        "did not answer, or refused, or the log grew each time they were asked; the message says which. Nothing is "
        "lost: give the same command again once they answer. `certify registry cosign` shows who has "
        "cosigned, and --policy FILE says whom to ask.",
    ),
    "CERT-E647": Explanation(
        "The state of a monitor cannot be used",
        "It remembers which checkpoint was seen last; without it a log could take entries back unnoticed. Make room on "
        "the disk, or name the right file with --state. A new file begins from what the log shows now.",
    ),
}
