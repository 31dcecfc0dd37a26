"""Given texts scored: what every engine that can owes, and what is said of one that cannot."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.engines import asking
from certify.engines.backend import open_backend
from certify.engines.journal import Journal, read_journal, read_scores
from certify.engines.lm import JournalledLM
from certify.engines.order import ServerOrder
from certify.engines.replay import ReplayBackend, replay_configuration
from certify.engines.scoring import Passage, scored
from certify.errors import EvidenceMissing, HostileInput
from certify.evidence.model import ServerApi
from certify.evidence.scores import TextScore, score_key
from tests.fakes.openai_server import World, answering

from .conftest import make_requests
from .test_contract import SAMPLED, Engine, Stop, engine, fake_vllm  # noqa: F401 - fixtures

TEXTS = [
    Passage.of(
        f"Question: What is {n} + {7 * n}?\nAnswer:" if n % 3 else "", f" {8 * n} apples" + " are left" * (n % 4)
    )
    for n in range(12)
]
LONG = Passage.of("", " What is 12 + 30? How many apples are left?" * 30)
BURIED = Passage.of("x " * 400, " 42")
ENDLESS = Passage.of("Question:", " x" * 400)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.005)


@pytest.fixture
def scoring(engine: Engine) -> Engine:  # noqa: F811
    serving = engine.configuration.serving
    if serving is not None and serving.api is ServerApi.CHAT:
        pytest.skip("a chat interface takes no text to score")
    return engine


def scores_of(engine: Engine, passages: list[Passage], **more) -> dict[str, TextScore]:  # noqa: F811
    order = engine.order(make_requests(1), **more)
    with Journal.open(Path(order.journal), order.header) as journal:
        return scored(opened(engine, order), journal, passages)


def opened(engine: Engine, order):  # noqa: F811
    if engine.name != "replay":
        return open_backend(order)
    told = {one.key: made_up(one) for one in [*TEXTS, LONG, BURIED, ENDLESS]}
    return ReplayBackend(lambda prompt: pytest.fail("asked"), replay_configuration(SAMPLED), order.batch_size, told)


def made_up(passage: Passage) -> TextScore:
    if passage is ENDLESS:
        return TextScore(
            text_sha256=passage.key, context_tokens=0, token_ids=(), logprobs=(), greedy=False, failed=True
        )
    ids = tuple(passage.text.encode())
    values = tuple(-one / 100 for one in ids)
    return TextScore(text_sha256=passage.key, context_tokens=1, token_ids=ids, logprobs=values, greedy=False)


def test_every_token_of_a_text_has_a_log_probability_and_no_token_of_its_context(scoring: Engine) -> None:
    found = scores_of(scoring, TEXTS, batch_size=4)
    assert found.keys() == {one.key for one in TEXTS} == read_scores(scoring.folder / "journal.jsonl").keys()
    assert read_journal(scoring.folder / "journal.jsonl") == {}
    for one in TEXTS:
        score = found[one.key]
        assert not score.failed
        assert 0 < len(score.token_ids) == len(score.logprobs) <= len(one.text)
        assert all(value <= 0 for value in score.logprobs)
        assert score.context_tokens >= 1
        assert score.logprob == pytest.approx(math.fsum(score.logprobs))


def test_scores_are_reproducible_and_depend_on_what_stands_before(scoring: Engine, tmp_path: Path) -> None:
    first = scores_of(scoring, TEXTS, batch_size=4)
    scoring.folder = tmp_path / "again"
    assert scores_of(scoring, TEXTS, batch_size=4) == first
    assert score_key("a", "b") != score_key("", "ab")


def test_a_text_that_occurs_twice_is_scored_once(scoring: Engine) -> None:
    assert scores_of(scoring, [*TEXTS[:2], *TEXTS[:2]]).keys() == {one.key for one in TEXTS[:2]}


def test_broken_scoring_goes_on_where_it_stopped(scoring: Engine, tmp_path: Path) -> None:
    whole = scores_of(scoring, TEXTS, batch_size=3)
    scoring.folder = tmp_path / "broken"
    order = scoring.order(make_requests(1), batch_size=3)
    seen: list[str] = []

    class Failing:
        """Stops after its first batch."""

        def __init__(self, real) -> None:
            self._real, self.configuration = real, real.configuration

        def scorer(self):
            def score(passages, done, keep) -> None:
                def kept(batch) -> None:
                    keep(batch)
                    seen.extend(one.key for one in batch)
                    raise Stop

                self._real.scorer().score(passages[:3], done, kept)

            return SimpleNamespace(score=score)

    with Journal.open(Path(order.journal), order.header) as journal, pytest.raises(Stop):
        scored(Failing(opened(scoring, order)), journal, TEXTS)
    kept = Path(order.journal).read_bytes()
    assert set(seen) == read_scores(Path(order.journal)).keys()
    assert 0 < len(seen) < len(TEXTS)
    with Journal.open(Path(order.journal), order.header) as journal:
        found = scored(opened(scoring, order), journal, TEXTS)
    assert Path(order.journal).read_bytes().startswith(kept)
    assert found.keys() == whole.keys()
    for key, score in found.items():  # another batch may round otherwise
        assert score.token_ids == whole[key].token_ids
        assert score.logprobs == pytest.approx(whole[key].logprobs, abs=2e-5)


def test_a_long_text_is_scored_in_windows_and_a_long_context_is_cut_from_the_left(scoring: Engine) -> None:
    found = scores_of(scoring, [LONG, BURIED, ENDLESS, TEXTS[1]])
    assert len(found[LONG.key].token_ids) > 160
    assert not found[LONG.key].failed
    assert found[ENDLESS.key].failed
    assert found[ENDLESS.key].logprob == -math.inf
    assert not found[TEXTS[1].key].failed
    if scoring.name != "replay":
        assert found[BURIED.key].context_tokens + len(found[BURIED.key].token_ids) == 159


def test_a_finished_journal_needs_no_engine(scoring: Engine) -> None:
    whole = scores_of(scoring, TEXTS)
    order = scoring.order(make_requests(1))
    with Journal.open(Path(order.journal), order.header) as journal:
        assert scored(None, journal, TEXTS) == whole  # type: ignore[arg-type]


def test_recorded_scores_are_given_again(scoring: Engine, tmp_path: Path) -> None:
    whole = scores_of(scoring, TEXTS)
    again = Engine("replay", scoring.model, tmp_path / "replayed")
    order = again.order(make_requests(1), recording=str(scoring.folder / "journal.jsonl"))
    with Journal.open(Path(order.journal), order.header) as journal:
        assert scored(open_backend(order), journal, TEXTS[::-1]) == whole
        with pytest.raises(EvidenceMissing, match="no score of"):
            scored(open_backend(order), journal, [Passage.of("", "never recorded")])


def test_a_changed_score_is_refused(scoring: Engine) -> None:
    scores_of(scoring, TEXTS)
    journal = scoring.folder / "journal.jsonl"
    changed = re.sub(rb'("logprobs":\[)[-0-9.e]+', rb"\1-0.1234", journal.read_bytes(), count=1)
    journal.write_bytes(changed)
    with pytest.raises(HostileInput, match="CERT-E061"):
        read_scores(journal)


def test_an_engine_that_tells_none_says_so(engine: Engine) -> None:  # noqa: F811
    serving = engine.configuration.serving
    order = engine.order(make_requests(1))
    if engine.name == "replay":
        backend = ReplayBackend(lambda prompt: pytest.fail("asked"), engine.configuration)
    elif serving is not None and serving.api is ServerApi.CHAT:
        backend = open_backend(order)
    else:
        pytest.skip("it tells them")
    with Journal.open(Path(order.journal), order.header) as journal:
        lm = JournalledLM(backend, journal, [], lambda batch: None)
        assert lm.loglikelihood([]) == []
        with pytest.raises(EvidenceMissing, match="gives no log-probabilities") as caught:
            lm.loglikelihood([SimpleNamespace(args=("a", "b"))])
    assert "vllm" in caught.value.hint


@pytest.mark.parametrize("mode", ["costly", "shorter", "garbage", "broken"])
def test_a_text_on_which_a_server_fails_for_good_is_an_error_of_its_own(tiny: Path, tmp_path: Path, mode: str) -> None:
    world = World()
    with answering(world) as url:
        engine = Engine("openai", tiny, tmp_path, ServerOrder(endpoint=url))
        order = engine.order(make_requests(1))
        backend = open_backend(order)
        before, text = backend._served.wording.codec.encode_pair(TEXTS[1].context, TEXTS[1].text)  # type: ignore[attr-defined]
        world.mode, world.bad = mode, frozenset({" ".join(map(str, before + text))})
        found = scores_of(engine, TEXTS)
    assert [key for key, score in found.items() if score.failed] == [TEXTS[1].key]


def test_a_server_that_tells_no_log_probabilities_of_a_prompt_is_one_that_gives_none(
    tiny: Path, tmp_path: Path
) -> None:
    with answering(World(echoes=False)) as url:
        engine = Engine("openai", tiny, tmp_path, ServerOrder(endpoint=url))
        assert open_backend(engine.order(make_requests(1))).scorer() is None
