"""Capability profiles: their words on page one, and that they hold together."""

import json
from types import SimpleNamespace

import pytest

from certify.check import planned_checks
from certify.decide.cel import result_type
from certify.decide.form import CheckRequest, Parameter
from certify.decide.reach import best_result
from certify.errors import HostileInput
from certify.evidence.results.profile import CapabilityProfileResult
from certify.page.chart import chart_of
from certify.page.families import family_rows
from certify.statistics import best_lower_bound
from certify.verify.completeness import _check_result, _check_sizes
from certify.verify.profile_counts import check_profile
from certify.verify.words.headlines import PROFILE, headlines
from certify.verify.words.profile import profile_caveats
from tests.fakes.forgery import put
from tests.fakes.profile_samples import SMALL, profile, reasoner, recaller

CHECK = "capability-profile"


@pytest.fixture(scope="module")
def with_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("facts") / "capitals.jsonl"
    rows = [{"id": n, "question": f"Capital of {n}?", "answer": f"City {n}", "hops": 1 + n // 20} for n in range(40)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return recaller(str(path), recalled=40, without=60)


def test_page_one_names_what_was_measured_and_what_was_not():
    (line,) = headlines({CHECK: reasoner()[1]})
    assert (line.name, line.value) == (PROFILE, "100.00 %")
    assert line.detail == (
        "95 % interval 91.19 % to 100.00 %; 40 items of 2 to 3 facts given in the prompt; one given fact 100.00 % "
        "(83.15 % to 100.00 %); one recalled not measured; several recalled not measured; confabulates on 100.00 % "
        "(83.15 % to 100.00 %) of what nobody can know; abstains on 0.00 % (0.00 % to 5.97 %) of what it was told; "
        "names something more often than not where nobody can know"
    )


def test_page_one_says_when_facts_have_to_be_given(with_file):
    (line,) = headlines({CHECK: with_file[1]})
    assert "one recalled 0.00 % (0.00 % to 16.85 %); several recalled 0.00 %" in line.detail
    assert "; facts have to be given to it; says “unknown” where nobody can know" in line.detail


def test_a_reader_is_told_whose_facts_they_were(with_file):
    assert profile_caveats({}) == ()
    assert "Knowledge was not measured" in profile_caveats({CHECK: reasoner()[1]})[1]
    assert "the file capitals alone" in profile_caveats({CHECK: with_file[1]})[1]


def test_the_picture_has_the_floor_of_several_facts():
    (line,) = headlines({CHECK: reasoner()[1]})
    chart = chart_of(line, {CHECK: reasoner()[1]}, {(CHECK, "scope.reasoning_given.lower"): 0.7})
    assert (chart.threshold.label, chart.floor.label) == ("policy 70 %", "floor 22 %")


def test_the_annex_has_a_row_for_every_kind(with_file):
    rows = {row.family: row for row in family_rows({CHECK: with_file[1]})}
    assert rows["facts given, 2 to put together, v1"].floor == "21.64 % (following names and not roles)"
    assert rows["facts recalled, 1 to put together, of capitals"].right == "0 of 20"
    assert rows["facts of nobody, none told, 1 to put together, v1"].floor == "–"
    assert len(rows) == 3 + 2 + 6


def altered(sample, *edits):
    planned, result = sample
    document = result.document()
    for edit in edits:
        edit(document)
    return planned, CapabilityProfileResult.from_document(document)


def test_what_the_check_writes_holds_together(with_file):
    for planned, result in (reasoner(), with_file):
        check_profile(planned, result)
        _check_result(planned, result)
        _check_sizes(SimpleNamespace(checks=(planned,), tokens=planned.tokens))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (put("words", value=["needsRetrieval"]), "bounds do not show"),
        (put("notMeasured", value=[]), "bounds do not show"),
        (put("toldApart", "lower", value=0.9), "bounds do not show"),
        (lambda document: document["toldApart"].update(estimate=1.0, lower=1.0, upper=1.0), "bounds do not show"),
        (put("toldApart", "items", value=19), "pairs other items"),
        (put("scope", "reasoningGiven", "estimate", value=0.9), "scope"),
        (put("scope", "reasoningGiven", "items", value=60), "scope"),
        (put("scope", "confabulation", "upper", value=0.0001), "scope"),
        (put("scope", "reading", "lower", value=0.9999), "scope"),
        (put("scope", "confabulation", "byHops", 0, "estimate", value=0.1), "scope"),
        (put("scope", "confabulation", "estimate", value=0.0), "scope"),
        (lambda document: document["scope"].pop("reading"), "scope"),
        (put("cells", 0, "right", value=19), "add up"),
        (put("cells", 0, "abstained", value=5), "add up"),
        (put("cells", 0, "share", value=0.5), "add up"),
        (put("cells", 3, "wrong", value=-1), "add up"),
        (put("outcomes", "correct", value=1), "add up"),
        (put("cells", 0, "items", value=21), "other items"),
        (put("cells", 0, "hops", value=2), "other items"),
        (put("cells", 3, "facts", value="told"), "other items"),
        (put("people", value=24), "other items"),
        (put("benchmark", value="capitals"), "other items"),
        (put("benchmarkSha256", value="0" * 64), "other items"),
        (lambda document: document["cells"].pop(), "other items"),
    ],
)
def test_a_profile_that_does_not_hold_together_is_refused(edit, said):
    with pytest.raises(HostileInput, match=r"CERT-E090.*" + said):
        check_profile(*altered(reasoner(), edit))


def test_what_was_not_heard_is_not_said_to_be_lacking():
    planned, result = profile(lambda question: "")
    assert (result.outcomes.no_answer, result.words) == (80, ())
    check_profile(planned, result)
    _, wrong = profile(lambda question: "Nobodi")
    assert wrong.words == ("needsLargerModel", "confabulates")


def test_facts_of_another_file_are_refused(with_file):
    with pytest.raises(HostileInput, match="other items"):
        check_profile(*altered(with_file, put("benchmarkSha256", value="0" * 64)))


@pytest.mark.parametrize(
    "text",
    [
        f'check["{CHECK}"].scope.reasoning_given.lower >= params.floor',
        f'check["{CHECK}"].scope.confabulation.upper <= params.floor',
        f'check["{CHECK}"].scope.knowledge.lower >= params.floor',
        f'"needsRetrieval" in check["{CHECK}"].words',
        f'check["{CHECK}"].scope.reasoning_given.by_hops.all(one, one.estimate >= 0.5)',
        f'check["{CHECK}"].cells.all(one, one.facts != "given" || one.share > one.floor)',
        f'check["{CHECK}"].told_apart.lower >= params.floor',
    ],
)
def test_rules_have_types(text):
    assert result_type(text, {"floor": Parameter(value=0.7, tighten="up")}) == "BOOL"


def test_what_no_sample_could_show_is_known_beforehand():
    given = {CHECK: SMALL}
    for field, items in (("reading", 20), ("reasoning_given", 40)):
        assert best_result(("check", CHECK, "scope", field, "lower"), given) == best_lower_bound(items)
    for field, items in (("confabulation", 20), ("abstained_on_answerable", 60)):
        path = ("check", CHECK, "scope", field, "upper")
        assert best_result(path, given) == round(1 - best_lower_bound(items), 4)
    assert best_result(("check", CHECK, "scope", "reading", "lower"), {CHECK: {"hops": [2]}}) == 0
    planned_checks([CheckRequest.model_validate({"id": CHECK, "with": {}})])
