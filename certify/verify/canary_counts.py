"""Checks that what is said of planted items follows from how many there are and how many were recalled."""

from __future__ import annotations

from certify.evidence.base import Value
from certify.evidence.plan import PlannedCheck
from certify.evidence.results.canaries import GUESS, CanaryResult
from certify.statistics import MOST_CANARIES, canaries_needed, guessing_p_value, guessing_power
from certify.verify.requiring import require


def check_canaries(check: PlannedCheck, result: Value) -> None:
    """Returns if p-value, power and the number needed are those of the counts, at the chance of this kind of item.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    if not isinstance(result, CanaryResult):
        return
    named = (check.parameters.get("name"), check.parameters.get("sha256"))
    require(check, named == (result.name, result.sha256), "is about another file than was planned")
    require(check, result.guess == GUESS[result.kind], "states another chance of guessing than such items have")
    require(check, result.planted <= MOST_CANARIES, "counts more items than a file holds")
    outcomes = result.outcomes
    asked = 0 if outcomes is None else result.planted
    ended = (0, 0) if outcomes is None else (outcomes.correct + outcomes.wrong, outcomes.correct)
    counted = (check.items, result.trials, result.hits) == (asked, *ended) and (outcomes is None or result.trials > 0)
    require(check, counted, "does not count the answers to its items")
    p_value = None if outcomes is None else guessing_p_value(result.hits, result.trials, result.guess)
    require(check, result.p_value == p_value, "has another p-value than its hits give")
    _check_power(check, result)


def _check_power(check: PlannedCheck, result: CanaryResult) -> None:
    """Items are asked exactly where all of them would be enough; the power is that of the answers there are."""
    level, share = result.alpha / result.tests, result.power_against
    whole = guessing_power(result.planted, result.guess, share, level)
    require(check, (whole >= result.least_power) == (check.items > 0), "asks where it can say nothing, or the reverse")
    trials = result.trials if check.items else result.planted
    power = guessing_power(trials, result.guess, share, level)
    enough = power >= result.least_power
    needed = None if enough else canaries_needed(result.guess, share, level, result.least_power, trials)
    require(check, (result.power, result.needed) == (power, needed), "has another power than so many items have")
