"""A model's results beside the scan: its score with and without the items found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certify.cli.render import emit, paragraph, table

if TYPE_CHECKING:
    from certify.pipeline.scan_results import Group, SplitResults


def show_results(benchmark: str, split: SplitResults) -> None:
    """Prints the score of each group of items, and what leaving out those found changes."""
    emit()
    emit(f"The model's results: {benchmark}")
    groups = [
        ("looked for and not found", split.clean),
        ("question found", split.question),
        ("question and answer found", split.question_and_answer),
        ("answer alone found", split.answer),
        ("too short to look for", split.not_judged),
    ]
    table(["", "items", "score"], [[name, f"{group.items:,}", _score(group)] for name, group in groups])
    if split.delta is not None and split.delta.difference is not None:
        delta = split.delta
        interval = (
            f"95 % interval {delta.lower:+.4f} to {delta.upper:+.4f}"
            if delta.lower is not None and delta.upper is not None
            else "no interval, because fewer than ten items stand on one side"
        )
        paragraph(
            f"{delta.clean:.4f} on the {delta.clean_items:,} not found against {delta.score:.4f} on all "
            f"{delta.items:,} looked for: {delta.difference:+.4f}, {interval}",
            indent=2,
        )
    if split.missing:
        paragraph(f"{split.missing:,} of the benchmark's items have no result in the file", indent=2)
    if split.answer_filter:
        paragraph(f"answers as read by the filter {split.answer_filter}, the first in the file", indent=2)


def _score(group: Group) -> str:
    return "–" if group.score is None else f"{float(group.score):.4f}"
