"""A task of lm-eval read once into a file: its wording, its metric, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.check import planned_checks, planned_sources
from certify.check.tasks.file import parse_task, task_benchmark
from certify.check.tasks.finding import find_task, tasks_root
from certify.decide.form import CheckRequest
from certify.errors import CertifyError

ID = "static-benchmark:sums"


def refusal(make, name, **changes) -> CertifyError:
    with pytest.raises(CertifyError) as caught:
        make(name, **changes)
    assert caught.value.hint
    return caught.value


def changed(folder: Path, old: str, new: str) -> None:
    file = folder / "sums.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_the_file_holds_the_wording_the_documents_and_what_decides(made) -> None:
    data = made("sums")
    head, rows = parse_task(data)
    assert (head.task.name, head.task.version, head.task.shots) == ("sums", "1.5", 2)
    assert (head.task.metric, head.task.filter, head.until) == ("exact_match", "last-number", ("\nQuestion:",))
    assert sorted(head.files or {}) == ["hostile.yaml", "sums.yaml", "wrong.py"]
    assert len(rows) == 12
    assert rows[3].question.endswith("\n\nQuestion: 3 + 4 = ?\nAnswer:")
    assert rows[3].question.count("Question:") == 3
    assert (rows[3].target, rows[3].doc["answer"]) == ("7", 7)
    assert made("sums") == data
    assert parse_task(made("sums", shots=0)).rows[3].question == "Question: 3 + 4 = ?\nAnswer:"


def test_what_lm_eval_itself_would_ask_is_what_is_asked(made, folder) -> None:
    from lm_eval.tasks import TaskManager

    task = TaskManager(include_path=str(folder), include_defaults=False).load(["sums"])["tasks"]["sums"]
    task.set_fewshot_seed(1234)
    task.build_all_requests()
    assert [one.args[0] for one in task.instances] == [row.question for row in parse_task(made("sums")).rows]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("generate_until", "multiple_choice", "compares likelihoods"),
        ("aggregation: mean", "aggregation: perplexity", "no share of right answers"),
        ("higher_is_better: true", "higher_is_better: false", "no share of right answers"),
        ("task: sums", "unsafe_code: true\ntask: sums", "runs programs"),
        ("task: sums", "class: Sums\ntask: sums", "Python class"),
        ("{{question}}", "{{no_such_column}}", "lm-eval cannot set it up"),
        ("{function: take_first}", "{function: take_first_k, k: 3}", "the scorer of the task sums fails"),
        ("num_fewshot: 2", "num_fewshot: 2\nprocess_docs: !function absent.filter", "cannot be imported"),
    ],
)
def test_what_gives_no_number_here_is_refused_with_the_reason(made, folder, old, new, told) -> None:
    changed(folder, old, new)
    error = refusal(made, "sums")
    assert error.code == "CERT-E560"
    assert told in error.what


def test_a_metric_of_fractions_is_found_before_anything_is_planned(made, folder) -> None:
    (folder / "wrong.py").write_text(
        "def process_results(doc, results):\n    return {'fine': len(results[0]) / 1000}\n"
    )
    assert "parts of a point" in refusal(made, "hostile").what


def test_a_likelihood_task_is_told_its_generative_twin(made) -> None:
    error = refusal(made, "gpqa_diamond_zeroshot", folder=None)
    assert error.code == "CERT-E560"
    assert "gpqa_diamond_cot_zeroshot" in error.hint


def test_groups_tags_and_strangers_are_told_apart(made) -> None:
    assert "minerva_math_algebra" in refusal(made, "minerva_math", folder=None).hint
    assert "is a group" in refusal(made, "math_word_problems", folder=None).what
    assert "no task is called" in refusal(made, "no_such_task", folder=None).what


def test_a_metric_that_must_be_chosen_is_asked_for(made, folder) -> None:
    changed(folder, "metric_list:", "metric_list:\n  - {metric: acc, aggregation: mean, higher_is_better: true}")
    error = refusal(made, "sums")
    assert '"exact_match,last-number"' in error.why
    assert "not known" in refusal(made, "sums", metric="f1").what


def test_a_data_set_that_is_away_is_named_with_the_way_to_bring_it(made, folder) -> None:
    (folder / "sums.jsonl").unlink()
    error = refusal(made, "sums")
    assert error.code == "CERT-E561"
    assert "sums.jsonl" in error.hint


def test_a_data_set_of_a_hub_is_named_with_the_command_that_fetches_it(made, monkeypatch, tmp_path) -> None:
    import datasets.config
    import huggingface_hub.constants

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    error = refusal(made, "gsm8k_cot_zeroshot", folder=None, metric="exact_match,strict-match")
    assert error.code == "CERT-E561"
    assert "openai/gsm8k (main)" in error.what
    assert "certify.check.tasks.datasets gsm8k_cot_zeroshot" in error.hint


def test_tasks_are_found_by_name_without_reading_all_of_them() -> None:
    found = find_task("ifeval", tasks_root(None))
    assert found.path.name == "ifeval.yaml"
    assert found.config["process_results"].endswith("utils.process_results")  # named, not imported


@pytest.mark.usefixtures("in_this_process")
def test_the_plan_pins_file_and_metric_and_refuses_another(folder, tmp_path) -> None:
    request = CheckRequest.model_validate({"id": ID, "with": {"task": "sums", "tasks": "tasks"}})
    [planned] = planned_checks([request])
    assert planned.parameters["metric"] == "exact_match,last-number"
    [benchmark] = planned_sources([planned]).benchmarks.values()
    assert planned.parameters["sha256"] == benchmark.sha256
    assert planned.items == 12
    rows = (folder / "sums.jsonl").read_text().splitlines()
    (folder / "sums.jsonl").write_text("\n".join(rows[:11]) + "\n")
    (folder / "sums.yaml").touch()
    with pytest.raises(CertifyError) as caught:
        planned_sources([planned])
    assert caught.value.code == "CERT-E101"


def test_only_the_operator_says_where_code_lies(folder, monkeypatch, tmp_path) -> None:
    (tmp_path / "linked").symlink_to(folder)
    request = {"id": ID, "with": {"task": "sums", "tasks": "linked"}}
    for root in (str(tmp_path), str(folder), ""):
        monkeypatch.setenv("CERTIFY_TASKS", root)
        with pytest.raises(CertifyError) as caught:
            planned_checks([CheckRequest.model_validate(request)])
        assert caught.value.code == "CERT-E560"
        assert "CERTIFY_TASKS" in caught.value.hint


@pytest.mark.parametrize(
    "given",
    [
        {"task": "sums", "benchmark": "starter-200"},
        {},
        {"benchmark": "starter-200", "metric": "acc"},
        {"benchmark": "starter-200", "tasks": "folder"},
        {"task": "sums", "answers": "integer"},
        {"task": "../sums"},
        {"task": "sums", "tasks": "../tasks"},
        {"task": "sums", "tasks": "/tmp"},
        {"task": "sums", "metric": "a,b,c"},
    ],
)
def test_task_and_benchmark_exclude_each_other(given) -> None:
    with pytest.raises(CertifyError):
        planned_checks([CheckRequest.model_validate({"id": "static-benchmark", "with": given})])


def test_a_file_that_was_tampered_with_is_refused(made) -> None:
    lines = made("sums").split(b"\n")
    head = json.loads(lines[0])
    head["files"]["wrong.py"] = "print('mine')"
    for broken in ([json.dumps(head).encode(), *lines[1:]], [lines[0], lines[1], *lines[1:]], lines[:-2], lines[:1]):
        with pytest.raises(CertifyError):
            task_benchmark(b"\n".join(broken))


@pytest.mark.slow
def test_a_task_is_read_in_a_process_of_its_own(folder, made) -> None:
    from certify.check.tasks.making import make_task
    from certify.evidence.parameters import StaticBenchmarkParameters

    asked = make_task(StaticBenchmarkParameters(task="sums", tasks="tasks"))
    assert asked.data == made("sums")
    (folder / "wrong.py").write_text("def process_results(doc, results):\n    while True:\n        pass\n")
    with pytest.raises(CertifyError) as caught:
        make_task(StaticBenchmarkParameters(task="hostile", tasks="tasks"))
    assert caught.value.code == "CERT-E562"
    assert "harmless" in caught.value.why
