"""What trusted parties sign has one spelling, or other people's readers would read something else in it."""

import pytest

from tests.fakes.forgery import forge, put


def in_pythons_words(document):
    result = document["checks"]["corpus-scan"]
    result["verbatim_recall_lower"] = result.pop("verbatimRecallLower")


SCAN = ("checks", "corpus-scan")


@pytest.mark.parametrize(
    ("kind", "edit", "check"),
    [
        ("evaluation", in_pythons_words, "evidence-signatures"),
        ("evaluation", put(*SCAN, "contaminated", value="0"), "evidence-signatures"),
        ("evaluation", put(*SCAN, "contaminated", value=False), "evidence-signatures"),
        ("evaluation", put("attempts", "excludable", value="no"), "evidence-signatures"),
        ("plan", lambda document: document.update(tokens=str(document["tokens"])), "evidence-signatures"),
        ("certificate", put("development", value="no"), "certificate-signature"),
        ("certificate", put("development", value=0), "certificate-signature"),
        ("certificate", put("level", value="1"), "certificate-signature"),
        ("certificate", put("level", value=True), "certificate-signature"),
    ],
)
def test_a_second_spelling_of_a_signed_fact_is_refused(kind, edit, check, chain, judge, failed):
    found = judge(forge(chain, {kind: edit}))
    assert [(line.id, line.code) for line in failed(found)] == [(check, "CERT-E045")]


def test_the_facts_as_they_are_spelled_are_valid(chain, judge):
    same = put(*SCAN, "contaminated", value=0)
    assert judge(forge(chain, {"evaluation": same})).verdict == "valid"
