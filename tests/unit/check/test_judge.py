import pytest

from certify.check import judge
from certify.engines.sessions import Message, script
from certify.errors import EvidenceMissing
from certify.evidence.answers import Episode, FinishReason, ItemRecord, Outcome, Question
from certify.evidence.model import ReasoningTags

THINK = ReasoningTags(open="<think>", close="</think>")
QUESTION = Question(check="c", item="i", group="g", text="6*7?", gold="42", verifier="integer", max_tokens=64)

CASES = {
    "correct": ("<think>6*7</think> 42", {}, Outcome.CORRECT, "42"),
    "wrong": ("<think>42</think> 41", {}, Outcome.WRONG, "41"),
    "no answer": ("<think>42</think>", {}, Outcome.NO_ANSWER, None),
    "empty": ("", {}, Outcome.NO_ANSWER, None),
    "unparseable": ("<think>42</think> I cannot say", {}, Outcome.UNPARSEABLE, None),
    "unclosed": ("<think>it is 42", {}, Outcome.UNCLOSED, None),
    "truncated": ("<think>it is 42", {"finish_reason": FinishReason.LENGTH}, Outcome.TRUNCATED, None),
    "truncated answer": ("<think>a</think> 42", {"finish_reason": FinishReason.LENGTH}, Outcome.TRUNCATED, None),
    "looped": (
        "<think>and and and",
        {"finish_reason": FinishReason.LENGTH, "token_ids": (7,) * 64},
        Outcome.LOOPED,
        None,
    ),
    "a loop that ended by itself": ("<think>a</think> 42", {"token_ids": (7,) * 64}, Outcome.CORRECT, "42"),
    "error": ("<think></think> 42", {"finish_reason": FinishReason.ERROR}, Outcome.ERROR, None),
}


@pytest.mark.parametrize(("text", "changes", "outcome", "answer"), CASES.values(), ids=CASES.keys())
def test_every_answer_has_exactly_one_outcome(complete, text, changes, outcome, answer):
    (record,) = judge([QUESTION], [complete(QUESTION, text, **changes)], THINK, samples={"c": 1})
    assert (record.outcome, record.answer) == (outcome, answer)


def test_records_are_sorted_whatever_the_order_of_answers(complete):
    other = QUESTION.model_copy(update={"item": "h"})
    given = [complete(QUESTION, "42", 1), complete(other, "1", 0), complete(QUESTION, "42", 0), complete(other, "2", 1)]
    records = judge([QUESTION, other], given, None, samples={"c": 2})
    assert [record.key for record in records] == [("c", "h", 0), ("c", "h", 1), ("c", "i", 0), ("c", "i", 1)]
    assert records == judge([other, QUESTION], reversed(given), None, samples={"c": 2})


def test_answers_must_be_exactly_the_planned_ones(complete):
    one, two = complete(QUESTION, "42", 0), complete(QUESTION, "42", 1)
    stranger = complete(QUESTION.model_copy(update={"item": "other"}), "42", 0)
    for given in ([], [one], [one, two, complete(QUESTION, "42", 2)], [one, two, stranger], [one, one, two]):
        with pytest.raises(EvidenceMissing) as caught:
            judge([QUESTION], given, None, samples={"c": 2})
        assert caught.value.code == "CERT-E064"


def test_the_prompt_style_decides_where_the_answer_stands(complete):
    given = [complete(QUESTION, "First 41.\nThen 42.")]
    assert judge([QUESTION], given, None, samples={"c": 1})[0].answer == "41"
    assert judge([QUESTION], given, None, samples={"c": 1}, prompt_style="chat")[0].answer == "42"


EPISODE = Episode(session="script", facts=script([Message("And 6*8?"), Message("And 6*9?")]), turns=3)
CONVERSATION = QUESTION.model_copy(update={"episode": EPISODE, "gold": "54"})


def test_an_episode_is_one_record_judged_by_its_last_turn(complete):
    said = [complete(CONVERSATION, text, turn=turn or None) for turn, text in enumerate(["42", "48", "54"])]
    (record,) = judge([CONVERSATION], reversed(said), None, samples={"c": 1})
    assert (record.outcome, record.answer, record.key) == (Outcome.CORRECT, "54", ("c", "i", 0))
    assert record.turns == tuple(said)
    assert "earlier" not in judge([QUESTION], [said[0]], None, samples={"c": 1})[0].document()


def test_an_episode_broken_off_or_prolonged_is_not_judged(complete):
    said = [complete(CONVERSATION, "1", turn=turn or None) for turn in range(4)]
    for given in (said[:2], said, [*said[:2], said[3]], [said[0], *said[:3]]):
        with pytest.raises(EvidenceMissing) as caught:
            judge([CONVERSATION], given, None, samples={"c": 1})
        assert caught.value.code == "CERT-E064"


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff 42", "\\u0000"])
@pytest.mark.parametrize("verifier", ["integer", "text", "puzzle:ordering"])
def test_an_answer_spelled_in_escapes_can_be_written_down(complete, escape, verifier):
    """One such answer made a whole run unjudgeable: evidence holds neither halves of characters nor U+0000."""
    question = QUESTION.model_copy(update={"verifier": verifier, "gold": '["a", "b"]'})
    given = [complete(question, f'{{"answer": "{escape}"}}')]
    (record,) = judge([question], given, None, samples={"c": 1})
    assert record.outcome is Outcome.WRONG
    assert ItemRecord.from_bytes(record.to_bytes()) == record
