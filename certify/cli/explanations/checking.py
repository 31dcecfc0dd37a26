"""Codes 090 to 097, 110, 111 and 149: what verification and audit can find wrong."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E090": Explanation(
        "The certificate and its evidence contradict each other",
        "A statement is missing, surplus, about another model or plan, at another place of the log, or says "
        "something else than the certificate. Signatures alone cannot mend that. Do not rely on the document; ask "
        "its issuer.",
    ),
    "CERT-E091": Explanation(
        "The policy does not lead to the decision that was signed",
        "The policy was applied again to the signed evidence and came to another result, or it is not the policy "
        "that was planned. Do not rely on the document; ask its issuer.",
    ),
    "CERT-E092": Explanation(
        "The seed of the fresh problems is not the witnesses' work",
        "Not exactly the planned witnesses answered for this plan, one of them is unknown to your trust file, or "
        "the seed is not made of their answers. The problems may have been chosen. Do not rely on the document.",
    ),
    "CERT-E093": Explanation(
        "The certificate is not valid at this time",
        "Its validity has ended or has not begun. Ask for a current certificate; use --at TIME to ask about a time "
        "in the past.",
    ),
    "CERT-E094": Explanation(
        "The certificate was decided under another policy than you ask for",
        "Either the policy has another id, or the same id with another content, which is called a modified pack. "
        "Ask for a certificate under your policy, or read the other one before you accept it.",
    ),
    "CERT-E095": Explanation(
        "The parties behind the certificate are less independent than you ask for",
        "The assurance level follows from who held which key and where the seed came from. Ask for a certificate "
        "of a higher level; docs/assurance-levels.md says what each one takes.",
    ),
    "CERT-E096": Explanation(
        "The certificate was withdrawn",
        "A signed and logged entry revokes, suspends or replaces it; its reason stands beside it. Do not rely on "
        "it. Ask the issuer whether there is a newer certificate.",
    ),
    "CERT-E097": Explanation(
        "This is not the certified model",
        "At least one file that an engine would read differs from the certified ones. Even a small change to a "
        "setting can change every answer. Get the model from where its issuer got it, or have this one certified.",
    ),
    "CERT-E110": Explanation(
        "The evidence pack does not lead to the signed numbers",
        "Questions, answers, judgements or the scan were repeated and something came out otherwise than what was "
        "signed. Either the pack is not the original one, or the evaluation is wrong. Ask the issuer to explain.",
    ),
    "CERT-E111": Explanation(
        "The page, drawn again, comes out otherwise",
        "The same programs and fonts that the file names drew it here, and the result differs: the PDF shows something "
        "that its statements do not say. Do not rely on its pages; the bundle inside can be checked on its own.",
    ),
    "CERT-E149": Explanation(
        "The model cannot be asked again like this",
        "A rerun asks a random sample of the signed questions again, of exactly the certified model and in the "
        "configuration it was tested in; fewer than ten questions say nothing. The message says what is missing.",
    ),
}
