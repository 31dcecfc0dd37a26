"""What a reviewer on another machine is told to do, with commands that work there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from certify.trust.trustfile import TrustFile

ReviewerRole = Literal["approver", "witness", "steward"]

_INTRODUCTION = """# Run {run}: for the {reviewer}

{purpose}

Files: {files}.

Use your own copy of the trust file, never one that came with these files. Its name is "{trust}", its fingerprint
{fingerprint}. Compare it with the one you were told another way:

    certify trust show TRUST.json
"""

_APPROVER = """
Look at the decision and everything it rests on, then say yes or no:

    certify approve decision.bundle.json --trust TRUST.json --key YOUR-KEY.pem --out answer.json

It checks every signature, applies the policy again, and shows model, verdict, numbers, waivers and caveats before it
asks. To say no, add `--reject --comment "why"`. Send answer.json back; it holds no secret.
"""

_WITNESS = """
Answer the plan, which is in the log already:

    certify plan answer plan.bundle.json --proof plan.proof --trust TRUST.json --key YOUR-KEY.pem > answer.json

Send answer.json back; it holds no secret. One plan has one answer.
"""

_STEWARD = """
These statements were signed in the data steward's name or speak of its data. Read them, compare the digests with those
of the data you keep, and object to the issuer if something is wrong; nothing is to be sent back:

    certify data describe DATA --name NAME
"""

_PURPOSES = {
    "approver": "The policy has decided to certify a model. No certificate is issued until approvers agree.",
    "witness": "A plan asks for your answer: the problems the model will be asked are drawn from it.",
    "steward": "What was signed about your data, and what a scan found in it.",
}
_STEPS = {"approver": _APPROVER, "witness": _WITNESS, "steward": _STEWARD}


def instructions(reviewer: ReviewerRole, run: str, trust: TrustFile, files: Iterable[str]) -> str:
    """The README of a handoff, Markdown."""
    listed = ", ".join(sorted(name for name in files if name != "handoff.json"))
    introduction = _INTRODUCTION.format(
        run=run,
        reviewer=reviewer,
        purpose=_PURPOSES[reviewer],
        files=listed,
        trust=trust.name,
        fingerprint=trust.short_fingerprint,
    )
    return introduction + _STEPS[reviewer]
