"""Which words of a completion are the answer. Reasoning never is."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from certify.evidence.answers import Outcome

VERSION = 3
"""Raised whenever an answer could be read differently."""

MAX_ANSWER = 1000
"""Longest answer, characters; anything longer is not an answer but a text."""

MAX_LINE = 10_000
_TRIES = 100
_BOXED = "\\boxed{"
_NUMBER = re.compile(
    r"[-+\u2212]?\d{1,3}(?:(?:,|\{,\})\d{3})+(?:\.\d+)?(?!\d|(?:[.,]|\{,\})\d)|[-+\u2212]?\d+(?:(?:[.,]|\{,\})\d+)*"
)
"""Digits with commas and points between them are one thing as it is written: the end of ``0,5`` is not the number 5."""

_TERM = re.compile(
    rf"(?:{_NUMBER.pattern})(?:\s?(?:/|\^|\*\*)\s?(?:\{{[^{{}}]{{1,40}}\}}|\([^()]{{1,40}}\)|-?\d{{1,40}}(?:\.\d+)?))*"
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_NEGATIVE = re.compile(r"\b(?:minus|negative)\s+$", re.IGNORECASE)
_SAID = re.compile(r"(?:\banswer\s*(?:is|are|:|=)|####)[\s*:=$]*", re.IGNORECASE)
_BOLD = re.compile(r"\*\*([^*\n]{1,200})\*\*")
_UNIT = re.compile(r"[A-Za-z\s$€£¥%°=.:]*")
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf|textbf|operatorname)\s*\{([^{}]*)\}")
_SPACING = re.compile(r"\\[,;:! ]|\\(?:left|right|quad|displaystyle)(?![a-zA-Z])|~")


def find_answer(text: str, *, numeric: bool, chat: bool, cut_off: bool) -> str | None:
    """The answer in the text outside the reasoning; None where none can be read.

    Tried in this order: the last balanced ``\\boxed{}``, the last JSON object with ``answer``, what follows
    "answer is", "answer:" or "####", for chat models the last bold text, a whole line (the first for completion
    models, the last for chat models), and for numeric questions the last number. A text that was cut off
    may have meant to go on, so there only a complete box, object or first line counts.

    Args:
        text: see :func:`certify.engines.reasoning.split_reasoning`.
        numeric: the right answer is one number.
        chat: the model was asked through its chat template.
        cut_off: the answer ended at the token limit.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = _OTHER_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), folded) if numeric else folded
    declared = next((found for found in (last_boxed(folded), last_json(folded)) if found is not None), None)
    if declared is not None:
        return _without_unit(_clean(declared)) if numeric else _clean(declared)
    if cut_off:
        return _finished_line(folded, numeric) if not chat else None
    said = _said(folded)
    if said is None and chat and (bold := _BOLD.findall(folded)):
        said = bold[-1]
    if said is not None and (found := _first_value(said, numeric)) is not None:
        return found
    return _from_line(folded, numeric, chat)


def last_boxed(text: str) -> str | None:
    """The content of the last ``\\boxed{}`` whose braces balance."""
    start = text.rfind(_BOXED)
    for _ in range(_TRIES):
        if start < 0:
            break
        depth = 1
        for position in range(start + len(_BOXED), len(text)):
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            if not depth:
                return text[start + len(_BOXED) : position]
            if position - start > 4 * MAX_ANSWER:
                break
        start = text.rfind(_BOXED, 0, start)
    return None


def last_json(text: str) -> str | None:
    """The ``answer`` of the last JSON object that has one, lists joined by commas."""
    decoder, start = json.JSONDecoder(), text.rfind("{")
    for _ in range(_TRIES):
        if start < 0:
            break
        try:
            document, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            document = None
        value = _plain(document.get("answer")) if isinstance(document, dict) else None
        if value is not None:
            return value
        start = text.rfind("{", 0, start)
    return None


def repeats_itself(token_ids: Sequence[int]) -> bool:
    """Whether a sequence of tokens ends in a loop: a period of at most 400, four times or more, 60 tokens at least.

    Source: exact tail periodicity; a loop that drifts, such as a counter, is not found.
    """
    length = len(token_ids)
    for period in range(1, min(400, length // 4) + 1):
        need = max(4 * period, 60)
        if need <= length and all(token_ids[-i] == token_ids[-i - period] for i in range(1, need - period + 1)):
            return True
    return False


def without_answer(text: str, closed: bool, cut_off: bool, token_ids: Sequence[int]) -> Outcome:
    """What became of a completion in which no answer could be read."""
    if cut_off:
        return Outcome.LOOPED if repeats_itself(token_ids) else Outcome.TRUNCATED
    if not closed:
        return Outcome.UNCLOSED
    return Outcome.UNPARSEABLE if text else Outcome.NO_ANSWER


def numbers(text: str) -> list[str]:
    """The numbers in a text, as written."""
    return _NUMBER.findall(text)


def _plain(value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(part, str | int | float) for part in value):
        return ", ".join(map(str, value))
    return None


def _said(text: str) -> str | None:
    for found in reversed(list(_SAID.finditer(text))[-_TRIES:]):
        line = text[found.end() : found.end() + MAX_LINE].partition("\n")[0]
        if line.strip(" *.:$"):
            return line
    return None


def _first_value(said: str, numeric: bool) -> str | None:
    span = said.rpartition("=")[2] if numeric else said
    if numeric:
        found = _TERM.search(span)
        return _clean(_negated(span, found)) if found else None
    return _clean(span.partition("**")[0])


def _negated(text: str, found: re.Match[str]) -> str:
    """A term as written, with the sign that stands before it in words; ``1/2`` is one term and neither 1 nor 2."""
    signed = _NEGATIVE.search(text[max(found.start() - 20, 0) : found.start()])
    return f"-{found[0]}" if signed and found[0][0].isdigit() else found[0]


def _from_line(text: str, numeric: bool, chat: bool) -> str | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    line = _clean(lines[-1 if chat else 0])
    if not numeric or line is None:
        return line
    read = text if chat else lines[0]
    found = list(_TERM.finditer(read))
    if len(numbers(line)) > 1 and not re.search(r"[^\W\d_]|=", line):
        return line  # a bare list of candidates is not one answer
    return _clean(_negated(read, found[-1])) if found else None


def _without_unit(span: str | None) -> str | None:
    found = numbers(span or "")
    if span is None or len(found) != 1 or re.search(r"minus|negative", span, re.IGNORECASE):
        return span
    return found[0] if _UNIT.fullmatch(span.replace(found[0], " ", 1)) else span


def _finished_line(text: str, numeric: bool) -> str | None:
    line, newline, _ = text.partition("\n")
    cleaned = _clean(line)
    if not newline or cleaned is None:
        return None
    return cleaned if not numeric or numbers(cleaned) == [cleaned] else None


def _clean(span: str) -> str | None:
    plain = _LATEX.sub(r" \1", span)
    plain = _SPACING.sub(" ", plain).replace("{,}", ",").replace("\\%", "%").replace("\\$", "$")
    plain = " ".join(plain.replace("**", " ").split()).strip("`\"' ")
    plain = plain.removesuffix(".").strip()
    return plain if 0 < len(plain) <= MAX_ANSWER else None
