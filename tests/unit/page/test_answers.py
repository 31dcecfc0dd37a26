from certify.evidence.certificate import Level
from certify.evidence.decision import RuleStatus, Verdict, WaiverUsed
from certify.page.answers import top_third
from certify.page.drawing import badge_svg, visible
from certify.page.line import badge_of, line_of
from certify.page.page import page_of
from certify.page.wording import bound, clip, plain_times, told
from tests.fakes.certificate_sample import certificate, policy, results, rules, screening


def answers(value):
    return {row.label: row.text for row in top_third(value, results()).answers}


def waived():
    used = WaiverUsed(
        payload_sha256="ab" * 32,
        seen=RuleStatus.INCONCLUSIVE,
        reason="a person reads every answer",
        ticket="RISK-118",
        approver="Dr. A. Beispiel",
        expires_at="2026-12-24T12:00:00Z",
    )
    return rules()[0].model_copy(update={"id": "ST-07", "status": RuleStatus.WAIVED, "waiver": used})


def test_what_a_reader_asks_first_is_answered_in_order():
    found = answers(certificate(Level.ISSUER_RUN))
    assert list(found) == ["May I use it", "For what", "Until when", "Who says so", "Data seen"]
    assert found["May I use it"].startswith("As far as policy starter 1.0.0 asks, yes: all 5 required rules are met")
    assert "declared by Kontor Analytics GmbH, not tested" in found["For what"]
    assert found["Until when"] == "22 May 2027, unless withdrawn earlier: ask its registry."
    assert "Level 1, issuer-run" in found["Who says so"]


def test_page_one_and_the_top_third_say_the_same():
    for value in (certificate(Level.ISSUER_RUN), certificate(), screening()):
        page, top = page_of(value, results()), top_third(value, results())
        assert (page.answers, page.unchecked) == (top.answers, top.unchecked.text)
        assert [(one.value, one.bounds) for one in page.panels] == [(one.value, one.bounds) for one in top.numbers]


def test_no_document_of_development_keys_may_be_used():
    for value in (certificate(), screening(), certificate(rules=(*rules(), waived()))):
        assert answers(value)["May I use it"].startswith("No: development keys")


def test_a_refusal_says_no_and_names_its_rules():
    failed = rules()[1].model_copy(update={"status": RuleStatus.NOT_MET})
    value = screening(development=False, verdict=Verdict.REFUSED, rules=(rules()[0], failed))
    assert answers(value)["May I use it"] == "No: 1 of 2 required rules is not met, ST-02."
    many = tuple(failed.model_copy(update={"id": f"ST-{number}"}) for number in range(20, 26))
    told_of = answers(screening(development=False, verdict=Verdict.REFUSED, rules=many))["May I use it"]
    assert told_of == "No: 6 of 6 required rules are not met, ST-20, ST-21, ST-22 and 3."
    stopped = screening(development=False, verdict=Verdict.REFUSED, not_issued="rejected by Ausschuss A")
    assert answers(stopped)["May I use it"] == "No: rejected by Ausschuss A."


def test_a_waived_rule_stands_in_the_first_answer():
    text = answers(certificate(Level.ISSUER_RUN, rules=(*rules(), waived())))["May I use it"]
    assert "1 rule is waived, every other required one is met" in text


def test_nothing_is_cut_inside_a_number_and_nothing_certain_is_only_rounded():
    text = "published gap of 10.25 points on 1,204 pairs"
    for limit in range(1, len(text)):
        kept = clip(text, limit)
        assert len(kept) <= limit
        assert not kept.removesuffix("…").rpartition(" ")[2].strip("0123456789.,") or kept[-2].isalpha() or kept == "…"
        for number in ("10.25", "1,204"):
            cut = text.index(number)
            assert not cut < len(kept.removesuffix("…")) < cut + len(number)
    assert told("would notice it with chance 1.00") == "would notice it with chance above 0.99"
    assert told("power 0.00 against a gap") == "power below 0.01 against a gap"
    assert told("power 0.74, chance 1.000") == "power 0.74, chance 1.000"
    assert bound("95 % of 3.1 MB on 23 November 2026") == "95\u00a0% of 3.1\u00a0MB on 23\u00a0November\u00a02026"
    assert plain_times("until 2026-12-24T12:00:00Z, ticket") == "until 2026-12-24 12:00 UTC, ticket"


def test_a_line_says_what_was_issued_and_never_a_standing_nobody_asked_for():
    line = line_of(certificate(Level.ISSUER_RUN))
    assert line.endswith("level 1 of 3, until 2027-05-22, standing not asked")
    assert line_of(certificate(Level.ISSUER_RUN), "revoked").endswith(", revoked")
    assert "development keys, not for reliance" in line_of(certificate(), "valid")
    assert "\n" not in line_of(certificate(model=certificate().model.model_copy(update={"name": "a\nb"})))


def test_a_badge_has_a_shape_for_each_standing_and_never_looks_valid_when_it_is_not():
    value = certificate(Level.ISSUER_RUN)
    shapes = {standing: badge_svg(badge_of(value, standing)) for standing in ("valid", "revoked", "suspended")}
    assert ["<circle" in svg for svg in shapes.values()] == [True, False, False]
    assert [badge_of(value, one).right for one in ("revoked", "expired")] == ["revoked", "expired"]
    assert badge_of(certificate(), "valid").right == "development, not for reliance"
    assert badge_of(certificate(), "revoked").right == "revoked"
    assert "ask its registry" in badge_of(value).right
    assert badge_of(value, "something new").mark.tone == "open"


def test_a_badge_shows_hostile_names_as_text():
    name = '"><script>alert(1)</script>\u202eevil'
    svg = badge_svg(badge_of(certificate(model=certificate().model.model_copy(update={"name": name}))))
    assert "<script" not in svg
    assert "[U+202E]evil" in svg
    assert visible("a\x07b") == "a[U+0007]b"


def test_the_next_surveillance_stands_on_the_page():
    due = certificate(Level.ISSUER_RUN, next_surveillance="2027-02-22T17:00:05Z")
    rows = {row.label: row.text for row in page_of(due).particulars}
    assert rows["Next surveillance"] == "By 22 February 2027 the model is to be tested again."
    assert "asks for none" in {row.label: row.text for row in page_of(certificate()).particulars}["Next surveillance"]


def test_the_policy_gives_the_threshold_in_force():
    assert page_of(certificate(), results(), policy()).panels[0].chart.threshold.label == "policy 75 %"
