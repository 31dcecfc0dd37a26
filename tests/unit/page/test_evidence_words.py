import pytest

from certify.evidence.certificate import Level
from certify.evidence.dataset import DataExamined, DigestSource
from certify.evidence.results import OptionRecallResult
from certify.evidence.results.detection import DetectionVerdict
from certify.page.contamination import CANNOT_TELL, DETECTED, NO_EVIDENCE, NOT_TESTED, contamination_of
from certify.page.drop import drop_of
from certify.page.provenance import provenance_of
from certify.page.sizes import behind_rule
from tests.fakes.certificate_sample import DATA, certificate, estimate, results, rules, screening

FRESH, GAP = 'check["fresh-reasoning"]', 'check["static-fresh-gap"]'


def rule(expression):
    return rules()[0].model_copy(update={"observed": {expression: 0.5}})


def test_an_absence_is_claimed_only_where_something_would_have_been_noticed():
    found = results()
    assert contamination_of(found).mark == NO_EVIDENCE
    blind = found["corpus-scan"].model_copy(update={"verbatim_recall_lower": 0.0})
    assert contamination_of({"corpus-scan": blind}).mark == CANNOT_TELL
    hit = found["corpus-scan"].model_copy(update={"contaminated": 1})
    assert contamination_of({"corpus-scan": hit}).mark == DETECTED
    assert contamination_of({}).mark == NOT_TESTED


@pytest.mark.parametrize(
    ("verdict", "power", "mark", "said"),
    [
        ("detected", 0.9, DETECTED, "In its answers: detected by option recall."),
        ("no_evidence", 0.998, NO_EVIDENCE, "with chance above 0.99."),
        ("no_evidence", 0.85, NO_EVIDENCE, "with chance at least 0.85."),
        ("insufficient", 0.2, CANNOT_TELL, "none with enough power to tell."),
    ],
)
def test_tests_of_the_answers_tell_their_power(verdict, power, mark, said):
    fields = {
        "verdict": DetectionVerdict(verdict),
        "alpha": 0.01,
        "p_value": 0.5,
        "power": power,
        "power_against": 0.1,
        "least_power": 0.8,
    }
    test = OptionRecallResult.model_construct(**{"tests": 1, "holm_p_value": 0.5, "needed": None, **fields})
    found = contamination_of({"option-recall": test})
    assert found.mark == mark
    assert found.lines[0].endswith(said)
    assert "clean" not in found.lines[0]


def test_the_widest_gap_is_drawn_where_there_are_several():
    found = results()
    wide = found["static-fresh-gap"].model_copy(
        update={"gap": 0.2, "upper": 0.3, "static": estimate(59, 60, 0.9, 0.99)}
    )
    drop = drop_of({**found, "static-fresh-gap:other": wide})
    assert (drop.title, drop.gap) == ("other, the widest of 2", "+20.00 points")
    assert drop_of({}) is None
    first, second = drop_of(found).sides
    assert first.low < first.dot < first.high
    assert "95.00 %" in drop_of(found).alt
    assert second.label == "Fresh twins"


def test_provenance_counts_sources_that_are_named_and_signed_and_says_what_it_cannot_count():
    value = certificate(Level.ISSUER_RUN)
    found = provenance_of(value, results())
    assert [bar.text for bar in found.bars] == ["1 of 1", "1 of 1", "all of it"]
    assert "whose word it is that there are no others" in found.words
    two = certificate(datasets=(DATA, DATA.model_copy(update={"digest_source": DigestSource.CLAIMED})))
    partly = provenance_of(two.model_copy(update={"data_examined": DataExamined.PARTIAL}), {})
    assert [bar.text for bar in partly.bars] == ["1 of 2", "1 of 2", "not searched"]
    assert "how many others there are, nobody says" in partly.words
    assert provenance_of(screening(), {}).words.startswith("0 of an unknown number of sources")


def test_a_share_that_is_above_what_is_asked_tells_the_size_that_would_show_it():
    thresholds = {("fresh-reasoning", "accuracy.lower"): 0.9, ("fresh-reasoning", "lowest_family"): 0.9}
    behind = behind_rule(rule(f"{FRESH}.accuracy.lower"), results(), thresholds)
    assert behind.size.startswith("About ")
    assert "120 were asked" in behind.size
    assert behind.failed == "modular 17 of 20, ordering 18 of 20"
    assert behind_rule(rule(f"{FRESH}.lowest_family"), results(), thresholds).failed == "modular 17 of 20"
    above = behind_rule(rule(f"{FRESH}.accuracy.lower"), results(), {("fresh-reasoning", "accuracy.lower"): 0.95})
    assert above.size == "No size would: the share itself, 94.17 %, is not above 95.00 %."


def test_a_gap_tells_the_pairs_that_would_bring_its_bound_down():
    asked = {("static-fresh-gap", "upper"): 0.05}
    behind = behind_rule(rule(f"{GAP}.upper"), results(), asked)
    assert behind.size == "About 269 items would, 60 were asked, if the model is what was measured."
    none = behind_rule(rule(f"{GAP}.upper"), results(), {("static-fresh-gap", "upper"): 0.01})
    assert none.size.startswith("No size would: the gap itself")
    assert behind_rule(rule("attempts.number"), results(), asked) == ("", "")
