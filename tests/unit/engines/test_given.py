"""Given texts as part of a run: planned, journalled, gone on with and replayed like answers, on every engine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.check import judge
from certify.engines import worker
from certify.engines.backend import open_backend
from certify.engines.given import NO_SCORES, NOT_SCORED
from certify.engines.harness import run
from certify.engines.journal import Journal, read_journal, read_scores, unanswered
from certify.engines.order import Described, DescribeOrder, Telemetry
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.evidence.answers import Completion, FinishReason, Outcome, Question, Request
from certify.evidence.model import ServerApi
from certify.evidence.plan import PlannedCheck
from certify.pipeline.preparing import tell_unscored

from .conftest import make_given, make_requests
from .test_contract import Engine, engine, fake_vllm  # noqa: F401 - fixtures
from .test_scoring import ENDLESS, TEXTS, opened

GIVEN = [(one.context, one.text) for one in (*TEXTS[:4], ENDLESS, TEXTS[1])]


def finished(engine: Engine, requests: list[Request], **more) -> tuple[dict, list[str], Path]:  # noqa: F811
    """(completions, troubles, journal) of a run."""
    order = engine.order(requests, batch_size=3, **more)
    troubles: list[str] = []
    backend = engine.open(order) if engine.name == "replay" and "recording" not in more else open_backend(order)
    if engine.name == "replay" and "recording" not in more:
        backend._scores = opened(engine, order)._scores  # type: ignore[attr-defined]
    with Journal.open(Path(order.journal), order.header) as journal:
        return run(backend, journal, requests, failed=troubles.append), troubles, Path(order.journal)


def tells(engine: Engine) -> bool:  # noqa: F811
    serving = engine.configuration.serving
    return serving is None or serving.api is not ServerApi.CHAT


def test_answers_and_given_texts_share_a_run(engine: Engine, tmp_path: Path) -> None:  # noqa: F811
    requests = [*make_requests(3, max_tokens=4), *make_given(GIVEN)]
    found, troubles, journal = finished(engine, requests)
    assert set(found) == {one.key for one in requests}
    assert read_scores(journal) == {}
    assert unanswered(requests, read_journal(journal), journal) == 0
    for request, (context, text) in zip(make_given(GIVEN), GIVEN, strict=True):
        one = found[request.key]
        assert (one.text, one.seed, one.tokens) == (text, str(request.seed), 0)
        assert one.prompt_sha256 == hashlib.sha256(context.encode()).hexdigest()
        failed = not tells(engine) or text == ENDLESS.text
        assert one.finish_reason is (FinishReason.ERROR if failed else FinishReason.STOP)
        assert one.logprobs is not None
        assert len(one.logprobs) == len(one.token_ids)
        assert bool(one.logprobs) is not failed
        assert one.read_tokens == one.prompt_tokens + len(one.token_ids)
    assert troubles == ([NOT_SCORED] if tells(engine) else [NO_SCORES] * len(GIVEN))
    whole = journal.read_bytes()
    assert finished(engine, requests)[0] == found, "what is journalled is not asked again"
    assert journal.read_bytes() == whole
    again = Engine("replay", engine.model, tmp_path / "replayed")
    if tells(engine):
        replayed, _, _ = finished(again, make_given(GIVEN), recording=str(journal))
        assert replayed == {key: one for key, one in found.items() if one.logprobs is not None}


def test_whether_given_texts_are_scored_is_known_before_the_run(engine: Engine) -> None:  # noqa: F811
    order = DescribeOrder(model=str(engine.model), engine=engine.name, server=engine.server)
    told = open_backend(order).facts().scores
    assert told is (None if engine.name == "replay" else tells(engine))
    described = Described(configuration=engine.configuration, facts=open_backend(order).facts())
    checks = [
        PlannedCheck(id=name, version=1, parameters={}, items=9, samples=1, max_tokens=0, reads=reads)
        for name, reads in (("order-exchangeability", 90), ("multi-turn", None))
    ]
    notes: list[str] = []
    tell_unscored(checks, described, SimpleNamespace(note=notes.append))  # type: ignore[arg-type]
    assert [note.split(":")[0] for note in notes] == ["order-exchangeability will not run"] * (told is False)


def test_only_hf_tells_moments_and_only_where_they_are_asked_for(engine: Engine) -> None:  # noqa: F811
    torch = pytest.importorskip("torch")
    texts = [(one.context, one.text) for one in TEXTS[:3]]
    requests = make_given(texts[:2], moments=True) + make_given(texts)[2:]
    found, _, _ = finished(engine, requests)
    told = [found[one.key] for one in requests]
    assert told[2].moments is None
    if engine.name != "hf":
        assert all(one.moments is None for one in told)
        return
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(engine.model)
    for (context, _), one in zip(texts[:2], told, strict=False):
        before = open_backend(engine.order(requests))._model.codec.encode_pair(context, one.text)[0]
        with torch.inference_mode():
            logprobs = model(torch.tensor([[*before, *one.token_ids]])).logits[0, len(before) - 1 : -1].log_softmax(-1)
        mean = (logprobs.exp() * logprobs).sum(-1)
        spread = ((logprobs.exp() * logprobs**2).sum(-1) - mean**2).sqrt()
        assert [pair[0] for pair in one.moments] == pytest.approx(mean.tolist(), abs=1e-4)
        assert [pair[1] for pair in one.moments] == pytest.approx(spread.tolist(), abs=1e-3)


def test_a_run_cut_off_between_batches_ends_with_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    requests = [*make_requests(2, max_tokens=4), *make_given(GIVEN, moments=True)]
    whole = Engine("hf", tiny, tmp_path / "whole")
    _, _, kept = finished(whole, requests)
    broken = Engine("hf", tiny, tmp_path / "broken")
    order = broken.order(requests, batch_size=3)

    class Cut(Exception):
        pass

    def cut(batch: list[Completion]) -> None:
        if batch[0].logprobs is not None:
            raise Cut

    with Journal.open(Path(order.journal), order.header) as journal, pytest.raises(Cut):
        run(open_backend(order), journal, requests, cut)
    assert 0 < len(read_journal(Path(order.journal))) < len(requests)
    assert finished(broken, requests)[2].read_bytes() == kept.read_bytes()


def test_given_texts_are_read_and_not_answered(tiny: Path, tmp_path: Path) -> None:
    requests = [*make_requests(2, max_tokens=4), *make_given(GIVEN[:4])]
    said: list[dict] = []
    order = Engine("hf", tiny, tmp_path).order(requests, batch_size=3)
    worker._answer(order, None, said.append)
    told = Telemetry.from_document(said[-1]["telemetry"])
    held = read_journal(Path(order.journal)).values()
    assert (told.answered, told.scored, told.failures) == (2, 4, {})
    assert told.tokens == sum(one.tokens for one in held) <= 8
    assert told.prompt_tokens == sum(one.prompt_tokens for one in held) + sum(
        len(one.token_ids) for one in held if one.logprobs is not None
    )
    assert [one["done"] for one in said if one["event"] == "progress"][-1] == len(requests)


def test_a_score_of_another_text_does_not_count(tiny: Path, tmp_path: Path) -> None:
    engine = Engine("hf", tiny, tmp_path)  # noqa: F811
    finished(engine, make_given(GIVEN[:2]))
    with pytest.raises(UsageError, match="CERT-E062"):
        finished(engine, make_given([GIVEN[1], GIVEN[0]]))
    held = read_journal(tmp_path / "journal.jsonl")
    with pytest.raises(UsageError, match="CERT-E062"):
        unanswered(make_asking(), held, tmp_path)


def make_asking() -> list[Request]:
    """Requests under the same keys that ask for an answer."""
    return [
        one.model_copy(update={"given": None, "raw": None, "max_tokens": 4, "text": "x"})
        for one in make_given(GIVEN[:2])
    ]


def question(**changes) -> Question:
    fields = {"check": "c", "item": "i", "group": "g", "text": "", "gold": "", "verifier": "given", "max_tokens": 0}
    return Question(**{**fields, "raw": True, "given": "a text", **changes})


def scored_completion(**changes) -> Completion:
    fields = {"check": "c", "item": "i", "repeat": 0, "seed": "1", "prompt_sha256": "0" * 64, "text": "a text"}
    end = {"finish_reason": FinishReason.STOP, "token_ids": (1, 2), "prompt_tokens": 1, "logprobs": (-1.0, -0.5)}
    return Completion(**{**fields, **end, **changes})


def test_a_scored_text_is_neither_right_nor_wrong() -> None:
    [record] = judge([question()], [scored_completion()], None, samples={"c": 1})
    assert (record.outcome, record.answer) == (Outcome.SCORED, None)
    lost = scored_completion(finish_reason=FinishReason.ERROR, token_ids=(), logprobs=())
    assert judge([question()], [lost], None, samples={"c": 1})[0].outcome is Outcome.ERROR
    asking = question(given=None, raw=None, max_tokens=4, text="x", gold="1", verifier="integer")
    for asked, told in (
        (question(), scored_completion(text="another")),
        (question(), scored_completion(logprobs=None)),
        (asking, scored_completion()),
    ):
        with pytest.raises(EvidenceMissing, match="CERT-E064"):
            judge([asked], [told], None, samples={"c": 1})


@pytest.mark.parametrize(
    "wrong",
    [{"maxTokens": 4}, {"raw": None}, {"given": ""}, {"gold": "1"}, {"given": None}, {"verifier": "integer"}],
)
def test_a_question_asks_or_gives(wrong: dict) -> None:
    with pytest.raises(HostileInput, match="malformed"):
        Question.from_document({**question().document(), **wrong})


@pytest.mark.parametrize(
    "wrong",
    [{"logprobs": (-1.0,)}, {"logprobs": (0.5, 0.5)}, {"moments": ((-1.0, 0.5),)}, {"finishReason": "error"}],
)
def test_every_token_of_a_given_text_has_its_number(wrong: dict) -> None:
    with pytest.raises(HostileInput, match="malformed"):
        Completion.from_document({**scored_completion().document(), **wrong})
