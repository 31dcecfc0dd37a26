"""The peer: stock lm-eval with its cache on. ``python -m tests.bench.overhead.stock_run JOB.json``.

The job names a server, its model, questions, repeats and a place for the cache; what is printed is the answers, one
JSON list for each question.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """Answers a job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    from datasets import Dataset
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    task = {
        "task": "stock",
        "custom_dataset": lambda **_: {"test": Dataset.from_list([{"text": one} for one in job["prompts"]])},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": lambda document: document["text"],
        "doc_to_target": lambda document: "",
        "process_results": lambda document, answers: {"answered": len(answers)},
        "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
        "filter_list": [{"name": "all", "filter": [{"function": "take_first_k", "k": job["repeats"]}]}],
        "generation_kwargs": {"until": ["\nQuestion:"], "temperature": 1.0, "max_gen_toks": 96, **job["decoding"]},
        "repeats": job["repeats"],
        "num_fewshot": 0,
    }
    results = simple_evaluate(
        model="local-completions",
        model_args={
            "model": job["model"],
            "base_url": f"{job['url']}/completions",
            "num_concurrent": job["at_once"],
            "tokenizer_backend": None,
            "tokenized_requests": False,
            "max_length": 4096,
        },
        tasks=[task],
        task_manager=TaskManager(include_defaults=False),
        use_cache=job["cache"],
        bootstrap_iters=0,
        log_samples=True,
    )
    print(json.dumps([one["resps"][0] for one in results["samples"]["stock"]]))


if __name__ == "__main__":
    main()
