"""Tasks of lm-eval."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E560": Explanation(
        "A task of lm-eval cannot be asked",
        "A check asks one task whose answers are written out and scored right or wrong one by one. Groups, tasks that "
        "compare likelihoods, tasks that run the model's programs and metrics that give parts of a point are refused, "
        "and so is a scorer that fails on harmless text. The message names what to ask instead, or what to install.",
    ),
    "CERT-E561": Explanation(
        "The data set of a task is not on this machine",
        "The message names it. Unless HF_HUB_OFFLINE or HF_DATASETS_OFFLINE is set, it is fetched from its hub before "
        "any code of the task runs. Without a network, fetch it elsewhere with the command in the hint, and bring the "
        "cache folder along; files of your own go where the task looks for them.",
    ),
    "CERT-E562": Explanation(
        "A task of lm-eval could not be read",
        "It is read in a process of its own, without keys or network, which failed or took too long. Nothing was "
        "planned yet. See what `lm-eval validate` says of the task.",
    ),
    "CERT-E563": Explanation(
        "The answers to a task cannot be scored here",
        "A task scores by its own code, which has to be the code that was planned: the same lm-eval version, the same "
        "files, and what they need. Every answer is kept in the journal. Install the version that the message names "
        "and give the same command again.",
    ),
}
