"""Codes 010 to 029: the command line, model folders and data folders."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E010": Explanation(
        "Something this command needs is not installed or does not exist here",
        "The command needs an optional part of certify, a device or a number format that this machine does not "
        "offer. It stops before any work begins, so that nothing is lost later. The hint names what to install or "
        "what to choose; `certify doctor` shows everything at once.",
    ),
    "CERT-E011": Explanation(
        "The command line asks for something that cannot be done",
        "An argument has the wrong form, or asks for something certify refuses on principle, such as overwriting a "
        "key. Nothing was changed. The message names the argument; `certify VERB --help` shows its form.",
    ),
    "CERT-E012": Explanation(
        "A file, run, certificate or workspace that you named is not there",
        "certify looked exactly where you pointed and found nothing it can read. It does not search elsewhere, "
        "because using another file than the one you meant could give a wrong verdict. Check the path or the "
        "serial; `certify show` lists runs and `certify registry list` lists certificates.",
    ),
    "CERT-E020": Explanation(
        "This folder cannot be used as a model",
        "A model is a folder with config.json and *.safetensors files, and the folder you named is not one, cannot "
        "be read, or has a place or name that cannot be used. Nothing was written. Name the folder that holds "
        "config.json; for a download cache use `certify model prepare SRC DST` first.",
    ),
    "CERT-E021": Explanation(
        "The model folder holds weights that can run programs",
        "Pickle files such as .bin and .pt can execute code when they are loaded, so certify refuses them "
        "unopened. If the folder also has safetensors, `certify model prepare SRC DST` makes a clean copy without "
        "the others. If not, ask the publisher for safetensors.",
    ),
    "CERT-E022": Explanation(
        "The model folder holds a program, or asks for one",
        "A Python file, or a setting such as auto_map, would let the model's author run code on your machine and "
        "change what is tested. `certify model prepare SRC DST` makes a copy without programs, "
        "and without the setting where the engine has the architecture built in. If the model needs its own code to "
        "work at all, it cannot be certified; choose an architecture that the engine has built in.",
    ),
    "CERT-E023": Explanation(
        "The folder holds a link or a name that cannot be trusted",
        "A link can lead out of the folder, and some names look the same while being different files. What is "
        "certified has to be exactly the bytes in the folder, so such entries are refused. `certify model prepare "
        "SRC DST` copies a download with its links replaced by files.",
    ),
    "CERT-E024": Explanation(
        "A file of weights is damaged or lies about its content",
        "The header of the safetensors or GGUF file does not fit the file: sizes, offsets or names contradict each "
        "other, or one tensor is there twice. Engines might read something else than what was identified. Download the "
        "file again and compare its SHA-256 with the publisher's.",
    ),
    "CERT-E025": Explanation(
        "A settings file of the model cannot be believed",
        "config.json, the weight index or another settings file is malformed, too large, or points outside the "
        "folder. It decides what an engine loads, so it must be sound. Download it again; if it is the publisher's "
        "own, ask them to correct it.",
    ),
    "CERT-E026": Explanation(
        "Files changed while they were being used",
        "The model, the data or the policy is no longer what was identified at the beginning. A certificate would "
        "then speak of other bytes than were tested, so the work stops. Stop whatever writes to the folder, "
        "restore the files, and start again.",
    ),
    "CERT-E027": Explanation(
        "This folder holds an adapter, not a whole model",
        "An adapter only changes another model, which is not in the folder, so nothing here says what would run. "
        "Merge the adapter into its base model, save the result as safetensors, and certify that.",
    ),
    "CERT-E028": Explanation(
        "A weight file is in the folder that the model does not use",
        "Some engines load every weight file they find, so a surplus file could change what runs without being "
        "part of the model. `certify model prepare SRC DST` makes a copy with only the files the model uses.",
    ),
    "CERT-E029": Explanation(
        "The data you named cannot be identified",
        "Training data is identified by its files, and there are none, or one of them cannot be read. Check the "
        "path and who may read it.",
    ),
}
