"""Every family of reasoning-gym at its defaults, audited: ``python -m tests.bench.public_families`` prints a table.

Each family runs in a process of its own with a time limit, as some generators take very long. What is asked: does the
library's own right answer score one, what does the best answer without reasoning score (a constant, or something copied
from the question), does its scorer end without an exception on text beside the point, are the problems different, and
are they the same when drawn again and under another hash seed. A family without a fault here may still be left out:
this finds reasons against, never for.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

ITEMS = 60
SEED = 20_260_328
SECONDS = 40
AGAIN = 10
FORK = multiprocessing.get_context("fork")
HIGHEST = 0.05
FEWEST_DIFFERENT = 58
_BESIDE = ("", " ", "0", "1", "yes", "no", "True", "[]", "[[", "{", "a,b", "x = =", "(" * 40, "\\boxed{1}", "½")
_COMMON = ("0", "1", "2", "yes", "no", "True", "False", "[]", "impossible")


def examine(family: str, made: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """What is found of one family, in this process; ``made`` is called when its problems are there."""
    from reasoning_gym import create_dataset

    dataset = create_dataset(family, seed=SEED, size=ITEMS)
    entries = [dataset[place] for place in range(ITEMS)]
    again = [dataset[place] for place in range(AGAIN)]
    made()
    scored = Scored(dataset, entries)
    texts = [str(entry["question"]) for entry in entries]
    answers = [entry["answer"] for entry in entries]
    oracle = scored.right(answers)
    frequent = [answer for answer, _ in Counter(map(str, answers)).most_common(5)]
    constants = {one: scored.right([one] * ITEMS) for one in dict.fromkeys([*_COMMON, *frequent])}
    copies = {name: scored.right(list(map(take, texts))) for name, take in SHORTCUTS.items()}
    for text in _BESIDE:
        scored.score(text, entries[0])
    return {
        "oracle": oracle,
        "constant": max((right, one[:30]) for one, right in constants.items()),
        "copy": max((right, name) for name, right in copies.items()),
        "raises": sorted(scored.raised),
        "different": len(set(texts)),
        "again": sum(_told(one) != _told(other) for one, other in zip(entries, again, strict=False)),
        "digest": hashlib.sha256(json.dumps([texts, list(map(str, answers))]).encode()).hexdigest(),
    }


class Scored:
    """The library's scorer on the entries of one family, and what it raised meanwhile."""

    def __init__(self, dataset: Any, entries: list[Any]) -> None:
        self._dataset, self._entries = dataset, entries
        self.raised: set[str] = set()

    def score(self, answer: Any, entry: Any) -> float:
        """The score; -1 where the scorer raises."""
        try:
            return float(self._dataset.score_answer(answer, entry))
        except Exception as error:
            self.raised.add(type(error).__name__)
            return -1.0

    def right(self, answers: list[Any]) -> int:
        """On how many entries the answers, one each, score one."""
        return sum(self.score(answer, entry) == 1.0 for answer, entry in zip(answers, self._entries, strict=True))


def _told(entry: Any) -> tuple[str, str]:
    return str(entry["question"]), str(entry["answer"])


def _numbers(text: str) -> list[str]:
    return re.findall(r"-?\d+(?:\.\d+)?", text)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


SHORTCUTS: dict[str, Callable[[str], str]] = {
    "first number": lambda text: next(iter(_numbers(text)), ""),
    "last number": lambda text: next(reversed(_numbers(text)), ""),
    "greatest number": lambda text: max(_numbers(text), key=float, default=""),
    "least number": lambda text: min(_numbers(text), key=float, default=""),
    "how many numbers": lambda text: str(len(_numbers(text))),
    "last word": lambda text: next(reversed(re.findall(r"[A-Za-z]+", text)), ""),
    "last line": _last_line,
    "last line sorted": lambda text: " ".join(sorted(_last_line(text).split())),
    "last line backwards": lambda text: _last_line(text)[::-1],
    "the question": lambda text: text,
}


def faults(found: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Why a family fails, in words."""
    if "error" in found:
        return [found["error"]]
    told = []
    if found["oracle"] < ITEMS:
        told.append(f"own answer scores one on {found['oracle']} of {ITEMS}")
    for kind in ("constant", "copy"):
        right, which = found[kind]
        if right > HIGHEST * ITEMS:
            told.append(f"{kind} `{which}` right on {right} of {ITEMS}")
    if found["raises"]:
        told.append(f"scorer raises {', '.join(found['raises'])}")
    if found["different"] < FEWEST_DIFFERENT:
        told.append(f"{found['different']} different of {ITEMS}")
    if found["again"]:
        told.append(f"other problems when drawn again, {found['again']} of {AGAIN}")
    if other.get("digest") != found["digest"]:
        told.append(f"under another hash seed {other.get('error', 'other problems')}")
    return told


def _apart(family: str) -> dict[str, Any]:
    """One family in a child of this process, which has the library loaded already."""
    ours, theirs = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_send, args=(family, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        found = _received(ours)
    except EOFError:
        found = {"error": "the process ended"}
    child.kill()
    child.join()
    return found


def _received(ours: Any) -> dict[str, Any]:
    """What the child sends: that the problems are made, then what was found; or which of the two took too long."""
    for late in (f"{ITEMS} problems take over {SECONDS} s", f"its scorer takes over {SECONDS} s"):
        if not ours.poll(SECONDS):
            return {"error": late}
        found = ours.recv()
        if found is not None:
            return dict(found)
    return {"error": "nothing was found"}


def _send(family: str, to: Any) -> None:
    try:
        to.send(examine(family, lambda: to.send(None)))
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
