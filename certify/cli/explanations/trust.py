"""Codes 050 to 059: policies, roles and provenance."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E050": Explanation(
        "There is no such policy, or the file is not one",
        "The name is neither the id of a policy that comes with certify nor a readable policy file. `certify "
        "policy list` shows the ids. A policy file is plain YAML; its clever features are refused.",
    ),
    "CERT-E051": Explanation(
        "The policy has a field that is unknown, missing or wrong",
        "A misspelt field would silently change what the policy asks for, so nothing unknown is accepted. The "
        "message names the place, and often the field that was meant. Correct it and run `certify policy lint`.",
    ),
    "CERT-E052": Explanation(
        "The policy has no rules",
        "It would certify anything, so it is refused. Add at least one rule.",
    ),
    "CERT-E053": Explanation(
        "The policy contradicts itself or cannot work",
        "Its rules were read before any model was tested, and at least one of them can never be satisfied, never "
        "fail, or asks for evidence that nothing produces. Each mistake is listed with a remedy. Correct them and "
        "run `certify policy lint` again.",
    ),
    "CERT-E054": Explanation(
        "An example in the policy does not end as it says",
        "Every rule carries examples of evidence that passes, fails and is missing; one of them came out "
        "otherwise, or there is no complete example to lay them over. Correct the rule or the example and run "
        "`certify policy test`; `certify policy example POLICY` prints a complete one to start from.",
    ),
    "CERT-E055": Explanation(
        "The signer may not sign this",
        "The signature is sound, but your trust file does not give that key this role, or does not know the key at "
        "all. Do not add a key on the word of the file you are checking: ask whoever publishes your trust file.",
    ),
    "CERT-E057": Explanation(
        "A declaration or a provenance step cannot be recorded",
        "A file is missing or outside the base folder, the command cannot be started, the declaration is "
        "malformed, or the package for provenance is not installed. Nothing was signed. The message names which of "
        "these it is.",
    ),
    "CERT-E058": Explanation(
        "The evidence does not belong together",
        "A decision can only rest on statements about one and the same run: plan, evaluation, data and "
        "declaration. These speak of different ones. Use the statements of a single run.",
    ),
    "CERT-E059": Explanation(
        "The provenance of the data does not hold",
        "A step is missing, was performed by someone else than the layout allows, or did not start from what the "
        "step before it wrote. The data may not be what its steward says it is. Ask whoever performed the steps "
        "for the missing or changed files.",
    ),
}
