"""Answerers without reasoning, in plain words: what each does to reach its floor."""

from __future__ import annotations

import re

_PLACES = {"1": "", "2": "second ", "3": "third ", "4": "fourth ", "5": "fifth "}
_WORDS = {
    "most-frequent-answer": "always the commonest answer",
    "at-random": "guessing at random",
    "by-lot": "guessing by lot",
    "operator": "going by the last operator alone",
    "operator-or-literal": "going by the last operator, or the first value",
    "last-literal": "repeating the last value named",
    "uniform": "numbers in range, by chance",
    "divide-less-2": "dividing and taking 2 off",
    "middling-offset": "solving with a middling number for the one given",
    "zeros": "always zero",
    "mention-backwards": "names in reverse order of mention",
    "shuffle": "the parts in random order",
    "one-then-nought": "the digits in one fixed order",
    "even": "always one half",
    "upwards": "filling in the numbers upwards",
    "any-fit": "trying numbers once, never going back",
    "named-then-any": "places told outright, the rest by chance",
    "any-order-of-comparisons": "any order the comparisons allow",
    "judged-from-any": "judging from roles drawn by chance",
    "sum-of-facts": "adding up all numbers",
    "no-swap-no-restore": "ignoring swaps and restorations",
    "random-tools": "tools drawn by chance",
    "right-tools-first-choice": "right tools, first choice offered",
    "right-tools-random-choice": "right tools, a choice by chance",
    "before-the-head": "the name told beside the one asked about",
    "off-the-way": "any name but those on the way",
    "names-without-roles": "following names and not roles",
}
"""Responders that lead a shipped table of floors."""
_NUMBERED = (
    (re.compile(r"always-([0-9]{1,3})"), "always in base {}"),
    (re.compile(r"always-([A-Z])"), "always saying {}"),
    (re.compile(r"cancels-([0-9]{1,3})"), "always cancelling {}"),
)
_ROLES = re.compile(r"[LT]{2,}")


def responder_words(name: str) -> str:
    """What an answerer without reasoning does; one that is not known here keeps its name, in quotation marks."""
    if name in _WORDS:
        return _WORDS[name]
    kind, _, place = name.rpartition("-")
    if kind == "frequent" and place in _PLACES:
        return f"always the {_PLACES[place]}commonest answer"
    for pattern, words in _NUMBERED:
        if found := pattern.fullmatch(name):
            return words.format(found[1])
    if _ROLES.fullmatch(name):
        return "always the same persons lying"
    return f"“{' '.join(name.split())[:40]}”" if name else "not named"
