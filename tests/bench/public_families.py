"""Every family of reasoning-gym at its defaults, audited: ``python -m tests.bench.public_families`` prints a table.

Each family runs in a process of its own with a time limit, as some generators take very long. What is asked: does the
library's own right answer score one, what does the best constant answer score, does its scorer end without an
exception on text beside the point, are the problems different, and are they the same under another hash seed. A
family without a fault here may still be left out: this finds reasons against, never for.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from typing import Any

ITEMS = 60
SEED = 20_260_328
SECONDS = 40
FORK = multiprocessing.get_context("fork")
HIGHEST = 0.05
FEWEST_DIFFERENT = 58
_BESIDE = ("", " ", "0", "1", "yes", "no", "True", "[]", "[[", "{", "a,b", "x = =", "(" * 40, "\\boxed{1}", "½")
_COMMON = ("0", "1", "2", "yes", "no", "True", "False", "[]", "impossible")


def examine(family: str) -> dict[str, Any]:
    """What is found of one family, in this process."""
    from reasoning_gym import create_dataset

    dataset = create_dataset(family, seed=SEED, size=ITEMS)
    entries = [dataset[place] for place in range(ITEMS)]
    texts = [str(entry["question"]) for entry in entries]
    answers = [entry["answer"] for entry in entries]
    oracle = sum(_score(dataset, answer, entry) == 1.0 for answer, entry in zip(answers, entries, strict=True))
    frequent = [answer for answer, _ in Counter(map(str, answers)).most_common(5)]
    tried = dict.fromkeys([*_COMMON, *frequent])
    constant = max((sum(_score(dataset, one, entry) == 1.0 for entry in entries), one) for one in tried)
    return {
        "oracle": oracle,
        "constant": constant[0],
        "which": constant[1][:30],
        "raises": sorted(
            {type(one).__name__ for one in (_raised(dataset, text, entries[0]) for text in _BESIDE) if one}
        ),
        "different": len(set(texts)),
        "digest": hashlib.sha256(json.dumps([texts, list(map(str, answers))]).encode()).hexdigest(),
    }


def faults(found: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Why a family fails, in words."""
    if "error" in found:
        return [found["error"]]
    told = []
    if found["oracle"] < ITEMS:
        told.append(f"own answer scores one on {found['oracle']} of {ITEMS}")
    if found["constant"] > HIGHEST * ITEMS:
        told.append(f"constant `{found['which']}` right on {found['constant']} of {ITEMS}")
    if found["raises"]:
        told.append(f"scorer raises {', '.join(found['raises'])}")
    if found["different"] < FEWEST_DIFFERENT:
        told.append(f"{found['different']} different of {ITEMS}")
    if other.get("digest") != found["digest"]:
        told.append("other problems under another hash seed")
    return told


def _score(dataset: Any, answer: Any, entry: Any) -> float:
    try:
        return float(dataset.score_answer(answer, entry))
    except Exception:
        return -1.0


def _raised(dataset: Any, text: str, entry: Any) -> BaseException | None:
    try:
        dataset.score_answer(text, entry)
    except Exception as error:
        return error
    return None


def _apart(family: str) -> dict[str, Any]:
    """One family in a child of this process, which has the library loaded already."""
    ours, theirs = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_send, args=(family, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        found: dict[str, Any] = (
            ours.recv() if ours.poll(SECONDS) else {"error": f"{ITEMS} problems take over {SECONDS} s"}
        )
    except EOFError:
        found = {"error": "the process ended"}
    child.kill()
    child.join()
    return found


def _send(family: str, to: Any) -> None:
    try:
        to.send(examine(family))
    except Exception as error:
        to.send({"error": f"{type(error).__name__}: {error}"[:100]})


def _all(families: list[str], hash_seed: str) -> dict[str, dict[str, Any]]:
    """What is found of each family by a fresh interpreter with this hash seed."""
    command = [sys.executable, "-m", "tests.bench.public_families", "--lines", *families]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))


def main(arguments: list[str]) -> None:
    """The table of the families named, or of all."""
    import reasoning_gym  # noqa: F401 - registers every family
    from reasoning_gym.factory import DATASETS

    lines = "--lines" in arguments
    families = [one for one in arguments if one != "--lines"] or sorted(DATASETS)
    if lines:
        for family in families:
            print(json.dumps([family, _apart(family)]), flush=True)
        return
    first, other = _all(families, "0"), _all(families, "1")
    for family in families:
        told = faults(first[family], other[family])
        print(f"| `{family}` | {'; '.join(told) or 'no fault found'} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
