import pytest

from certify.scan.benchmark import Benchmark
from certify.scan.normalise import words
from tests.fakes.plain_scan.decide import Features, judge
from tests.fakes.plain_scan.index import build_index
from tests.fakes.plain_scan.matcher import Match, PlainMatcher

CHANCE = 11.5
GOOD = Features(40, 0.9, 0.9, 0.95, 0.95, 20, 150.0, True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "full"),
        ({"values_agree": False}, "lookalike"),
        ({"nats": 5.0}, "lookalike"),
        ({"weight": 0.3, "inside": 0.9}, "lookalike"),
        ({"words": 0.6, "weight": 0.6}, "partial"),
        ({"words": 0.6, "weight": 0.6, "inside": 0.5}, "lookalike"),
        ({"words": 0.6, "weight": 0.6, "run": 5}, "lookalike"),
        ({"words": 0.6, "weight": 0.6, "density": 0.4}, "lookalike"),
        ({"words": 0.6, "weight": 0.2}, "partial"),
        ({"words": 0.6, "weight": 0.2, "inside": 0.9}, "lookalike"),
        ({"words": 0.6, "weight": 0.1}, "lookalike"),
        ({"words": 0.42, "weight": 0.42}, "partial"),
        ({"words": 0.42, "weight": 0.42, "nats": 20.0}, "nothing"),
        ({"words": 0.6, "weight": 0.6, "nats": 20.0}, "partial"),
        ({"words": 0.6, "weight": 0.6, "nats": 20.0, "density": 0.8}, "lookalike"),
        ({"words": 0.6, "weight": 0.6, "nats": 12.0}, "lookalike"),
        ({"words": 0.3, "weight": 0.3}, "nothing"),
        ({"words": 0.3, "weight": 0.3, "run": 38}, "partial"),
        ({"words": 0.3, "weight": 0.3, "run": 38, "nats": 40.0}, "nothing"),
        ({"matched": 5, "words": 0.8}, "nothing"),
        ({"matched": 44, "words": 1.0, "nats": 0.5}, "full"),
    ],
)
def test_rules(change: dict[str, object], expected: str) -> None:
    assert judge(GOOD._replace(**change), 44, CHANCE) == expected


PROBLEM = "Mrs Ferrer bakes 24 loaves at dawn, sells 17 of them before noon and gives 3 to a neighbour; how many remain"


def _find(text: str) -> Match | None:
    benchmark = Benchmark.from_items("b", [("1", PROBLEM, "4")])
    # A thousand unrelated documents make the words of the problem rare.
    background = [[f"w{i}", f"v{i}", "the", "of", "to", "a"] for i in range(1000)]
    copies = PlainMatcher(build_index(benchmark.items, background, 1000)).find(words(text)).copies
    return copies[0] if copies else None


def test_a_copy_with_its_answer() -> None:
    match = _find(f"Homework. {PROBLEM}? The answer is 4.")
    assert match is not None
    assert (match.coverage, match.answer_follows) == ("full", True)
    other = _find(f"4 things first. {PROBLEM}? I do not know.")
    assert other is not None
    assert other.answer_follows is False


def test_changed_numbers_make_another_problem() -> None:
    assert _find(PROBLEM.replace("24", "38").replace("17", "11")) is None
    assert _find(PROBLEM.replace("17", "11")) is None


def test_a_number_at_the_very_end_counts() -> None:
    benchmark = Benchmark.from_items("b", [("1", "Please add the two following numbers together now: 417 and 65", "")])
    matcher = PlainMatcher(build_index(benchmark.items, [], 0))
    assert matcher.find(words("Please add the two following numbers together now: 417 and 65")).copies
    assert not matcher.find(words("Please add the two following numbers together now: 417 and 92")).copies


def test_changed_words_do_not_hide_a_copy() -> None:
    match = _find(PROBLEM.replace("bakes", "makes").replace("neighbour", "friend"))
    assert match is not None
    assert match.coverage == "full"


def test_a_name_changed_throughout_makes_another_problem() -> None:
    problem = "When Ruth meets Omar by the old mill Omar gives Ruth a basket full of fresh walnuts; who leaves first"
    benchmark = Benchmark.from_items("b", [("1", problem, "")])
    background = [[f"w{i}", "the", "of", "to", "a"] for i in range(1000)]
    matcher = PlainMatcher(build_index(benchmark.items, background, 1000))
    assert not matcher.find(words(problem.replace("Omar", "Ivan"))).copies
    assert matcher.find(words(problem.replace("Omar", "Ivan", 1))).copies


def test_a_copy_cut_short_is_partial_even_before_a_number() -> None:
    cut = " ".join(PROBLEM.split()[:13])
    for follows in ("and then nothing", "99 bottles stand there"):
        match = _find(f"{cut} {follows}")
        assert match is not None
        assert match.coverage == "partial"
