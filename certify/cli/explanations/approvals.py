"""Codes 104 to 109: waivers, approvals and handoffs between machines."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E104": Explanation(
        "The waiver or approval cannot be made as it was asked for",
        "A waiver names one rule that the policy has and lets people waive, and ends within 90 days; comments and "
        "tickets have a length that fits a page. The message names what does not fit. Correct the command, or change "
        "the policy in the open if the rule is wrong for everybody.",
    ),
    "CERT-E105": Explanation(
        "The waiver is for another model or policy",
        "A waiver counts for the one model, to the byte, and the one policy it names. Nothing was decided with it. "
        "Leave it out, or ask an approver for one that fits with `certify waive`.",
    ),
    "CERT-E106": Explanation(
        "An approval does not count",
        "It is about another decision or model, was signed by another key than it names, or its key holds another "
        "role too. Whoever approves holds a key for that and nothing else, and looks at exactly this decision. Ask "
        "an approver to give it with `certify approve`.",
    ),
    "CERT-E107": Explanation(
        "Not enough approvers have approved the decision",
        "Your trust file names approvers and says how many different keys must approve, and this certificate does not "
        "show them, or one of them said no. Do not rely on it. Ask its issuer for the approvals, or compare your trust "
        "file with the one its publisher names.",
    ),
    "CERT-E108": Explanation(
        "There is nothing to approve or hand over at this point",
        "The run has not come so far, is over, was not certified, or this key has given its answer already; or a file "
        "holds no answer of a reviewer. Nothing was changed. `certify show` lists the runs and how they stand.",
    ),
    "CERT-E109": Explanation(
        "What came back from another machine is refused",
        "The archive or folder holds a link, a name that leads out of it, too much, or something signed that does not "
        "verify under the workspace's trust file. Nothing of it was kept. Ask its sender for the signed answer alone.",
    ),
}
