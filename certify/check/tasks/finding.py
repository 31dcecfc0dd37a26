"""Where a task's YAML lies; read here without running anything that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from certify.check.tasks.file import TaskHead, code_digest
from certify.errors import UsageError

_NAMED = 8
"""Names listed in an error at most."""
_CODE = (".yaml", ".yml", ".py", ".txt")
_MAX_FILES = 2_000


class FoundTask(NamedTuple):
    """A task's description."""

    root: Path
    """The folder that its files are named from."""
    path: Path
    """Its YAML."""
    config: dict[str, Any]
    """What that says, its includes merged in, functions by name alone."""


def tasks_root(folder: str | None) -> Path:
    """The folder that tasks are looked for in: an operator's, or that of the installed lm-eval.

    Raises:
        UsageError: CERT-E560, there is no such folder.
    """
    if folder is None:
        package = find_spec("lm_eval")  # found, not imported: that takes seconds
        if package is None or package.origin is None:
            raise refused("lm-eval is not installed", "", "pip install 'certify-models[eval]'")
        return Path(package.origin).resolve().parent / "tasks"
    root = Path(folder).resolve()
    if not root.is_dir():
        raise refused(f"the folder of tasks {folder} is not there", "", "name the folder with the task's YAML in tasks")
    return root


def find_task(name: str, root: Path) -> FoundTask:
    """The description of a task that answers are generated for.

    The files are searched for the name first: reading all of lm-eval's 14,000 descriptions takes a quarter of a minute.

    Raises:
        UsageError: CERT-E560, there is none, it is a group, or of a kind that cannot be asked here.
    """
    found = [(path, config) for path in _naming(name, root) if (config := described(path)) is not None]
    for path, config in found:
        if config.get("task") == name and "group" not in config:
            _require_askable(name, path, config, root)
            return FoundTask(root, path, config)
    members = _members(name, [config for _, config in found])
    if members:
        first = ", ".join(members[:_NAMED]) + (" and others" if len(members) > _NAMED else "")
        raise refused(
            f"{name} is a group of lm-eval tasks",
            "each check asks one task, so that each has a number of its own",
            f"name one of {first}; several go under labels such as static-benchmark:{members[0]}",
        )
    where = "lm-eval has no task of this name" if root == tasks_root(None) else f"no YAML in {root} describes it"
    raise refused(f"no task is called {name}", where, _nearest(name, root))


def described(path: Path) -> dict[str, Any] | None:
    """What a YAML file says of a task or group; None where it cannot be read."""
    from lm_eval.tasks._yaml_loader import load_yaml

    try:
        config: dict[str, Any] = load_yaml(path, resolve_func=False)
    except Exception:  # a file that lm-eval would pass over
        return None
    return config


def code_files(found: FoundTask, *, own: bool) -> dict[str, bytes]:
    """The files that word and score a task, by path from its root: an operator's whole folder, or the task's part.

    Raises:
        UsageError: CERT-E560, they are too many.
    """
    top = found.root if own else found.root / found.path.relative_to(found.root).parts[0]
    paths = sorted(path for path in _walk(top) if path.suffix in _CODE and path.is_file() and not path.is_symlink())
    if len(paths) > _MAX_FILES:
        raise refused(f"{top} holds more than {_MAX_FILES} files", "", "give the task a folder of its own")
    return {path.relative_to(found.root).as_posix(): path.read_bytes() for path in paths}


def code_fault(head: TaskHead) -> str | None:
    """Why the code that a task was planned with cannot score here; None where it can.

    An operator's own code is in the task's file; lm-eval's has to be installed, byte for byte the same.
    """
    try:
        here = version("lm-eval")
    except PackageNotFoundError:
        return f"lm-eval {head.task.lm_eval} is not installed"
    if here != head.task.lm_eval:
        return f"lm-eval {here} is installed, and {head.task.lm_eval} worded the task"
    if head.files is not None:
        return None
    root = tasks_root(None)
    path = (root / head.yaml).resolve()
    if root not in path.parents or not path.is_file():
        return f"lm-eval has no {head.yaml} here"
    same = code_digest(code_files(FoundTask(root, path, {}), own=False)) == head.task.code
    return None if same else f"the files of the task {head.task.name} in this lm-eval are other ones than planned"


def refused(what: str, why: str = "", hint: str = "") -> UsageError:
    """The error for a task that cannot be asked."""
    return UsageError("CERT-E560", what, why, hint)


def _require_askable(name: str, path: Path, config: dict[str, Any], root: Path) -> None:
    if "class" in config:
        raise refused(f"the task {name} is a Python class", "certify asks tasks described in YAML", "write it as YAML")
    if config.get("unsafe_code") or config.get("doc_to_image") or config.get("doc_to_audio"):
        raise refused(
            f"the task {name} runs programs that the model wrote, or shows it more than text",
            "certify has no place to run such programs safely",
            "ask a task that compares texts",
        )
    kind = config.get("output_type", "generate_until")
    if kind == "generate_until":
        return
    twins = _generative(config, path, root)
    raise refused(
        f"the task {name} compares likelihoods ({kind})",
        "certify judges what a model writes; the likelihood of a choice is no answer that could be read again",
        f"name its generative twin: {', '.join(twins[:_NAMED])}" if twins else "lm-eval has no generative twin of it",
    )


def _generative(config: dict[str, Any], path: Path, root: Path) -> list[str]:
    """Tasks beside this one that ask the same data set for written answers; those with most words of its name first."""
    wanted, name = (config.get("dataset_path"), config.get("dataset_name")), str(config.get("task"))
    parts = path.relative_to(root).parts
    top = root / parts[0] if len(parts) > 1 else root
    found = set()
    for other in _walk(top):
        told = described(other) if other.suffix == ".yaml" else None
        if told is None or "group" in told or not isinstance(told.get("task"), str):
            continue
        same = (told.get("dataset_path"), told.get("dataset_name")) == wanted
        if same and told.get("output_type", "generate_until") == "generate_until":
            found.add(str(told["task"]))
    words = set(name.split("_"))
    return sorted(found, key=lambda other: (-len(words & set(other.split("_"))), other))


def _members(name: str, configs: list[dict[str, Any]]) -> list[str]:
    members = set[str]()
    for config in configs:
        tags = config.get("tag")
        if name in (tags if isinstance(tags, list) else [tags]) and isinstance(config.get("task"), str):
            members.add(config["task"])
        if config.get("group") == name and isinstance(config.get("task"), list):
            members |= {one if isinstance(one, str) else str(one.get("task")) for one in config["task"]}
    return sorted(members)


def _nearest(name: str, root: Path) -> str:
    """What was probably meant: files of tasks are mostly called after them."""
    stems = sorted({path.stem for path in _walk(root) if path.suffix == ".yaml"})
    near = get_close_matches(name, stems, n=1, cutoff=0.75)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{meant}`lm-eval ls tasks` lists those that come with lm-eval"


def _naming(name: str, root: Path) -> list[Path]:
    """The YAML files in whose text a name stands, in the order of their paths."""
    wanted = name.encode()
    return sorted(path for path in _walk(root) if path.suffix == ".yaml" and wanted in path.read_bytes())


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(one for one in folders if one not in ("__pycache__", ".ipynb_checkpoints"))
        yield from (Path(folder) / one for one in names)
