"""The peer: ``transformers``' own ``generate``, plainly called. ``python -m tests.bench.overhead.bare_hf JOB.json``.

The job names a model folder, prompts in batches, a token limit, a temperature and processor threads; what is printed is
one JSON object with seconds and token ids.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Answers a job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    started = time.perf_counter()
    torch.set_num_threads(job["threads"])
    torch.manual_seed(job["seed"])
    tokenizer = AutoTokenizer.from_pretrained(job["model"], padding_side="left")
    network = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32).eval()
    drawn = {"do_sample": True, "temperature": job["temperature"], "top_p": 1.0, "top_k": 0}
    decoding = drawn if job["temperature"] else {"do_sample": False}
    loaded = time.perf_counter()
    answers: list[list[int]] = []
    for prompts in job["batches"]:
        asked = tokenizer(prompts, return_tensors="pt", padding=True)
        with torch.inference_mode():
            found = network.generate(**asked, max_new_tokens=job["max_tokens"], **decoding)
        rows = found[:, asked["input_ids"].shape[1] :].tolist()
        answers += [_ended(row, tokenizer.eos_token_id) for row in rows]
        tokenizer.batch_decode(rows, skip_special_tokens=True)
    done = time.perf_counter()
    print(json.dumps({"seconds": done - loaded, "load_seconds": loaded - started, "answers": answers}))


def _ended(row: list[int], end: int) -> list[int]:
    return row[: row.index(end) + 1] if end in row else row


if __name__ == "__main__":
    main()
