"""Folders that do not fit together or mean harm: an error of one item, or one clear error, never a lost run."""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.engines import templates, worker
from certify.engines.backend import REFUSED, UNREADABLE, Prompt, open_backend
from certify.engines.codec import Codec
from certify.engines.harness import run
from certify.engines.journal import Journal
from certify.engines.order import DescribeOrder
from certify.engines.process import raised
from certify.engines.prompts import messages
from certify.errors import EvidenceMissing
from certify.evidence.answers import FinishReason

from .conftest import CHAT_TEMPLATE, make_order, make_requests
from .test_hf import load

torch = pytest.importorskip("torch", reason="the hf engine is not installed")
MOODY = "{% if '3 +' in messages[-1].content %}{{ raise_exception('not today') }}{% endif %}" + CHAT_TEMPLATE


def with_template(model: Path, folder: Path, template: str) -> Path:
    shutil.copytree(model, folder)
    (folder / "chat_template.jinja").write_text(template)
    return folder


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ messages.append(1) }}",
        "{% for %}",
        "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_that_fails_reaches_out_or_never_ends_is_one_clear_error(
    chatty: Path, tmp_path: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "RENDER_SECONDS", 0.3)
    folder = with_template(chatty, tmp_path / "model", template)
    with pytest.raises(EvidenceMissing, match="chat template refuses the question") as caught:
        open_backend(DescribeOrder(model=str(folder), engine="hf", threads=1))
    assert "prompt style completion" in caught.value.hint


def test_a_template_that_refuses_one_question_is_an_error_of_that_item(chatty: Path, tmp_path: Path) -> None:
    folder = with_template(chatty, tmp_path / "model", MOODY)
    configuration = open_backend(DescribeOrder(model=str(folder), engine="hf", threads=1)).configuration
    requests = make_requests(5, max_tokens=3)
    order = make_order(tmp_path / "run", folder, configuration, requests, threads=1)
    troubles = list[str]()
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(open_backend(order), journal, requests, failed=troubles.append)
    assert troubles == [REFUSED]
    reasons = {key[1]: one.finish_reason for key, one in found.items()}
    assert reasons.pop("item-003") is FinishReason.ERROR
    assert FinishReason.ERROR not in reasons.values()


def test_a_token_that_the_model_lacks_is_an_error_of_that_item(tiny: Path, tmp_path: Path) -> None:
    """A tokenizer of more tokens than the embedding has rows."""
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    added = dict(tokenizer["added_tokens"][-1], id=5000, content="<strange>")
    tokenizer["added_tokens"].append(added)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    backend = load(folder)
    codec: Codec = backend._model.codec
    strange, plain = "Question: <strange>?", "Question: 1?"
    assert max(codec.encode(strange)) >= backend._network.config.vocab_size
    found = []
    backend.generate(
        [Prompt(("c", "a", 0), strange, 1, 4), Prompt(("c", "b", 0), plain, 1, 4)], frozenset(), found.extend
    )
    troubles = {one.key[1]: (one.finish_reason is FinishReason.ERROR, one.trouble) for one in found}
    assert troubles == {"a": (True, UNREADABLE), "b": (False, "")}


def test_a_token_that_the_tokenizer_lacks_is_text_without_it(tiny: Path) -> None:
    codec: Codec = load(tiny)._model.codec
    ids = codec.encode("12 apples")
    assert codec.decode([*ids, 9_999]) == codec.decode(ids)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
)
def test_where_memory_runs_out_a_smaller_batch_is_named(error: Exception) -> None:
    told = worker._stopped(error)
    assert told.code == "CERT-E060"
    assert "--batch-size" in told.hint
    assert "--batch-size" not in worker._stopped(ValueError("other")).hint


def test_what_vllms_own_process_said_of_memory_is_heard() -> None:
    failed = worker._told(worker._stopped(RuntimeError("Engine core initialization failed. See root cause above.")))
    for said, named in (
        ("INFO Using LBHNC KV cache layout.", "again"),
        ("ValueError: 37 GiB KV cache is needed, larger than the available KV cache", "--context-length"),
        ("ValueError: No available memory for the cache blocks. Try", "--context-length"),
        ("torch.OutOfMemoryError: CUDA out of memory.", "--batch-size"),
    ):
        told = raised(failed, "the log is in run.log", "give it again", BytesIO(said.encode()))
        assert named in told.hint
        assert "the log is in run.log" in told.why


def test_templates_are_shown_the_question_as_it_is(chatty: Path) -> None:
    assert "{{ 7 * 7 }}" in load(chatty).render_chat(messages("{{ 7 * 7 }}"))
