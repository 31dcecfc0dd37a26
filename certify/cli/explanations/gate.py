"""Codes of ``certify gate`` and ``certify guard``."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES: dict[str, Explanation] = {
    "CERT-E160": Explanation(
        "The lock file cannot be used",
        "A lock file fixes model, certificate, policy and trust file of one release. This one is malformed, of a form "
        "that this version does not know, or for a policy other than the one at hand. Look at what has changed, and if "
        "you agree with it, write the file again with `certify gate ... --write-lock FILE`.",
    ),
    "CERT-E161": Explanation(
        "The trust file is not the locked one",
        "The lock file names the fingerprint of the trust file that was used when it was written: whose signatures "
        "count was decided then. Another one, or a newer version, is at hand. Name the locked one; or look at the new "
        "one with `certify trust show FILE` and write the lock file again.",
    ),
    "CERT-E162": Explanation(
        "There is no certificate for this model here",
        "The gate takes a certificate from `--certificate FILE`, from beside the lock file, or from the registry of a "
        "workspace named with `--home`, and never out of the model's own folder. None of these has one, so nothing is "
        "known of the model. Name one, or test the model with `certify run MODEL --policy P`.",
    ),
    "CERT-E163": Explanation(
        "This is another certificate than the one asked for",
        "The certificate at hand has another serial, or other content, than `--serial` or the lock file names. It may "
        "be genuine and still not be the one that somebody looked at. Name the right one, or look at this one with "
        "`certify show` and write the lock file again.",
    ),
    "CERT-E164": Explanation(
        "The command does not name the one model that was checked",
        "`certify guard` starts a server on the files it has checked, so the command must name them: by the model's "
        "own path, or by {model}, which is replaced by the verified path. A command that names no model, another, or "
        "several, could serve what nobody has looked at, and is not started.",
    ),
    "CERT-E165": Explanation(
        "The command leaves the tested conditions",
        "A certificate speaks of one way to run a model: engine, number format, compression, prompt template, length. "
        "The command starts another engine, or has an option that brings in another tokenizer, adapter, template or "
        "number format. Start it as it was tested, or say that you know with --outside-scope.",
    ),
    "CERT-E168": Explanation(
        "The guarded command cannot be started",
        "The model was found to be in order, or was not looked at yet, but there is no such program, or it may not be "
        "run. Check its name, its PATH and who may execute it. Nothing was started.",
    ),
    "CERT-E166": Explanation(
        "Your policy is not met by the certificate's evidence",
        "The gate applies your policy to the evidence inside the certificate; what the issuer concluded from it under "
        "a policy of its own decides nothing. A rule is not met, or what it needs was never measured. The answer lists "
        "each such rule, and the commands that would supply missing evidence on your machine.",
    ),
    "CERT-E167": Explanation(
        "The certificate cannot be relied on yet",
        "Nothing is wrong with it, but something is not known: no trust file was named, so nobody vouches for it; or "
        "no answer about withdrawal is as fresh as you ask for; or another version of certify made what this one "
        "cannot compare. `certify verify CERT` shows each check.",
    ),
}
