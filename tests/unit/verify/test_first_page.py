import pytest

from certify.evidence.certificate import AttemptCount
from certify.evidence.contamination import data_seen
from certify.evidence.dataset import DataExamined, DatasetIdentity, DigestSource
from certify.evidence.model import ServedIdentity, ServerApi, Serving
from certify.evidence.plan import EntropyKind
from certify.evidence.results import ScalingPoint
from certify.verify.first_page import WORDING
from certify.verify.words.caveats import caveats, digest_words
from certify.verify.words.headlines import CHECK_OF, FRESH, GAP, SCAN, STATIC, headlines
from certify.verify.words.printed import bounded, of_answers, percent, plain, points
from tests.fakes.certificate_sample import DATA, certificate, estimate, results

SEEN = {
    "data_examined": DataExamined.FULL,
    "entropy": EntropyKind.SEED_WITNESSES,
    "attempts": AttemptCount(number=1, total=1, excludable=True),
    "development": False,
    "rerun": True,
}


def read(source: DigestSource) -> DatasetIdentity:
    """Training data whose digests come from elsewhere than its bytes."""
    return DATA.model_copy(update={"digest_source": source})


def test_headlines_come_in_a_fixed_order_whatever_the_order_of_results():
    backwards = dict(reversed(list(results().items())))
    assert [one.name for one in headlines(backwards)] == [FRESH, GAP, SCAN, STATIC]
    assert [name for name, check in CHECK_OF.items() if check in results()] == [FRESH, GAP, SCAN, STATIC]


def test_printed_numbers_keep_the_decimals_that_verdicts_use():
    assert percent(0.8832) == "88.32 %"
    assert percent(0.79996) == "80.00 %"  # results hold four decimals; more would be rounded here
    assert points(-0.0125) == "−1.25 points"
    assert points(0.0167) == "+1.67 points"


def test_a_headline_names_its_interval_and_its_sample():
    fresh = headlines(results())[0]
    assert fresh.value == "94.17 %"
    assert fresh.detail == (
        "95 % interval 88.32 % to 97.18 %; 120 problems from 6 families, "
        "weakest family 85.00 % (modular, 17 of 20 right)"
    )


def test_former_wordings_say_what_they_said():
    """A certificate of the past is compared with the words of its own version."""
    for former in (1, 2, 4):
        fresh, gap, scan, static = headlines(results(), former)
        assert fresh.detail == "95 % interval 88.32 % to 97.18 %; 120 problems from 6 families, weakest family 85.00 %"
        assert scan.detail.startswith("48,000 documents in 4 files read; of planted unchanged copies, at least 99.01 %")
        assert (gap, static) == (headlines(results())[1], headlines(results())[3])
    assert headlines(results(), WORDING) == headlines(results()) == headlines(results(), None)
    assert headlines(results(), WORDING + 1) == headlines(results())


def test_the_weakest_family_has_a_name_and_counts_and_needs_none():
    fresh = results()["fresh-reasoning"]
    none = fresh.model_copy(update={"families": ()})
    assert "weakest family 85.00 %;" in headlines({"fresh-reasoning": none})[0].detail + ";"


def test_where_nothing_was_right_on_either_side_no_gap_is_claimed_to_have_been_seen():
    nothing = estimate(0, 200, 0.0, 0.0183)
    gap = results()["static-fresh-gap"].model_copy(update={"static": nothing, "fresh": nothing, "gap": 0.0})
    told = "nothing was right on either side, so nothing is compared; 95 % upper bound"
    assert headlines({"static-fresh-gap": gap})[0].detail.startswith(told)
    assert not headlines({"static-fresh-gap": gap}, 4)[0].detail.startswith("nothing")


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (12_060.4, "12,060"),
        (0.0, "0"),
        (3.14159, "3.142"),
        (99_999.0, "100,000"),
        (0.000012345, "0.00001234"),
        (250.0, "250"),
        (0.1, "0.1"),
        (1e22, "10,000,000,000,000,000,000,000"),
    ],
)
def test_measured_numbers_are_written_out(number, printed):
    assert plain(number) == printed


