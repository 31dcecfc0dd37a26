from typing import Any

import pytest

from certify.evidence.base import Value
from certify.evidence.certificate import AttemptCount, Level
from certify.evidence.dataset import DigestSource
from certify.evidence.decision import RuleOutcome, RuleStatus, Verdict, WaiverUsed
from certify.evidence.evaluation import NotRun
from certify.evidence.model import ServedIdentity, ServerApi, Serving
from certify.evidence.plan import EntropyKind
from certify.page.chart import WIDTH
from certify.page.page import Page, page_of
from certify.page.thresholds import thresholds_of
from certify.page.wording import clip, groups, long_date, size, weights
from tests.fakes.certificate_sample import DATA, MODEL, certificate, clauses, policy, results, rules, screening


def words(value: Any) -> str:
    """All text of a page, in order."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "\n".join(words(one) for one in value)
    return ""


@pytest.mark.parametrize(
    ("level", "title"),
    [
        (Level.SELF_DECLARED, "Self-declared evaluation"),
        (Level.ISSUER_RUN, "Certificate of evaluation"),
        (Level.INDEPENDENTLY_RERUN, "Certificate of evaluation, independently re-run"),
    ],
)
def test_the_title_is_the_assurance_level(level, title):
    assert page_of(certificate(level)).title == title


def test_what_page_one_cuts_short_stands_whole_in_the_annex():
    """An interval, a drop or a word about test-time scaling could fall behind the ellipsis and be printed nowhere."""
    first, *others = certificate().headlines
    told = first.model_copy(update={"detail": f"{first.detail}{'; so much more' * 12}; any of 64 right 99.00 %"})
    page = page_of(certificate(headlines=(told, *others)))
    assert page.panels[0].detail.endswith("…")
    assert [row.text.endswith("any of 64 right 99.00 %") for row in page.further if row.label == told.name] == [True]
    assert first.name not in [row.label for row in page_of(certificate()).further]


def test_only_a_certificate_of_independent_parties_says_certified():
    assert "Certified" not in words(page_of(certificate(Level.SELF_DECLARED)).verdict_text)
    assert page_of(certificate(Level.ISSUER_RUN)).verdict_text == "Certified under policy starter 1.0.0"


def test_a_screening_report_cannot_be_taken_for_a_certificate():
    page = page_of(screening(), results())
    assert page.title == "Screening report — not a certificate"
    assert page.verdict.word == "Inconclusive"
    assert not page.certificate
    assert page.status_location == ""
    assert "Certified" not in words(page)
    assert [row.label for row in page.particulars] == ["Issuer", "Decided"]
    refused = page_of(screening(verdict=Verdict.REFUSED))
    assert (refused.verdict.sign, refused.verdict_text) == ("✗", "Refused under policy starter 1.0.0")


def test_the_identity_stands_in_groups_of_four_on_two_even_lines():
    page = page_of(certificate())
    assert "".join(page.identity).replace(" ", "") == MODEL.identity
    assert [len(line.split()) for line in page.identity] == [8, 8]


def test_page_one_says_that_not_every_byte_was_read():
    seen = {row.label: row.text for row in page_of(certificate()).answers}["Data seen"]
    claimed = (DATA.model_copy(update={"digest_source": DigestSource.CLAIMED}),)
    page = page_of(certificate(datasets=claimed))
    told = {row.label: row.text for row in page.answers}["Data seen"]
    assert told == seen.replace("MB.", "MB; digests claimed, not recomputed.")


def test_page_one_says_whether_the_server_is_vouched_for():
    told = "That the server ran these files: endpoint identity not verified"
    somebodys = Serving(
        identity=ServedIdentity.NOT_VERIFIED,
        endpoint="http://127.0.0.1:8000/v1",
        software="ollama",
        api=ServerApi.CHAT,
        model="m",
        answers_as="m",
        own_sampling=True,
    )
    ours = somebodys.model_copy(
        update={"identity": ServedIdentity.VERIFIED, "endpoint": None, "command": "vllm serve {model} --port {port}"}
    )
    plain = certificate().configuration
    page = page_of(certificate(configuration=plain.model_copy(update={"serving": somebodys})))
    assert told in page.not_checked
    assert "endpoint identity not verified" in words(page.facts)
    assert "http://127.0.0.1:8000/v1, chat interface" in words(page.configuration)
    page = page_of(certificate(configuration=plain.model_copy(update={"serving": ours})))
    assert told not in page.not_checked
    assert "started by certify on these files" in words(page.facts)
    assert "vllm serve {model} --port {port}" in words(page.configuration)
    assert told not in page_of(certificate()).not_checked


def test_page_one_shows_three_numbers_and_what_was_not_checked():
    page = page_of(certificate(), results())
    assert [panel.value for panel in page.panels] == ["94.17 %", "+1.67 points", "0 of 60"]
    assert any("evaluator’s word, not re-run" in line for line in page.not_checked)
    rerun = page_of(certificate(Level.INDEPENDENTLY_RERUN))
    assert not any("not re-run" in line for line in rerun.not_checked)


def test_page_one_says_which_part_of_the_data_was_not_searched():
    found = results()
    left_out = found["corpus-scan"].model_copy(update={"unscanned": 2, "unscanned_bytes": 10, "coverage": 0.999996})
    page = page_of(certificate(), {**found, "corpus-scan": left_out})
    assert "2 parts of the data could not be read: not searched for published items" in page.not_checked
    assert not any("could not be read" in line for line in page_of(certificate(), found).not_checked)


def test_planned_checks_without_a_result_lead_the_list_and_are_counted_when_many():
    one = page_of(certificate(not_checked=(NotRun(check="corpus-scan", reason="no data was given"),)))
    assert one.not_checked[0] == "corpus-scan: no data was given"
    many = page_of(certificate(not_checked=tuple(NotRun(check=f"c{n}", reason="none") for n in range(9))))
    assert many.not_checked[:4] == ("c0: none", "c1: none", "c2: none", "6 more planned checks gave no result")


def test_attempts_and_seed_are_told_on_page_one():
    attempts = AttemptCount(number=2, total=5, excludable=False)
    text = words(page_of(certificate(attempts=attempts, entropy=EntropyKind.SELF)).facts)
    assert "2 of 5 in this log; earlier attempts cannot be excluded." in text
    assert "could have chosen it" in text


def test_every_statement_names_its_signer_and_the_key():
    value = certificate(Level.ISSUER_RUN)
    named = {row.kind: row for row in page_of(value).evidence}
    assert named["evaluation"].signer == "Prüfwerk Labor"
    assert all(row.signer and row.key.startswith("key ") for row in page_of(value).evidence)
    assert [row.digest for row in page_of(value).evidence] == [one.payload_sha256 for one in value.evidence]


def test_every_status_has_a_sign_and_a_word_of_its_own():
    marks = {
        page_of(certificate(rules=(rules()[0].model_copy(update={"status": one}),))).rules[0].mark for one in RuleStatus
    }
    assert len({mark.sign for mark in marks}) == len({mark.word for mark in marks}) == len(RuleStatus)


def test_clauses_are_supported_never_complied_with():
    row = page_of(certificate()).rules[0]
    assert row.clauses == "supports eu-ai-act/15-1, iso-42001/a.6.2.4 (decided in part)"


def test_clauses_that_nothing_covers_stand_first_with_force_and_whether_they_were_compared():
    page = page_of(certificate(clauses=clauses()))
    assert [(row.clause, row.mark.word, row.force) for row in page.clauses] == [
        ("sr-11-7/letter", "Not covered", "rescinded on 2026-04-17, binds nobody any more; unverified"),
        ("dora/8", "Left open", "in force"),
        ("eu-ai-act/15-1", "Supported", "applies from 2027-12-02; unverified"),
    ]
    assert [row.rules for row in page.clauses][:2] == ["no rule; decidable in part", "ST-09; decidable in part"]
    assert page.clauses_caption == (
        "Clauses the policy is about, with the force they have on 23 November 2026: 1 of 3 not covered, 1 left open, "
        "1 supported. Support is no compliance. Unverified: nobody compared the catalogue's entry with the published "
        "text."
    )
    assert "1 of the 3 clauses that the policy is about, covered by no rule: see the report" in page.not_checked


def test_a_certificate_of_a_policy_without_a_list_says_nothing_of_clauses():
    page = page_of(certificate())
    assert (page.clauses, page.clauses_caption) == ((), "")
    assert not [line for line in page.not_checked if "clause" in line]


def test_declared_words_carry_the_declarers_name():
    page = page_of(certificate())
    assert page.declared_by == "Kontor Analytics GmbH"
    assert page_of(screening()).declaration == ()


def test_thresholds_come_from_plain_comparisons_with_the_values_in_force():
    assert thresholds_of(policy(), rules()) == {
        ("fresh-reasoning", "accuracy.lower"): 0.75,
        ("fresh-reasoning", "lowest_family"): 0.5,
        ("static-fresh-gap", "upper"): 0.15,
    }
    assert thresholds_of(policy(), ()) == {}
    assert thresholds_of({}, rules()) == {}


@pytest.mark.parametrize(
    "text",
    [
        'check["fresh-reasoning"].accuracy.lower >= params.floor || true',
        '!(check["fresh-reasoning"].accuracy.lower >= params.floor)',
        'true ? check["fresh-reasoning"].accuracy.lower >= params.floor : false',
        'check["fresh-reasoning"].accuracy.lower + 0.1 >= params.floor',
        'check["fresh-reasoning"].accuracy.lower >= params.other',
    ],
)
def test_a_comparison_that_is_not_plain_draws_no_threshold(text):
    assert thresholds_of({"rules": [{"id": "ST-01", "assert": text}]}, rules()) == {}


def test_two_rules_that_ask_different_things_of_one_field_draw_no_threshold():
    text = 'check["static-fresh-gap"].upper <= params.'
    asked = [{"id": "ST-03", "assert": text + "limit"}, {"id": "ST-02", "assert": text + "floor"}]
    assert thresholds_of({"rules": asked}, rules()) == {}


def test_a_chart_puts_its_numbers_on_the_scale_and_says_them():
    chart = page_of(certificate(), results(), policy=policy()).panels[0].chart
    assert chart is not None
    assert chart.dot == pytest.approx(0.9417 * WIDTH, abs=0.1)
    assert (chart.low, chart.high) == (pytest.approx(212.0, abs=0.1), pytest.approx(233.2, abs=0.1))
    assert chart.threshold
    assert chart.threshold.x == 180.0
    assert chart.floor
    assert chart.floor.label == "floor 33 %"
    for number in ("94.17 %", "88.32 %", "97.18 %", "75.00 %", "33.20 %"):
        assert number in chart.alt


def test_a_gap_beyond_the_narrow_scale_widens_it():
    found: dict[str, Value] = results()
    found["static-fresh-gap"] = found["static-fresh-gap"].model_copy(update={"gap": 0.7, "upper": 0.82})
    chart = page_of(certificate(), found).panels[1].chart
    assert chart is not None
    assert chart.end == "+100 points"
    assert chart.dot < chart.high < WIDTH


def test_without_results_there_are_numbers_but_no_pictures():
    page = page_of(certificate())
    assert all(panel.value and panel.chart is None for panel in page.panels)
    assert page.families == ()


def test_the_same_values_make_the_same_page():
    assert isinstance(page_of(certificate(), results()), Page)
    assert page_of(certificate(), results()) == page_of(certificate(), results())


def test_words_for_sizes_dates_and_digests():
    assert [size(n) for n in (999, 1000, 2_861_204, 5 * 10**12)] == ["999 bytes", "1.0 kB", "2.9 MB", "5.0 TB"]
    assert [weights(n) for n in (712, 712_448, 134_515_008, 70 * 10**9)] == [
        "712 parameters",
        "0.7 million parameters",
        "134.5 million parameters",
        "70.0 billion parameters",
    ]
    assert long_date("2026-02-03T00:00:00Z") == "3 February 2026"
    assert groups("0123456789abcdef", lines=2) == ("0123 4567", "89ab cdef")
    assert clip("a\nb\t c" + "x" * 50, 10) == "a b cxxxx…"


def waived(rule: str = "ST-07") -> RuleOutcome:
    used = WaiverUsed(
        payload_sha256="ab" * 32,
        seen=RuleStatus.INCONCLUSIVE,
        reason="a person reads every answer",
        ticket="RISK-118",
        approver="Dr. A. Beispiel",
        expires_at="2026-12-24T12:00:00Z",
    )
    return rules()[0].model_copy(update={"id": rule, "status": RuleStatus.WAIVED, "waiver": used})


def test_a_waived_rule_stands_in_the_verdict_and_on_page_one():
    page = page_of(certificate(Level.ISSUER_RUN, rules=(*rules(), waived())))
    assert page.verdict_text == "Certified under policy starter 1.0.0, 1 rule waived"
    (row,) = [row for row in page.facts if row.label == "Waived"]
    assert row.text.startswith("ST-07 until 2026-12-24 12:00 UTC, ticket RISK-118, approved by Dr. A. Beispiel: ")
    assert page.rules[-1].mark.word == "Waived"
    assert page_of(certificate(Level.SELF_DECLARED, rules=(waived(),))).verdict_text.endswith(", 1 rule waived")


def test_however_many_rules_are_waived_page_one_names_each():
    many = tuple(waived(f"ST-{number:02}") for number in range(10, 22))
    page = page_of(certificate(Level.ISSUER_RUN, rules=many))
    (row,) = [row for row in page.facts if row.label == "Waived"]
    assert all(rule.id in row.text for rule in many)


def test_without_waivers_nothing_is_said_of_them():
    page = page_of(certificate(Level.ISSUER_RUN))
    assert "waive" not in words(page).lower()


def test_a_certified_run_that_was_not_issued_says_why():
    page = page_of(screening(verdict=Verdict.REFUSED, not_issued="rejected by Ausschuss A; the scan is too old"))
    assert page.verdict_text == "Not issued under policy starter 1.0.0"
    assert [row.text for row in page.facts if row.label == "Not issued"] == [
        "rejected by Ausschuss A; the scan is too old"
    ]


def failing(rule: int, enforcement: str = "must") -> RuleOutcome:
    seen = {'check["static-fresh-gap"].upper': 0.76}
    return rules()[0].model_copy(
        update={
            "id": f"ST-{rule:02}",
            "title": f"Rule {rule} holds",
            "message": f"{rule} seen, 1 asked",
            "status": RuleStatus.NOT_MET,
            "enforcement": enforcement,
            "observed": seen,
        }
    )


def test_a_refusal_names_the_rules_behind_it_before_any_number():
    decided = (rules()[0], failing(20), failing(21, "should"), failing(22))
    page = page_of(screening(verdict=Verdict.REFUSED, rules=decided), results())
    assert page.verdict_text == "Refused under policy starter 1.0.0: 2 required rules are not met"
    assert page.because == "Refused because these required rules are not met"
    assert [(one.id, one.title, one.message) for one in page.reasons] == [
        ("ST-20", "Rule 20 holds", "20 seen, 1 asked"),
        ("ST-22", "Rule 22 holds", "22 seen, 1 asked"),
    ]
    assert [row.text for row in page.facts if row.label == "Recommended, not met"] == ["ST-21 Rule 21 holds."]


def test_the_numbers_behind_a_refusal_go_first_and_none_is_lost():
    report = screening(verdict=Verdict.REFUSED, rules=(failing(20),))
    page = page_of(report, results())
    assert page.panels[0].name == "Published items minus fresh twins"
    named = [panel.name for panel in page.panels] + [row.label for row in page.further]
    assert sorted(named) == sorted(one.name for one in report.headlines)


def test_every_rule_behind_a_refusal_has_its_reason():
    many = tuple(failing(number) for number in range(20, 29))
    page = page_of(screening(verdict=Verdict.REFUSED, rules=many))
    assert [one.id for one in page.reasons] == [rule.id for rule in many]


def test_other_ends_without_a_certificate_name_their_rules_too():
    page = page_of(screening())
    assert page.because.startswith("Not certified because the evidence neither meets nor fails")
    assert [one.id for one in page.reasons] == ["ST-03"]
    page = page_of(screening(verdict=Verdict.INCOMPLETE))
    assert (page.because, [one.id for one in page.reasons]) == (
        "Not certified because these required rules lack their evidence",
        ["ST-04"],
    )
    assert page_of(screening(verdict=Verdict.REFUSED, not_issued="rejected")).reasons == ()
    assert page_of(certificate()).reasons == ()


def test_required_and_recommended_rules_read_differently():
    page = page_of(certificate(rules=(failing(20), failing(21, "should"), rules()[0])))
    assert [row.weight for row in page.rules] == [
        "required, high; prevents a certificate",
        "recommended, high; advice only",
        "required, high",
    ]


def test_page_one_tells_of_answers_cut_off_or_unreadable():
    found = results()
    plain = page_of(certificate(), found).not_checked
    assert not any("unreadable" in line for line in plain)
    for check, truncated, unreadable in (
        ("fresh-reasoning", 0.05, 0.02), ("static-benchmark", 0.0, 0.3), ("static-fresh-gap", 0.009, 0.0),
    ):  # fmt: skip
        outcomes = found[check].outcomes.model_copy(
            update={"truncated_share": truncated, "unreadable_share": unreadable}
        )
        found[check] = found[check].model_copy(update={"outcomes": outcomes})
    assert page_of(certificate(), found).not_checked == (
        "Answers cut off or unreadable, counted as not right: static-benchmark 30.00 % unreadable; "
        "fresh-reasoning 5.00 % cut off, 2.00 % unreadable",
        *plain,
    )


def test_data_is_called_undisclosed_or_declared_and_nothing_else():
    page = page_of(screening())
    seen = {row.label: row.text for row in page.answers}["Data seen"]
    assert seen == "None: the training data is undisclosed."
    assert "The training data, which is undisclosed" in page.not_checked
    assert "Attempts outside this log" in page.not_checked
    declared = page_of(certificate())
    assert "Training data nobody declared, and attempts outside this log" in declared.not_checked
    assert "undisclosed" not in words(declared.not_checked)


def test_an_approver_of_a_party_that_did_some_of_the_work_is_marked():
    made = certificate(Level.ISSUER_RUN)
    issuer = next(one for one in made.evidence if one.kind == "decision")
    approvals = [
        issuer.model_copy(update={"kind": "approval", "party": party, "payload_sha256": digest * 32})
        for party, digest in ((issuer.party, "a1"), ("Ausschuss A", "a2"))
    ]
    page = page_of(made.model_copy(update={"evidence": (*made.evidence, *approvals)}))
    assert [row.signer for row in page.evidence if row.kind == "approval"] == [
        f"{issuer.party} (not independent)",
        "Ausschuss A",
    ]
