"""Rules and floors in plain words."""

from collections.abc import Iterator
from typing import Any

import pytest

from certify.evidence.decision import RuleStatus, Verdict
from certify.evidence.floors import floor_table
from certify.verify.words.responders import responder_words
from certify.verify.words.rules import (
    advice_not_met,
    binding_words,
    consequence_words,
    deciding_rules,
    not_met_words,
)
from tests.fakes.certificate_sample import rules

TABLES = ("chains", "families", "public", "puzzles", "revisions", "tools", "worlds")


def leading(table: Any, partial: bool) -> Iterator[str]:
    """The responders of a table; those that do a part of the reasoning only where they are printed."""
    for name, row in table.items() if isinstance(table, dict) else ():
        if name == "best_responder":
            yield str(row)
        elif partial or name != "partial":
            yield from leading(row, partial)


@pytest.mark.parametrize("name", TABLES)
def test_every_responder_that_a_certificate_can_print_has_plain_words(name):
    found = set(leading(floor_table(name), partial=name == "revisions"))
    assert found
    for responder in found:
        words = responder_words(responder)
        assert "“" not in words, responder
        assert len(words) <= 50


def test_guessing_and_recalling_have_words_and_a_stranger_keeps_its_name():
    assert responder_words("always-C") == "always saying C"
    assert len(responder_words("always-" + "9" * 500)) < 50
    assert responder_words("at-random") == "guessing at random"
    assert responder_words("most-frequent-answer") == "always the commonest answer"
    assert responder_words("frequent-3") == "always the third commonest answer"
    assert responder_words("frequent-77") == "“frequent-77”"
    assert len(responder_words("x " * 100)) <= 42
    assert responder_words("") == "not named"


def rule(id: str, enforcement: str, status: RuleStatus) -> Any:
    return rules()[0].model_copy(update={"id": id, "enforcement": enforcement, "status": status})


def test_a_required_rule_that_fails_is_told_from_advice_that_does():
    must, should = (rule("A", one, RuleStatus.NOT_MET) for one in ("must", "should"))
    assert (binding_words(must), consequence_words(must)) == ("required", "prevents a certificate")
    assert (binding_words(should), consequence_words(should)) == ("recommended", "advice only")
    assert consequence_words(rule("A", "must", RuleStatus.MET)) == ""
    assert advice_not_met([must, should]) == (should,)
    assert not_met_words([must], "required") == "1 required rule is not met"
    assert not_met_words([must, should], "required") == "2 required rules are not met"


@pytest.mark.parametrize(
    ("verdict", "ids"),
    [
        (Verdict.REFUSED, ["A"]),
        (Verdict.INCOMPLETE, ["B"]),
        (Verdict.INCONCLUSIVE, ["C"]),
        (Verdict.CERTIFIED, []),
    ],
)
def test_the_rules_behind_a_verdict_are_the_required_ones_of_its_kind(verdict, ids):
    decided = (
        rule("A", "must", RuleStatus.NOT_MET),
        rule("B", "must", RuleStatus.MISSING),
        rule("C", "must", RuleStatus.INCONCLUSIVE),
        rule("D", "should", RuleStatus.NOT_MET),
    )
    assert [one.id for one in deciding_rules(verdict, decided)] == ids