def test_no_number_is_too_large_or_too_small_to_be_written():
    for number in (1.7e308, 5e-324):
        assert "e" not in plain(number).lower()


def test_fewer_than_ten_items_print_no_interval():
    found = results()
    few = found["static-benchmark"].model_copy(update={"accuracy": estimate(8, 9, 0.5, 1.0)})
    assert headlines({"static-benchmark": few})[0].detail.startswith("no interval: only 9 items")


def test_numbers_beside_the_first_have_their_interval_or_their_counts():
    assert bounded(estimate(18, 20, 0.67, 1.0)) == "90.00 % (67.00 % to 100.00 %)"
    assert bounded(estimate(8, 9, 0.5, 1.0)).endswith("(no interval: only 9 items)")
    assert (of_answers(0.45, 20), of_answers(0.0, 0), of_answers(0.4567, 9000)) == (
        "9 of 20",
        "0 of 0",
        "45.67 % of 9,000",
    )


def test_test_time_scaling_has_its_intervals():
    point = ScalingPoint(
        answers=8,
        any_right=estimate(18, 20, 0.67, 1.0),
        all_right=estimate(4, 20, 0.05, 0.45),
        majority=estimate(13, 20, 0.41, 0.86),
    )
    static = results()["static-benchmark"].model_copy(update={"scaling": (point,)})
    assert headlines({"static-benchmark": static})[0].detail.endswith(
        "majority of 8 65.00 % (41.00 % to 86.00 %), any of 8 right 90.00 % (67.00 % to 100.00 %)"
    )


def test_the_scan_says_how_much_a_copy_could_hide():
    detail = headlines(results())[2].detail
    assert "48,000 documents in 4 files" in detail
    assert "at least 99.01 % are found" in detail


def scan_with(**changes):
    """The sample's results with a scan whose single benchmark, or which itself, says something more."""
    found = results()
    scan = found["corpus-scan"]
    inside = {
        name: changes.pop(name) for name in ("answer_only", "template_twins", "common_passages") if name in changes
    }
    benchmark = scan.benchmarks[0].model_copy(update=inside)
    found["corpus-scan"] = scan.model_copy(update={"benchmarks": (benchmark,), **changes})
    return found


@pytest.mark.parametrize(
    ("parts", "lost", "headline", "caveat"),
    [
        (1, 1536, "1 part of the data could not be read; 48,000", "could not be read, 1,536 of its 3,145,728 bytes"),
        (1200, 0, "1,200 parts of the data could not be read; 48,000", "could not be read: a published item could"),
    ],
)
def test_a_scan_that_left_something_out_says_so_first(parts, lost, headline, caveat):
    found = scan_with(unscanned=parts, unscanned_bytes=lost, coverage=0.9995)
    assert headlines(found)[2].detail.startswith(headline)
    [added] = set(caveats(found, **SEEN)) - set(caveats(results(), **SEEN))
    assert caveat in added


def test_a_scan_that_left_nothing_out_is_worded_as_ever():
    found = scan_with(unscanned=0, unscanned_bytes=0, coverage=1.0, answer_only=0, template_twins=0, common_passages=0)
    assert headlines(found) == headlines(results())
    assert caveats(found, **SEEN) == caveats(results(), **SEEN)


def test_what_is_near_a_copy_is_told_and_not_counted():
    [added] = set(caveats(scan_with(answer_only=1, template_twins=3, common_passages=12), **SEEN)) - set(
        caveats(results(), **SEEN)
    )
    assert added == (
        "The training data also holds, not counted as copies: of 1 item a worked answer without the question; of "
        "3 items the same words with other numbers or names; of 12 items a passage that many documents share."
    )


@pytest.mark.parametrize("planned", list(DataExamined))
def test_data_with_parts_left_out_is_seen_in_part_at_most(planned):
    assert data_seen(planned, results()) is planned
    assert data_seen(planned, scan_with(unscanned=0)) is planned
    seen = data_seen(planned, scan_with(unscanned=2))
    assert seen is (DataExamined.PARTIAL if planned is DataExamined.FULL else planned)


