"""The engines on a GPU: skipped, by name of what is missing, where there is none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.gpu
torch = pytest.importorskip("torch", reason="torch is not installed")
if not torch.cuda.is_available():
    pytest.skip("torch finds no GPU", allow_module_level=True)
pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.engines.journal import read_journal  # noqa: E402
from certify.engines.order import JournalHeader, WorkOrder, write_requests  # noqa: E402
from certify.engines.runner import answer, describe  # noqa: E402
from certify.evidence.answers import FinishReason, Request  # noqa: E402
from certify.evidence.model import Sampling  # noqa: E402

WORDS = ["Question", ":", "Answer", "What", "is", "+", "?", *map(str, range(10))]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with random weights, wide enough for a GPU's kernels."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    vocabulary = {word: n for n, word in enumerate(["<|end|>", "<|pad|>", "<unk>", *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="<|end|>", pad_token="<|pad|>", unk_token="<unk>"
    ).save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.3,
        eos_token_id=0,
        bos_token_id=None,
        pad_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("engine", ["hf", "vllm"])
def test_an_engine_answers_on_the_gpu_and_goes_on(engine: str, model: Path, tmp_path: Path) -> None:
    if find_spec(engine) is None and engine == "vllm":
        pytest.skip("vllm is not installed")
    described = describe(model, engine, device="cuda", sampling=Sampling(temperature=1.0))
    assert described.configuration.device.startswith("cuda: ")
    assert described.configuration.dtype == "bfloat16"
    requests = [
        Request(check="c", item=f"i{n}", repeat=r, seed=1000 * n + r, text=f"What is {n % 10} + 3 ?", max_tokens=24)
        for n in range(20)
        for r in range(2)
    ]
    write_requests(tmp_path / "requests.jsonl", requests)
    order = WorkOrder(
        model=str(model),
        configuration=described.configuration,
        requests=str(tmp_path / "requests.jsonl"),
        journal=str(tmp_path / "journal.jsonl"),
        header=JournalHeader.of("11" * 32, "22" * 32, described.configuration),
    )
    telemetry = answer(order)
    completions = read_journal(tmp_path / "journal.jsonl", order.header)
    assert telemetry.answered == len(completions) == 40
    assert len({one.token_ids for one in completions.values()}) > 20
    assert FinishReason.ERROR not in {one.finish_reason for one in completions.values()}
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "journal.jsonl").write_bytes(b"".join(lines[:-3]))
    again = answer(order)
    assert again.answered + again.resumed == 40
    assert read_journal(tmp_path / "journal.jsonl").keys() == completions.keys()
