"""Invented tools: what is drawn, how a conversation with them goes, and that every way of going wrong is told apart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.check import all_questions, all_requests, judge, samples_of, score_all
from certify.check.tools.floor import floors, null_bank, solves
from certify.check.tools.invent import CHOICES, LEVELS, Invention, choice_for, invent, named, solve
from certify.check.tools.wording import question as wording
from certify.engines.episodes import unfold
from certify.engines.sessions.base import Message
from certify.engines.sessions.tools import AGAIN, Tools, first_object, last_list, plan_trace, trace
from certify.engines.toolbox import ONE_INPUT, TWO_INPUTS, call, compute
from certify.errors import UsageError
from certify.evidence.answers import Completion, Outcome, Question
from certify.evidence.canonical import canonical_digest
from certify.statistics.stream import Stream

SEED = bytes(range(32))
SMALL = {"levels": [3], "items": 12, "samples": 1, "max_tokens": 64}
WORLD = {
    "tools": [
        {"name": "aba", "inputs": [{"name": "x", "unit": "us"}], "op": "affine", "constants": [2, 3], "unit": "vs"},
        {
            "name": "cec",
            "inputs": [{"name": "y", "unit": "vs"}, {"name": "z", "unit": "us"}],
            "op": "weighted",
            "constants": [3, 1],
            "unit": "ws",
            "choice": {"name": "k", "values": ["p", "q"], "offsets": [10, 20], "grades": [1, 0]},
            "rate": 100,
        },
    ],
    "given": [{"unit": "us", "value": 5}],
    "goal": "ws",
    "limit": 4,
}
Sayer = Callable[[Question, list[str]], str]
"""What to say to a question after these messages."""


def said(**entry: object) -> str:
    return json.dumps(entry)


def use(tool: str, **args: object) -> str:
    return said(tool=tool, args=args)


def invented(level: int, count: int = 30, **how: bool) -> list[Invention]:
    return [invent(Stream(SEED, f"test/{level}/{number}"), level, **how) for number in range(count)]


def asked(plan, say: Sayer, complete, **given):
    planned, sources = plan(unseen_tools={**SMALL, **given})
    questions = all_questions(planned, sources, SEED)
    by_item = {question.item: question for question in questions}
    completions: list[Completion] = []
    for request in all_requests(planned, questions, SEED):
        turns: dict[int, Completion] = {}
        while not (episode := unfold(request, turns, None)).over:
            text = say(by_item[request.item], [message.text for message in episode.asked])
            turns[len(turns)] = complete(by_item[request.item], text, turn=len(turns) or None)
        completions += turns.values()
    records = judge(questions, completions, None, samples=samples_of(planned))
    return score_all(planned, questions, records, sources).results["unseen-tools"], records


def expert(
    question: Question, messages: list[str], choose: Callable[[str, list[str]], str] = lambda right, all_: right
):
    """Uses the needed tools in their order; knows them from the question's diagnostics."""
    world, steps = question.episode.facts, list((question.diagnostics or {}).items())
    if not steps:
        return said(answer="impossible") if question.group == "act" else json.dumps([{"answer": "impossible"}])
    known = {entry["unit"]: entry["value"] for entry in world["given"]}
    known |= {
        message.split()[2].rstrip("."): int(message.split()[1]) for message in messages[1:] if "Result" in message
    }
    calls = []
    for place, (name, right) in enumerate(steps, 1):
        tool = named(world, name)
        arguments = {one["name"]: known.get(one["unit"]) for one in tool["inputs"]}
        if "choice" in tool:
            arguments[tool["choice"]["name"]] = choose(right, tool["choice"]["values"])
        calls.append({"tool": name, "args": arguments})
        if question.group == "plan":
            known[tool["unit"]] = f"#{place}"
    done = len(messages) - 1
    if question.group == "plan":
        return "My plan:\n" + json.dumps(calls)
    return json.dumps(calls[done]) if done < len(calls) else said(answer=known[world["goal"]])


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_drawn_can_be_solved_one_way_alone(level: int):
    for made in invented(level):
        assert len(made.path) == LEVELS[level].depth
        assert len(made.world["tools"]) == LEVELS[level].depth + LEVELS[level].distractors
        assert len({tool["name"] for tool in made.world["tools"]}) == len(made.world["tools"])
        reachable = {entry["unit"] for entry in made.world["given"]}
        producers: dict[str, list[str]] = {}
        for _ in made.world["tools"]:
            for tool in made.world["tools"]:
                if all(one["unit"] in reachable for one in tool["inputs"]):
                    reachable.add(tool["unit"])
                    if tool["name"] not in producers.setdefault(tool["unit"], []):
                        producers[tool["unit"]].append(tool["name"])
        assert [producers[named(made.world, name)["unit"]] for name in made.path] == [[name] for name in made.path]
        if made.grades:
            assert all(len(tool["choice"]["values"]) == CHOICES >= 5 for tool in made.world["tools"])
            wrong = (made.grade + 1) % CHOICES
            assert solve(made, (wrong, *[made.grade] * (len(made.path) - 1))) != made.value


