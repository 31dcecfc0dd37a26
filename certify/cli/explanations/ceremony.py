"""Codes 125 to 129: keys of several parties, their terms in the log, and signed trust files."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E125": Explanation(
        "The key of a role is not on this machine",
        "In production each role's key belongs to its own person and machine, so this workspace may lack some of "
        "them; `certify keys list` names the holder. A run is carried out in one workspace, and each stage needs the "
        "key of its role, in a file, a token or a key service that can be reached from there: name it with `certify "
        "keys use ROLE URI`, or have its holder carry out the stage where the workspace lies. Approvers and seed "
        "witnesses sign elsewhere, with `certify handoff`.",
    ),
    "CERT-E126": Explanation(
        "A signature lies where its key does not count",
        "A trust file can say from which log entry a key counts, until which, and from which entry on it is revoked. "
        "This signature lies outside, or nothing proves where it lies. The time written beside a signature does not "
        "matter, because whoever steals a key can write any time. Do not rely on the document; ask its issuer for one "
        "signed with a current key.",
    ),
    "CERT-E127": Explanation(
        "A new trust file does not take the place of the old one",
        "A successor has the next version number and is signed by enough root keys of the version in use, so that "
        "nobody can bring back a withdrawn key or slip in an own file. This one breaks a rule, which the message "
        "names. Ask its publisher for the current file and any versions between.",
    ),
    "CERT-E128": Explanation(
        "A trust file lacks signatures of its root keys",
        "A trust file that names root keys is a draft until as many of them have signed it as it asks for, and a wrong "
        "signature spoils it. Collect the missing ones with `certify trust sign`, each root keyholder on their own "
        "machine, or ask the publisher for the signed file.",
    ),
    "CERT-E129": Explanation(
        "A key or trust file cannot be taken into use as it is",
        "It does not fit this workspace: another log, a key that the trust file does not know, or entries logged "
        "meanwhile that would lose their signature. Nothing was changed. The message names the reason and the way "
        "on; `certify trust show` and `certify keys list` show what is in use.",
    ),
}
