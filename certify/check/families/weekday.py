"""Days of the week some days ahead or back."""

from __future__ import annotations

from certify.check.families.base import Facts, Problem, Responder, WordsAnswer
from certify.check.families.lexicon import NAMES, alike, integers, listed, text
from certify.statistics.stream import Stream

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SIZES = {1: (2, 10, 99), 2: (2, 1_000, 9_999), 3: (3, 100_000, 999_999)}
_WORDING = {
    "today": "Today is {today}. Which weekdays are {offsets}?",
    "it-is": "It is {today}. Name the weekday {offsets}.",
    "calendar": "{name} reads {today} on the calendar. Which days of the week are {offsets}?",
}


class Weekday(WordsAnswer):
    """Two spans of two digits ahead; two of four digits, either way; three of six digits, either way."""

    id = "weekday"
    title = "Days of the week"
    templates = tuple(_WORDING)

    def draw(self, stream: Stream, level: int, like: Facts | None) -> Facts:
        """Today and the spans in days, negative when they go back."""
        count, low, high = _SIZES[level]
        if like is None:
            signs = [1 if level == 1 or stream.below(2) else -1 for _ in range(count)]
            sizes = [stream.between(low, high) for _ in range(count)]
        else:
            signs = [-1 if offset < 0 else 1 for offset in integers(like, "offsets")]
            sizes = [alike(stream, offset) for offset in integers(like, "offsets")]
        offsets = [sign * size for sign, size in zip(signs, sizes, strict=True)]
        return {"today": stream.choice(DAYS), "offsets": offsets, "name": stream.choice(NAMES)}

    def ask(self, facts: Facts, template: str) -> str:
        """Today, then the spans in the order to answer."""
        spans = [f"{-days} days ago" if days < 0 else f"in {days} days" for days in integers(facts, "offsets")]
        return _WORDING[template].format(name=text(facts, "name"), today=text(facts, "today"), offsets=listed(spans))

    def solve(self, facts: Facts) -> str:
        """The days in the order asked, separated by a comma and a space."""
        today = DAYS.index(text(facts, "today"))
        return ", ".join(DAYS[(today + days) % 7] for days in integers(facts, "offsets"))

    def nulls(self, stream: Stream) -> dict[str, Responder]:
        """Today every time, the day after or before, and uniform days."""

        def shifted(problem: Problem, by: int) -> str:
            day = DAYS[(DAYS.index(text(problem.facts, "today")) + by) % 7]
            return ", ".join(day for _ in integers(problem.facts, "offsets"))

        return {
            "today": lambda problem: shifted(problem, 0),
            "tomorrow": lambda problem: shifted(problem, 1),
            "yesterday": lambda problem: shifted(problem, -1),
            "uniform": lambda problem: ", ".join(stream.choice(DAYS) for _ in integers(problem.facts, "offsets")),
        }