@pytest.mark.parametrize("level", LEVELS)
def test_where_something_is_lacking_nothing_reaches_the_goal(level: int):
    for made in invented(level, lacking=True):
        reachable = {entry["unit"] for entry in made.world["given"]}
        for _ in made.world["tools"]:
            for tool in made.world["tools"]:
                if all(one["unit"] in reachable for one in tool["inputs"]):
                    reachable.add(tool["unit"])
        assert made.value is None
        assert made.world["goal"] not in reachable or (made.grades and made.grade is None)


def test_the_easiest_level_fits_a_tiny_model():
    for made in invented(1, 200):
        assert all(len(wording(made, act=act)) <= 300 for act in (True, False))


def test_the_goal_is_named_and_neither_the_order_nor_a_hidden_rate_is():
    for made in invented(4, 20):
        text = wording(made, act=True)
        assert f"How many {made.world['goal']}?" in text
        assert str(made.value) not in text
        assert "rate that only the tool knows" in text
        others = [tool | {"rate": tool["rate"] + 1} for tool in made.world["tools"]]
        assert wording(made._replace(world=made.world | {"tools": others}), act=True) == text
        assert all(choice_for(tool, made.grade) in text for tool in made.world["tools"])


def test_the_inventions_are_the_frozen_ones():
    digests = {
        str(level): canonical_digest([[wording(one, act=True), one.world, one.value] for one in invented(level, 10)])
        for level in LEVELS
    }
    assert digests == json.loads((Path(__file__).parents[2] / "vectors" / "tools.json").read_text())


@pytest.mark.parametrize(
    ("op", "inputs", "constants", "expected"),
    [
        ("affine", [5], [2, 3], 13),
        ("remainder", [95], [23], 3),
        ("digits", [905], [4], 56),
        ("clamp", [900], [10, 90], 90),
        ("reversal", [120], [], 21),
        ("weighted", [5, 7], [2, 3], 31),
        ("distance", [5, 9], [2], 6),
        ("larger", [5, 9], [2], 11),
        ("smaller", [5, 9], [2], 7),
    ],
)
def test_tools_compute_what_is_written(op, inputs, constants, expected):
    assert compute({"op": op, "constants": constants}, inputs, None) == expected
    assert op in (*ONE_INPUT, *TWO_INPUTS)


def test_faulty_calls_are_told_and_cost_nothing_but_the_call():
    cases = {
        use("nono", x=5): "there is no such tool",
        use("aba", x="five"): "whole number",
        use("aba", x=True): "whole number",
        use("aba", x=10**13): "whole number",
        use("aba"): "args of aba are x",
        use("aba", x=5, y=6): "args of aba are x",
        use("cec", y=1, z=1, k="r"): "must be one of p, q",
        said(tool="aba"): "args must be an object",
    }
    for text, told in cases.items():
        assert told in Tools().following(WORLD, [text]).text
    assert call(WORLD, "cec", {"y": "13", "z": 5.0, "k": "q"}).told == "Result: 164 ws."


def test_a_conversation_ends_with_an_answer_with_the_last_call_or_when_nothing_can_be_read_twice():
    session, first = Tools(), use("aba", x=5)
    assert session.following(WORLD, [first]).text == "Result: 13 vs."
    assert session.following(WORLD, ["hm"]) == Message(AGAIN, True)
    assert session.following(WORLD, ["hm", first]).text == "Result: 13 vs."
    assert session.following(WORLD, ["hm", first, "hm"]) is None
    assert session.following(WORLD, [said(answer=4)]) is None
    assert session.following(WORLD, [first] * 4).text == "Result: 13 vs."
    assert session.following(WORLD, [first] * 5) is None


def test_only_what_came_out_of_own_calls_is_known():
    right = [use("aba", x=5), use("cec", y=13, z=5, k="p"), said(answer=154)]
    assert 154 in trace(WORLD, right).known["ws"]
    guessed = [use("cec", y=13, z=5, k="p"), said(answer=154)]
    assert trace(WORLD, guessed).answer == "154"
    assert "ws" not in trace(WORLD, guessed).known
    assert [one.known for one in trace(WORLD, guessed).calls] == [False]


def test_a_text_cannot_know_what_its_call_will_give():
    written_on = use("aba", x=5) + "\nResult: 13 vs.\n" + said(answer=99)
    assert first_object(written_on) == {"tool": "aba", "args": {"x": 5}}
    assert last_list(f"First {json.dumps([{'tool': 'a'}])}, no: {json.dumps([{'tool': 'b'}])}") == [{"tool": "b"}]


