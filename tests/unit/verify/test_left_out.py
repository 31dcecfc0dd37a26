"""A scan that could not search everything: what it must say, and what no issuer can keep from the page."""

import pytest

from certify.errors import HostileInput
from certify.evidence.certificate import Certificate
from certify.evidence.contamination import data_seen
from certify.evidence.dataset import DataExamined
from certify.trust.bundle import statement_of
from certify.verify.chain import policy_input
from certify.verify.evidence import verify_evidence
from certify.verify.first_page import check_first_page
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines
from tests.fakes.forgery import forge, parts_of, put

LEFT_OUT = {"coverage": 0.97, "unscanned": 2, "unscannedBytes": 30}


def scan_says(**changes):
    """Edits of evaluation and contamination statement that make both tell the same of the scan."""

    def both(change):
        return lambda document: change(document["checks"]["corpus-scan"]), lambda document: change(document["scan"])

    evaluation, contamination = both(lambda scan: scan.update(changes))

    def seen(document):
        contamination(document)
        document["dataExamined"] = "partial" if changes.get("unscanned") else document["dataExamined"]

    return {"evaluation": evaluation, "contamination": seen}


def first_benchmark_says(**changes):
    """The same for the counts of the first benchmark."""
    return {
        "evaluation": lambda document: document["checks"]["corpus-scan"]["benchmarks"][0].update(changes),
        "contamination": lambda document: document["scan"]["benchmarks"][0].update(changes),
    }


@pytest.fixture(scope="module")
def told(chain):
    """Certificate and evidence of a chain whose evaluator says that two parts could not be read."""
    parts = parts_of(forge(chain, scan_says(**LEFT_OUT)))
    certificate = statement_of(parts.pop("certificate")).predicate
    return Certificate.from_document(certificate), verify_evidence(parts.values(), chain.trust)


def test_the_data_is_seen_in_part_and_the_policy_does_not_certify(chain, told, judge, failed):
    _, evidence = told
    assert evidence.plan.value.data_examined is DataExamined.FULL
    assert policy_input(evidence, 1).data.examined is DataExamined.PARTIAL
    found = judge(forge(chain, scan_says(**LEFT_OUT)))
    assert found.verdict == "invalid"
    assert {line.id for line in failed(found)} == {"decision", "first-page"}


@pytest.mark.parametrize("wording", [1, 2])
def test_a_page_that_hides_it_is_refused_whatever_older_version_it_claims(wording, chain, judge, failed):
    found = judge(forge(chain, scan_says(**LEFT_OUT) | {"certificate": put("wording", value=wording)}))
    assert ("first-page", "CERT-E090") in [(line.id, line.code) for line in failed(found)]


def test_a_page_that_tells_it_follows_from_the_evidence(told):
    certificate, evidence = told
    results, plan = evidence.evaluation.value.results(), evidence.plan.value
    due = caveats(
        results,
        data_examined=data_seen(plan.data_examined, results),
        entropy=plan.entropy.kind,
        attempts=certificate.attempts,
        development=certificate.development,
        datasets=plan.datasets,
        rules=certificate.rules,
    )
    honest = certificate.model_copy(update={"headlines": headlines(results), "caveats": due})
    assert "follow from the evidence" in check_first_page(honest, evidence)
    with pytest.raises(HostileInput):
        check_first_page(honest.model_copy(update={"caveats": certificate.caveats}), evidence)


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (scan_says(unscanned=2), "another coverage"),
        (scan_says(coverage=0.97), "another coverage"),
        (scan_says(unscannedBytes=1), "another coverage"),
        (scan_says(**LEFT_OUT | {"unscannedBytes": 10**12}), "more bytes"),
        (first_benchmark_says(reordered=1), "other copies"),
        (first_benchmark_says(full=1), "other copies"),
        (first_benchmark_says(questionOnly=1), "other answers"),
        (first_benchmark_says(answerOnly=10**6), "more items"),
        (first_benchmark_says(templateTwins=10**6), "more items"),
        (first_benchmark_says(commonPassages=10**6), "more items"),
        (first_benchmark_says(gpt3ThirteenGram={"judged": 10**6, "flagged": 0}), "more items"),
        (first_benchmark_says(llama2Dirty={"judged": 3, "flagged": 4}), "flags more"),
        (first_benchmark_says(tulu3EightGram={"judged": 3, "flagged": 4}), "flags more"),
    ],
)
def test_counts_that_do_not_fit_together_are_refused(edits, said, chain, judge, failed):
    found = judge(forge(chain, edits))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]
    assert said in failed(found)[0].detail


@pytest.mark.parametrize("name", ["coverage", "unscanned", "unscannedBytes"])
def test_a_scan_that_tells_only_half_of_what_it_left_out_is_refused(name, chain, judge, failed):
    edits = {
        "evaluation": lambda document: document["checks"]["corpus-scan"].pop(name),
        "contamination": lambda document: document["scan"].pop(name),
    }
    found = judge(forge(chain, edits))
    assert "names only some" in failed(found)[0].detail


def test_the_contamination_statement_cannot_claim_all_of_the_data(chain, judge, failed):
    edits = scan_says(**LEFT_OUT)
    whole = {**edits, "contamination": lambda document: document["scan"].update(LEFT_OUT)}
    found = judge(forge(chain, whole))
    assert [line.id for line in failed(found)] == ["evidence-signatures"]
    assert "disagree" in failed(found)[0].detail


@pytest.mark.parametrize("planned", [DataExamined.FULL, DataExamined.PARTIAL])
def test_data_that_no_scan_searched_is_named_and_not_examined(planned):
    assert data_seen(planned, {}) is DataExamined.NAMED
    assert data_seen(DataExamined.UNDISCLOSED, {}) is DataExamined.UNDISCLOSED


def test_no_plan_may_say_so_of_data_that_nobody_hands_over(chain, judge, failed):
    plan = {"plan": lambda document: document.update(dataExamined="named")}
    found = judge(forge(chain, plan))
    assert found.verdict == "invalid"
    assert failed(found)
