"""Codes 060 to 069 and 098 to 103, 140, and 475: engines, journals, checks and problems."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E060": Explanation(
        "The engine stopped, or cannot do what was asked",
        "The process that runs the model ended early, ran out of memory, or cannot use this model as it was asked "
        "to. Every answer it had given is kept. Give the same command again to ask only what is missing, or follow "
        "the hint if the model needs other settings.",
    ),
    "CERT-E061": Explanation(
        "The journal of answers is not as it was written",
        "A line is missing, changed or there twice. Answers count only exactly as the engine gave them, so the run "
        "cannot go on from here. Restore the journal from a copy, or begin a new run.",
    ),
    "CERT-E062": Explanation(
        "The journal or the engine belongs to other conditions than planned",
        "The answers were made, or would be made, with another model, configuration or prompt than the plan fixed, "
        "or another process is writing them. A certificate speaks of the planned configuration alone. Continue "
        "where the plan was made, or begin a new run.",
    ),
    "CERT-E063": Explanation(
        "The model does not finish its answers within the policy's limit",
        "A pilot on problems that no plan asks showed that too many answers are cut off. Such a run could only end "
        "inconclusive, so it stops before its plan is logged and no attempt is counted. Use a policy with a higher "
        "max_tokens.",
    ),
    "CERT-E064": Explanation(
        "Evidence that the next step needs is not there",
        "A signed statement, a record or a file of the evidence pack is missing. Missing evidence never counts as "
        "passed. Ask the issuer for the complete pack, or continue the run that makes it.",
    ),
    "CERT-E065": Explanation(
        "A family of problems or a level of difficulty does not exist",
        "The program asked itself for something it does not have. This is a defect of certify or of a changed "
        "install. Reinstall it, and report the message if it comes back.",
    ),
    "CERT-E066": Explanation(
        "A stored benchmark problem does not fit its family",
        "Problems are solved and varied from the facts stored with them, and these facts do not make the problem. "
        "Restore the benchmark file that the plan names.",
    ),
    "CERT-E067": Explanation(
        "A benchmark problem has no second of its kind",
        "The fresh twin of a problem keeps its wording and size and changes its numbers; for this problem there is "
        "no room to change anything. Leave the item out of the benchmark.",
    ),
    "CERT-E068": Explanation(
        "A family has no more new problems of this level",
        "Every problem it can make was already drawn or excluded. Ask for fewer items in the policy.",
    ),
    "CERT-E069": Explanation(
        "A family's floor is missing from this install",
        "The floor says how well blind guessing does, and a score means little without it. Reinstall certify; if "
        "you changed a family, measure its floor again.",
    ),
    "CERT-E098": Explanation(
        "A seed witness has not answered yet",
        "The fresh problems are drawn from the witnesses' answers to the logged plan, so that the issuer cannot "
        "choose them. Each witness runs the command in the hint; put the answers where it says and give the same "
        "command again.",
    ),
    "CERT-E099": Explanation(
        "Something happened that should not be possible",
        "This is a defect of certify or of a damaged install, not a verdict about a model. Run the command again "
        "with --debug and report what it prints.",
    ),
    "CERT-E100": Explanation(
        "A benchmark cannot be found or read",
        "It is neither one that comes with certify nor a readable file of problems with answers. A benchmark is "
        "JSON Lines or Parquet with a question and an answer in each row; the message names what is wrong.",
    ),
    "CERT-E101": Explanation(
        "The benchmark is not the file that was agreed on",
        "Its digest differs from the one in the plan or in the catalogue, so scores on it could not be compared. "
        "Put the original file back, or make a new plan for the changed one.",
    ),
    "CERT-E102": Explanation(
        "The checks in the policy or plan cannot be carried out as written",
        "A parameter is impossible, a check is unknown, two checks do not fit together, or the plan was made by "
        "another version of certify, which might draw other problems. Correct the policy, or use the version that "
        "made the plan.",
    ),
    "CERT-E103": Explanation(
        "The answers could not be judged",
        "The process that compares answers with solutions stopped. Every answer is kept in the journal. Give the "
        "same command again.",
    ),
    "CERT-E140": Explanation(
        "A threshold of the policy is out of reach of the planned sample",
        "Even a model that answers everything right would not meet it, because so few items cannot show so much. The "
        "run stops before its plan is logged and no attempt is counted. Plan more items, or ask for less; `certify "
        "plan preview --policy P` shows what a policy's sample can show.",
    ),
    "CERT-E475": Explanation(
        "The file of a known benchmark is not at hand",
        "The catalogue describes this benchmark, but its file does not come with certify. Get it from where the hint "
        "says and put it into the folder that CERTIFY_BENCHMARKS names. Only the file with the digest in the message "
        "is taken.",
    ),
    "CERT-E476": Explanation(
        "An operator's own problems are not at hand",
        "A policy names a private set by its public name alone. Its file is looked for in the folder that "
        "CERTIFY_PRIVATE_SETS names, as NAME.jsonl or NAME.parquet, and the key of planted items as "
        "NAME.canaries.json. Whoever audits the run needs the same file.",
    ),
    "CERT-E477": Explanation(
        "The library of the public problem families is not installed",
        "A policy asks for `public_families`, which reasoning-gym makes. Other versions make other problems, so "
        "exactly the audited one is taken. Only whoever draws the problems needs it: answers are judged, and a run is "
        "verified and audited, without it.",
    ),
    "CERT-E478": Explanation(
        "The public problem families could not be drawn",
        "They are drawn in a process of its own with a time limit, which failed, or which made other problems than the "
        "known ones: the library leans on generators of Python and NumPy that no version promises to keep. Nothing "
        "was asked yet. Use the versions of a release, or leave `public_families` out.",
    ),
    "CERT-E490": Explanation(
        "The key file of planted items cannot be believed",
        "`certify data canary make` draws every answer with a secret that stands in the key file, so that the chance "
        "of guessing is known. This file has another form, or answers that its secret does not make. Use the file "
        "as it was written; nothing in it may be changed.",
    ),
}
