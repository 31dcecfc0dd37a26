"""The bench of contamination: its worlds, its measures, and a miniature that trains both twins."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from certify.check import continuations
from certify.statistics import boschloo_p_value, rank_test
from tests.bench.contamination import detectors, measuring, observing, reporting
from tests.bench.contamination.demo import outcome
from tests.bench.contamination.measuring import LEVELS, Size
from tests.bench.contamination.plots import plot
from tests.bench.contamination.world import EXPOSURES, QUESTION, VARIANTS, VERBATIM, Maker, Plan, World, whole

PLAN = Plan((1, 4), VARIANTS, 5, 3, 2, 3, 60)


@pytest.fixture(scope="module")
def world() -> World:
    return Maker(1, PLAN, len).world()


def test_half_of_the_items_leak_in_equal_cells_and_a_seed_decides_which(world: World) -> None:
    cells = Counter(item.leak[:2] for item in world.items)
    assert cells.pop((0, "")) == len(world.items) / 2
    assert cells == {(k, variant): PLAN.cell for k in PLAN.exposures for variant in VARIANTS}
    assert Maker(1, PLAN, len).world() == world
    assert Maker(2, PLAN, len).items()[0].problem != world.items[0].problem


def test_no_question_is_asked_twice_and_the_clean_twin_reads_none_of_them(world: World) -> None:
    items, rewrites = ([getattr(item, name).question for item in world.items] for name in ("problem", "rewrite"))
    assert len({*items, *rewrites}) == 2 * len(world.items)
    read = [leak.stand_in for leak in world.leaks()] + world.background
    published = [*items, *rewrites, *(choice.question for choice in world.choices)]
    assert not [question for question in published for text in read if question in text]
    leaked = {item.problem.question: item.leak for item in world.items if item.leak.variant in {VERBATIM, QUESTION}}
    assert all(question in leak.text for question, leak in leaked.items())
    assert all(item.leak.text.startswith(whole(item.problem)) for item in world.items if item.leak.variant == VERBATIM)


def test_a_stand_in_is_as_long_as_what_it_stands_for(world: World) -> None:
    pairs = [(len(leak.text), len(leak.stand_in)) for leak in world.leaks()]
    assert np.mean([abs(a - b) <= 0.1 * a for a, b in pairs]) > 0.9


def _answers(random: np.random.Generator, known: float, items: int = 60) -> list[detectors.Row]:
    """Rows of a model that knows a share of the items by heart and is right about one other in two."""
    heart = random.random(items) < known
    return [
        {
            "k": 0, "variant": "", "samples": 8, "question": f"one two three four five six seven eight nine {place}",
            "original": 8 if sure else int(random.binomial(8, 0.5)), "rewrite": int(random.binomial(8, 0.5)),
            "ending": f"seven eight nine {place}" if sure else "something else",
            "scores": sorted(random.normal(size=6), reverse=True) if sure else list(random.normal(size=6)),
            "kind": "canary", "secret": " 1 2 3 4", "answer": "1 2 3 4." if sure else "1 2 3",
        }
        for place, sure in enumerate(heart)
    ]  # fmt: skip


@pytest.mark.parametrize("test", [test for test in detectors.TESTS if test.name != "dye"], ids=lambda test: test.name)
def test_every_test_finds_what_is_known_by_heart_and_keeps_its_size(test: detectors.Test) -> None:
    random = np.random.default_rng(5)
    control = _answers(random, 0.0, 100)
    assert test.p_value(_answers(random, 0.9), control, random) <= 0.01
    assert test.p_value(_answers(random, 0.0), control, random) > 0.01
    pool = _answers(random, 0.0, 200)
    splits = 20 if test.share < 1 else 100
    alarms = sum(measuring.one_split(test, pool, 20, random) <= 0.05 for _ in range(splits))
    assert Size(test.name, 20, splits, (0, alarms)).interval(1)[0] <= 0.05


def test_measures_of_a_score() -> None:
    assert measuring.area([3, 4], [1, 2]) == 1
    assert measuring.area([1, 2], [1, 2]) == 0.5
    assert measuring.found([3, 1], [2, 2, 2, *[0] * 197]) == 0.5
    row = {"logprobs": [-1.0, -5.0, -1.0], "means": [-2.0, -3.0, -1.0], "deviations": [1.0, 2.0, 0.0], "text": "x"}
    row |= {"company": [-2.0, -5.0, -2.0], "first": "one two three", "second": "one two three"}
    scores = {name: score(row) for name, score in detectors.SCORES.items()}
    assert scores["Min-K%"] == -5
    assert scores["Min-K%++"] == -1
    assert scores["contextual"] == pytest.approx(2 / 3, abs=1e-5)
    assert scores["self-critique"] == 1


def test_what_needs_no_exact_p_value_has_a_bound_and_items_are_cut_as_the_check_does(world: World) -> None:
    assert detectors.two_shares(9, 20, 5, 100) == boschloo_p_value(9, 20, 5, 100)
    assert detectors.SMALL < detectors.two_shares(5, 20, 20, 100) <= boschloo_p_value(5, 20, 20, 100)
    rows, control = (_answers(np.random.default_rng(seed), known, 60) for seed, known in ((1, 0.5), (2, 0.0)))
    ranks = rank_test(detectors.ranks_of(rows), detectors.ranks_of(control), detectors.DRAWS)
    assert detectors.options_p(rows, control, np.random.default_rng(3)) == ranks.p_value < detectors.SMALL
    for item in world.items:
        own, shipped = observing.cut(item.problem.question), continuations.cut(item.problem.question, observing.SHARE)
        assert own == (shipped.start, shipped.rest.strip())


def test_halves_that_words_tell_apart_void_the_bench(world: World) -> None:
    rows = [{"k": item.leak.exposures, "text": whole(item.problem)} for item in world.items]
    assert not measuring.blind(rows, 1).void
    marked = [{**row, "text": row["text"] + " indeed"} if row["k"] else row for row in rows]
    assert measuring.blind(marked, 1).void
    assert "VOID" in reporting.blind_table(measuring.blind(marked, 1))


def test_seeds_of_a_demo_model_are_counted() -> None:
    known = {"original": [1] * 200, "rewrite": [0] * 200, "control": [{"question": "a b c d e", "ending": "x"}] * 200}
    endings = [{"question": "a b c d e", "ending": " d e"}] * 200
    assert outcome({"model": "m", "endings": endings, "seeds": [known] * 2})[1:] == (2, 2, 2, 2, 0)


def test_plots_are_well_formed_and_the_page_has_room_for_every_part() -> None:
    ET.fromstring(plot("a < b", {"one & two": [(1, 0.0), (32, 1.0)]}, 0.5, "power"))
    page = reporting.PAGE.read_text(encoding="utf-8")
    for name in ("about", "blind", "size", "power-.01", "power-.05", "auroc", "found", "demo"):
        assert "made" in reporting.replaced(page, name, "made")
    with pytest.raises(ValueError, match="0 places"):
        reporting.replaced(page, "else", "made")


@pytest.fixture(scope="module")
def miniature(tmp_path_factory: pytest.TempPathFactory) -> measuring.Twins:
    """Both twins of one seed: two minutes of one processor."""
    pytest.importorskip("torch")
    from tests.bench.contamination.making import kept, make_all

    folder: Path = tmp_path_factory.mktemp("twins")
    make_all("miniature", [1], folder, jobs=1, demo_seeds=0)
    return kept(folder)[0]


@pytest.mark.slow  # trains two models
def test_the_miniature_finds_what_leaked_most_and_keeps_every_size(miniature: measuring.Twins, tmp_path: Path) -> None:
    assert not reporting.blinds(miniature).void
    for size in (*measuring.sizes(miniature, 400, 1), *measuring.score_sizes(miniature, 1_000, 1)):
        for number, level in enumerate(LEVELS):
            assert size.interval(number)[0] <= level, size
    power = {one.name: one.mean(1) for one in measuring.powers(miniature, 1) if one.exposures == max(EXPOSURES)}
    assert min(power[test.name] for test in detectors.TESTS if test.name != "dye") > 0.5, power
    page = tmp_path / "detectors.md"
    page.write_text(reporting.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    reporting.write(miniature, [], splits=40, seed=1, page=page, plots=tmp_path)
    assert "holds .5" in page.read_text(encoding="utf-8")
