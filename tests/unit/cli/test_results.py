"""The verdict in a sentence, and rules that had to be met told from those that are advice."""

import pytest

from certify.cli.results import print_clauses, print_headlines, print_rules, rule_words
from certify.cli.summary import claim, sentence
from certify.evidence.certificate import Level
from certify.evidence.decision import RuleStatus, Verdict
from tests.fakes.certificate_sample import certificate, clauses, rules, screening


def rule(id, enforcement="must", status=RuleStatus.NOT_MET):
    return rules()[0].model_copy(update={"id": id, "enforcement": enforcement, "status": status, "message": "seen"})


def test_a_refusal_names_its_rules_and_tells_advice_apart():
    report = screening(verdict=Verdict.REFUSED, rules=(rule("A"), rule("B", "should"), rule("C")))
    assert sentence("refused", report) == (
        "REFUSED: 2 required rules are not met: A, C. There is no certificate. 1 recommended rule is not met: B."
    )


@pytest.mark.parametrize(
    ("verdict", "status", "told"),
    [
        ("inconclusive", RuleStatus.INCONCLUSIVE, "INCONCLUSIVE: the evidence neither meets nor fails 1 required rule"),
        ("incomplete", RuleStatus.MISSING, "INCOMPLETE: evidence is lacking for 1 required rule"),
        ("incomplete", RuleStatus.NOT_APPLICABLE, "INCOMPLETE: evidence is lacking for every required rule"),
    ],
)  # fmt: skip
def test_other_ends_name_theirs(verdict, status, told):
    report = screening(verdict=Verdict(verdict), rules=(rule("A", status=status),))
    ids = "" if status is RuleStatus.NOT_APPLICABLE else ", A"
    assert sentence(verdict, report) == f"{told}{ids}. There is no certificate."


def test_a_certificate_says_which_advice_is_not_met():
    found = certificate(Level.ISSUER_RUN, rules=(*rules(), rule("B", "should")))
    told = "every required rule of policy starter 1.0.0 is met"
    advice = " 1 recommended rule is not met: B."
    assert sentence("certified", found) == f"CERTIFIED: every required rule of the policy is met.{advice}"
    assert claim(found) == f"NOT VERIFIED: the document says that {told}.{advice}"
    assert claim(certificate()) == f"NOT VERIFIED: the document says that {told} by its issuer's own account."


def test_a_rule_says_first_whether_it_had_to_be_met(capsys):
    title = rules()[0].title
    assert rule_words(rule("A")) == f"Not met (required, prevents a certificate). {title}: seen"
    assert rule_words(rule("A", "should")) == f"Not met (recommended, advice only). {title}: seen"
    assert rule_words(rule("A", status=RuleStatus.MISSING)).startswith("No evidence (required, prevents")
    assert rule_words(rule("A", status=RuleStatus.MET)) == f"{title}: seen"
    print_rules([rule("A"), rule("B", "should"), rule("C", status=RuleStatus.MET)])
    assert [line[2] for line in capsys.readouterr().out.splitlines() if line[:2] == "  " and line[2] != " "] in (
        ["✗", "!", "✓"],
        ["x", "!", "+"],
    )


def test_numbers_stand_in_front_of_their_names_and_details_below(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_headlines(certificate().headlines[:2])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  94.17 %       Fresh problems answered correctly"
    assert lines[1].startswith("                95 % interval 88.32 % to 97.18 %; 120 problems")
    assert all(len(line) <= 80 for line in lines)


def test_clauses_that_are_not_supported_are_told_with_the_force_of_a_day(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    print_clauses(clauses(), "2026-04-01")
    assert capsys.readouterr().out.splitlines() == [
        "",
        "clauses of the policy, as of 2026-04-01: 1 of 3 not covered, 1 left open, 1 supported",
        "  - not covered, in force: sr-11-7/letter",
        "  - left open, in force: dora/8",
        "  - 2 of 3 are unverified: nobody compared the catalogue's entry with the published text",
    ]
    print_clauses((), "2026-04-01")
    assert capsys.readouterr().out == ""