def test_a_plan_passes_results_on():
    steps = [{"tool": "aba", "args": {"x": 5}}, {"tool": "cec", "args": {"y": "#1", "z": 5, "k": "p"}}]
    assert plan_trace(WORLD, json.dumps(steps)).answer == "154"
    steps[1]["args"]["y"] = "#7"
    found = plan_trace(WORLD, json.dumps(steps))
    assert (found.answer, [one.fault for one in found.calls]) == (None, ["", "wrong-arguments"])
    assert plan_trace(WORLD, json.dumps(steps[:1])).answer is None
    assert plan_trace(WORLD, '[{"answer": "Impossible"}]').answer == "impossible"


@given(st.lists(st.text() | st.text(alphabet='{}[]":,atools019#ner '), max_size=4))
def test_whatever_a_model_writes_is_followed(texts):
    assert trace(WORLD, texts) == trace(WORLD, texts)
    assert plan_trace(WORLD, texts[0] if texts else "[" * 5000).answer is None or texts


def test_the_model_that_reads_solves_everything(plan, complete):
    result, records = asked(plan, expert, complete)
    for mode in (result.act, result.plan):
        assert (mode.solved.estimate, mode.solved.items, mode.solved.rule) == (1, 11, "ACC")
        assert (mode.declined, mode.gave_up, mode.first_call_right, mode.without_calls, mode.formless) == (
            1,
            0,
            1,
            0,
            0,
        )
        assert (mode.wrong_tool, mode.wrong_choice, mode.unknown_tool, mode.wrong_arguments) == (0, 0, 0, 0)
    assert (result.levels[0].depth, result.levels[0].items, result.levels[0].act, result.levels[0].plan) == (
        2,
        11,
        1,
        1,
    )
    assert result.outcomes.correct == result.outcomes.answers == 24
    assert result.version == 1
    assert max(len(record.turns) for record in records) == 3


def test_the_right_number_without_a_call_is_not_right(plan, complete):
    result, _ = asked(
        plan,
        lambda question, messages: said(answer=int(question.gold) if question.gold.isdigit() else 0),
        complete,
        modes=["act"],
    )
    assert (result.act.solved.estimate, result.act.without_calls, result.act.calls) == (0, 1, 0)
    assert result.plan is None


def test_right_tools_with_the_wrong_choice_are_told_apart(plan, complete):
    def other(right, values):
        return next(value for value in values if value != right)

    result, _ = asked(plan, lambda question, messages: expert(question, messages, other), complete)
    for mode in (result.act, result.plan):
        assert (mode.solved.estimate, mode.wrong_choice, mode.wrong_tool, mode.first_call_right) == (0, 1, 0, 0)


def test_giving_up_is_right_only_where_nothing_can_be_done(plan, complete):
    say = {"act": said(answer="Impossible"), "plan": '[{"answer": "impossible"}]'}
    result, _ = asked(plan, lambda question, messages: say[question.group], complete)
    assert (result.act.solved.estimate, result.act.gave_up, result.act.declined) == (0, 1, 1)
    assert (result.plan.solved.estimate, result.plan.gave_up, result.plan.declined) == (0, 1, 1)


def test_tools_that_do_not_exist_and_talk_that_is_none_are_counted(plan, complete):
    result, records = asked(plan, lambda question, messages: use("zzz"), complete, modes=["act"])
    assert (result.act.unknown_tool, result.act.solved.estimate) == (1, 0)
    assert {record.outcome for record in records} == {Outcome.WRONG}
    result, records = asked(plan, lambda question, messages: "Let me think.", complete, modes=["act"])
    assert (result.act.formless, result.act.calls) == (1, 0)
    assert {record.outcome for record in records} == {Outcome.UNPARSEABLE}
    assert {len(record.turns) for record in records} == {2}


def test_what_escapes_spell_can_be_written_down(plan, complete):
    """Halves of characters and U+0000 come out of JSON escapes, and evidence holds neither."""
    say = {"act": r'{"answer": "\ud800"}', "plan": r'[{"tool": "\u0000", "args": {}}, {"answer": "\udfff\u0000"}]'}
    _, records = asked(plan, lambda question, messages: say[question.group], complete)
    assert {record.outcome for record in records} == {Outcome.WRONG}
    assert all(type(record).from_bytes(record.to_bytes()) == record for record in records)


@pytest.mark.parametrize("given", [{"levels": [9]}, {"levels": [3, 3]}, {"modes": ["act", "act"]}, {"levels": [9, 3]}])
def test_what_cannot_be_asked_is_refused(plan, given):
    with pytest.raises(UsageError, match="CERT-E102"):
        plan(unseen_tools={**SMALL, **given})


@pytest.mark.parametrize("level", LEVELS)
def test_no_answerer_that_does_not_read_is_above_the_floor(level: int):
    fresh = invented(level, 60)
    floor = floors()[level]
    assert floor.items == 2000
    assert floor.upper <= {1: 0.6, 2: 0.25, 3: 0.06, 4: 0.03}.get(level, 0.01)
    for name, write in null_bank(level, fresh).items():
        if not name.startswith("frequent"):
            right = sum(solves(made, write(made)) for made in fresh)
            assert right <= 60 * floor.upper + 4 * (60 * floor.upper) ** 0.5 + 1, name
