from certify.check import all_questions, judge, samples_of, score_all
from certify.evidence.model import ReasoningTags

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")


def run(planned, sources, answer_all, right, seed=SEED):
    questions = all_questions(planned, sources, seed)
    completions = answer_all(questions, samples_of(planned), right)
    records = judge(questions, completions, THINK, samples=samples_of(planned))
    return score_all(planned, questions, records, sources)


def test_the_items_are_asked_as_published_whatever_the_seed(plan):
    planned, sources = plan(static_benchmark={"items": 12, "samples": 2, "max_tokens": 64})
    questions = all_questions(planned, sources, SEED)
    assert questions == all_questions(planned, sources, bytes(range(32)))
    published = {item.id: item for item in next(iter(sources.benchmarks.values())).items[:12]}
    assert {question.item: question.text for question in questions} == {
        name: item.question for name, item in published.items()
    }
    assert all(question.gold == published[question.item].gold for question in questions)
    assert (planned[0].items, planned[0].samples, planned[0].max_tokens) == (12, 2, 64)


def test_the_file_digest_is_in_the_plan_and_in_the_result(plan, benchmark_file, answer_all):
    planned, sources = plan(static_benchmark={})
    digest = next(iter(sources.benchmarks.values())).sha256
    assert planned[0].parameters["sha256"] == digest
    result = run(planned, sources, answer_all, lambda question, repeat: True).results["static-benchmark"]
    assert result.benchmark_sha256 == digest
    assert result.benchmark == "tiny"


def test_accuracy_and_outcomes_follow_from_the_records(plan, answer_all):
    planned, sources = plan(static_benchmark={"samples": 2})
    scored = run(planned, sources, answer_all, lambda question, repeat: question.item < "p-015" or repeat == 0)
    result = scored.results["static-benchmark"]
    assert result.accuracy.estimate == 0.75
    assert result.accuracy.lower < 0.75 < result.accuracy.upper
    assert (result.accuracy.items, result.accuracy.samples, result.accuracy.rule) == (30, 2, "ACC")
    assert (result.outcomes.answers, result.outcomes.correct) == (60, 45)
    assert result.outcomes.wrong + result.outcomes.unparseable == 15
    assert scored.not_run == ()


def test_too_few_items_give_no_result(plan, benchmark_file, answer_all):
    lines = benchmark_file.read_text().splitlines(keepends=True)
    benchmark_file.write_text("".join(lines[:9]))
    planned, sources = plan(static_benchmark={})
    scored = run(planned, sources, answer_all, lambda question, repeat: True)
    assert scored.results == {}
    assert scored.not_run[0].check == "static-benchmark"
    assert "too few" in scored.not_run[0].reason