def test_checks_without_a_result_have_no_headline():
    assert headlines({}) == ()


def test_the_best_case_still_names_what_rests_on_a_word():
    text = " ".join(caveats(results(), **SEEN))
    assert "data steward’s word" in text
    assert "tested configuration alone" in text
    assert "seed" not in text
    assert "re-run" not in text
    assert "run it again" not in text


def test_each_weakness_adds_its_own_sentence():
    base = set(caveats(results(), **SEEN))
    for change, words in (
        ({"development": True}, "must not be relied on"),
        ({"entropy": EntropyKind.SELF}, "issuer could have chosen the seed"),
        ({"attempts": AttemptCount(number=1, total=1, excludable=False)}, "earlier attempts cannot be excluded"),
        ({"attempts": AttemptCount(number=3, total=3, excludable=True)}, "attempt 3"),
        ({"data_examined": DataExamined.UNDISCLOSED}, "undisclosed"),
        ({"data_examined": DataExamined.PARTIAL}, "Only part of the training data"),
        ({"data_examined": DataExamined.NAMED}, "was not searched for published items"),
        ({"datasets": (DATA, read(DigestSource.CACHED))}, "were not read again for their digests"),
        ({"datasets": (read(DigestSource.CLAIMED),)}, "from a list and not from its bytes"),
        ({"rerun": False}, "nobody else has run it again"),
    ):
        added = set(caveats(results(), **(SEEN | change))) - base
        assert len(added) == 1, change
        assert words in added.pop()


def test_a_server_that_answered_adds_what_is_not_known_of_it():
    base = set(caveats(results(), **SEEN))
    ours = Serving(
        identity=ServedIdentity.VERIFIED,
        software="vllm",
        api=ServerApi.COMPLETIONS,
        model="{model}",
        answers_as="{model}",
        own_sampling=False,
    )
    assert set(caveats(results(), **SEEN, serving=ours)) == base
    changes = {"identity": ServedIdentity.NOT_VERIFIED, "api": ServerApi.CHAT, "own_sampling": True}
    for (name, value), said in zip(
        changes.items(), ("Endpoint identity not verified", "template of its own", "sampling settings"), strict=True
    ):
        (added,) = set(caveats(results(), **SEEN, serving=ours.model_copy(update={name: value}))) - base
        assert said in added


def test_data_whose_every_byte_was_read_adds_no_sentence():
    assert caveats(results(), **SEEN, datasets=(DATA, DATA)) == caveats(results(), **SEEN)
    assert digest_words((DATA,)) == digest_words(()) == ""
    both = (read(DigestSource.CACHED), read(DigestSource.CLAIMED))
    assert digest_words(both) == "; digests claimed and cached, not recomputed"


def test_answers_that_were_cut_off_are_told():
    found = results()
    fresh = found["fresh-reasoning"]
    cut = fresh.outcomes.model_copy(update={"truncated_share": 0.05, "unreadable_share": 0.02})
    found["fresh-reasoning"] = fresh.model_copy(update={"outcomes": cut})
    text = " ".join(caveats(found, **SEEN))
    assert "5.00 % of the answers were cut off" in text
    assert "2.00 % of the answers could not be read" in text


def test_no_text_promises_what_nobody_can_know():
    written = certificate()
    text = " ".join([*written.caveats, *(one.detail + one.name for one in written.headlines)]).lower()
    for word in ("complies", "uncontaminated", "unforgeable", "guarantee"):
        assert word not in text


def test_where_there_is_no_room_for_a_gap_no_power_is_claimed():
    result = results()["static-fresh-gap"]
    near = result.model_copy(update={"fresh": estimate(189, 200, 0.91, 0.97), "power": 0.0, "power_against": 0.1})
    line = headlines({"static-fresh-gap": near})[0]
    assert "above 94.50 % there is no room for a gap of 10.00 points" in line.detail
    assert "power" not in line.detail
