"""What a plan can show and costs, as people read it before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certify.cli.render import emit, fields, paragraph

if TYPE_CHECKING:
    from certify.pipeline.outlook import CheckOutlook, GapPower, Outlook, ThresholdOutlook


def print_outlook(outlook: Outlook) -> None:
    """Prints size, cost and reach of each planned check, and the sums."""
    for check in outlook.checks:
        emit(check.check, "bold")
        fields([*_size(check), *(_threshold(one) for one in check.thresholds), *(_gap(check.gap) if check.gap else [])])
    emit("in all", "bold")
    rows = [("answers", f"{outlook.answers:,}"), ("tokens", _tokens(outlook.most_tokens, outlook.expected_tokens))]
    if outlook.most_read is not None:
        rows.append(("reads", f"at most {outlook.most_read:,} tokens of given texts, whose time no estimate holds"))
    if outlook.fewest_answers is not None:
        rows.append(("at the least", f"{outlook.fewest_answers:,} answers, if every check stops at its first look"))
    fields(rows)
    paragraph(
        f"Power and margins assume a correlation of {outlook.rho:g} between answers to one item, and for pairs "
        "the accuracy named; what is measured may differ."
    )


def _size(check: CheckOutlook) -> list[tuple[str, str]]:
    if check.most_read is not None:
        texts = f"{check.items:,} given texts, scored and not answered"
        return [("sample", texts), ("reads", f"at most {check.most_read:,} tokens")]
    if not check.answers:
        return [("sample", "asks the model nothing")]
    each = f", {check.samples} answers each" if check.samples > 1 else ""
    rows = [
        ("sample", f"{check.items:,} questions{each}"),
        ("tokens", _tokens(check.most_tokens, check.expected_tokens)),
    ]
    if check.looks:
        rows.append(("looks", f"may stop after {', '.join(f'{items:,}' for items in check.looks)} questions"))
    return rows


def _tokens(most: int, expected: int | None) -> str:
    return f"at most {most:,}" if expected is None else f"about {expected:,}, at most {most:,}"


def _threshold(one: ThresholdOutlook) -> tuple[str, str]:
    if one.field == "accuracy.lower":
        start = "no model, with power 0.8" if one.shown_from is None else f"a true accuracy of {one.shown_from:g}"
        words = f"{one.asked:g} asked; shown with power 0.8 from {start}; a flawless model reaches {one.best:.4f}"
        return one.rule, words if one.shown_from is not None else words.replace("shown with power 0.8 from", "shown by")
    return one.rule, f"{one.field}: {one.asked:g} asked, {one.best:.4f} at best"


def _gap(found: GapPower) -> list[tuple[str, str]]:
    if found.needed is not None:
        return [("too few", f"{found.needed:,} items would notice an inflation of {found.power_against:g}")]
    least = "none" if found.detectable >= 1 else f"{found.detectable:.4f}"
    return [
        ("power", f"{found.power:.2f} against an inflation of {found.power_against:g}"),
        (
            "detectable",
            f"{least} with power 0.8, at a false-alarm rate of {round(found.alpha, 4):g}, accuracy {found.accuracy:g}",
        ),
    ]
