"""The peer: ``vllm.LLM.generate``, plainly called. ``python -m tests.bench.overhead.bare_vllm JOB.json``.

The job names a model folder, prompts with their seeds, a token limit, a temperature and how many run together; what is
printed is one JSON object with seconds and token ids.
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
    import vllm

    from certify.engines.vllm import ON_A_CPU

    started = time.perf_counter()
    engine = vllm.LLM(
        model=job["model"],
        max_num_seqs=job["batch_size"],
        max_model_len=job["context_length"],
        dtype=job["dtype"],
        seed=0,
        **({} if torch.cuda.is_available() else ON_A_CPU),
    )
    loaded = time.perf_counter()
    common = {"temperature": job["temperature"], "max_tokens": job["max_tokens"], "stop": job["stop"]}
    asked = [vllm.SamplingParams(seed=seed, **common) for seed in job["seeds"]]
    outputs = engine.generate(job["prompts"], asked, use_tqdm=False)
    answers = [list(output.outputs[0].token_ids) for output in outputs]
    done = time.perf_counter()
    engine.llm_engine.engine_core.shutdown()  # its processes would hold standard output open, and write there
    print(json.dumps({"seconds": done - loaded, "load_seconds": loaded - started, "answers": answers}), flush=True)


if __name__ == "__main__":
    main()
