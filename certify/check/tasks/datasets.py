"""The data set of a task: read from this machine, or fetched from its hub before any code of the task is run.

``python -m certify.check.tasks.datasets NAME [FOLDER]`` fetches it, in a process that may use the network.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from certify.check.tasks.finding import find_task, tasks_root
from certify.errors import UsageError

_COMMIT = re.compile(r"@([0-9a-f]{40})/")


def load_dataset(config: Mapping[str, Any], cache: str | None = None) -> Any:
    """The data set that a task's YAML names.

    Args:
        config: the YAML.
        cache: folder for what is made out of plain files; what comes from a hub is in that hub's own cache.

    Raises:
        UsageError: CERT-E561, it is not at hand.
    """
    from datasets import load_dataset as load
    from datasets.packaged_modules import _PACKAGED_DATASETS_MODULES

    path, name = config.get("dataset_path"), config.get("dataset_name")
    given = {key: value for key, value in (config.get("dataset_kwargs") or {}).items() if key != "trust_remote_code"}
    if cache is not None and path in _PACKAGED_DATASETS_MODULES:
        given["cache_dir"] = cache
    try:
        return load(path=path, name=name, **given)
    except Exception as error:  # the library has a dozen ways to say that it found nothing
        raise absent(config, f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]) from error


def absent(config: Mapping[str, Any], why: str) -> UsageError:
    """The error for a data set that is not on this machine."""
    path, name, given = config.get("dataset_path"), config.get("dataset_name"), config.get("dataset_kwargs") or {}
    if "data_files" in given or "data_dir" in given:
        place = given.get("data_files") or given.get("data_dir")
        how = f"put its files where the task looks for them ({place}); relative paths start at the folder of the task"
    else:
        how = (
            f"run `python -m certify.check.tasks.datasets {config.get('task')}` where the hub can be reached, with "
            "HF_TOKEN set if the set is gated, and bring its cache along (HF_HOME, or ~/.cache/huggingface)"
        )
    what = f"the data set {path}{f' ({name})' if name else ''} of the task {config.get('task')} is not at hand"
    return UsageError("CERT-E561", what, why, how)


def dataset_named(config: Mapping[str, Any]) -> str:
    """The data set, its part and its split, as the task names them."""
    split = config.get("test_split") or config.get("validation_split")
    path = config.get("dataset_path") or "made by the task's own code"
    return f"{path}{f' ({name})' if (name := config.get('dataset_name')) else ''}, {split}"[:300]


def revision_of(dataset: Any) -> str | None:
    """The commit of the hub that a data set came from; None where it came from files."""
    for split in dataset.values() if isinstance(dataset, Mapping) else ():
        sums = getattr(getattr(split, "info", None), "download_checksums", None) or {}
        found = {commit for url in sums for commit in _COMMIT.findall(str(url))}
        if len(found) == 1:
            return str(found.pop())
    return None


def main(arguments: Sequence[str]) -> int:
    """Fetches the data set of a task; says why not on standard error."""
    name, folder = arguments[0], arguments[1] if len(arguments) > 1 else None
    try:
        load_dataset(find_task(name, tasks_root(folder)).config)
    except UsageError as error:
        sys.stderr.write(f"{error.what}: {error.why}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
