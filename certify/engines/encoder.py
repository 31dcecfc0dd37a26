"""The worker's half of the encoder: texts become vectors of length 1, with any Hugging Face encoder in safetensors."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from certify.engines.order import EmbedOrder
from certify.engines.sandbox import MAX_TOLD
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.canonical import parse_json

Say = Callable[[dict[str, Any]], None]
_UNBOUNDED = 1 << 20
"""Tokenizers name astronomic lengths where they know none."""


def serve(order: EmbedOrder, told: SimpleQueue[bytes], say: Say) -> None:
    """Answers every line of texts with their vectors, until the parent is gone.

    Raises:
        EvidenceMissing: CERT-E060, the model cannot be loaded or computes no numbers.
        UsageError: CERT-E010, no such device here.
    """
    encoder = Encoder(order)
    say({"event": "encoder", "dimensions": encoder.dimensions, "maxTokens": encoder.max_tokens, "build": _build()})
    while True:
        texts = parse_json(told.get(), name="the texts", max_bytes=MAX_TOLD)
        vectors = encoder.embed([str(text) for text in texts])
        say({"event": "vectors", "rows": len(texts), "data": base64.b64encode(vectors.tobytes()).decode("ascii")})


class Encoder:
    """A model that turns a text into one vector.

    Source: Reimers and Gurevych 2019, section 3: the vectors of the last layer pooled over the tokens of the text.
    """

    def __init__(self, order: EmbedOrder) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        torch.set_num_threads(order.threads)
        torch.use_deterministic_algorithms(True, warn_only=True)
        local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self._device = _device(order.device)
        self._tokenizer = AutoTokenizer.from_pretrained(order.model, **local)
        network: Any = AutoModel.from_pretrained(order.model, dtype=torch.float32, use_safetensors=True, **local)
        self._network = network.to(self._device).eval()
        self._pooling, self._prefix = order.pooling, order.prefix
        self.max_tokens = _max_tokens(order, network.config, self._tokenizer)
        self.dimensions = self.embed(["."]).shape[1]

    def embed(self, texts: Sequence[str]) -> Any:
        """Little-endian float32 array, one row of length 1 for each text.

        Raises:
            EvidenceMissing: CERT-E060, the model computed something that is no number.
        """
        import torch

        tokens = self._tokenizer(
            [self._prefix + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self.max_tokens,
            return_tensors="pt",
        ).to(self._device)
        with torch.inference_mode():
            hidden = self._network(**tokens).last_hidden_state
            pooled = _pool(self._pooling, hidden, tokens["attention_mask"])
            vectors = torch.nn.functional.normalize(pooled, dim=1)
        if not bool(torch.isfinite(vectors).all()):
            raise EvidenceMissing("CERT-E060", "the encoder computed something that is no number")
        return vectors.cpu().numpy().astype("<f4")


def _pool(pooling: str, hidden: Any, mask: Any) -> Any:
    import torch

    if pooling == "cls":
        first = mask.argmax(dim=1)  # some tokenizers pad on the left
        return hidden[torch.arange(len(hidden), device=hidden.device), first]
    if pooling == "lasttoken":
        places = torch.arange(mask.shape[1], device=mask.device)
        return hidden[torch.arange(len(hidden), device=hidden.device), (mask * places).argmax(dim=1)]
    kept = mask.unsqueeze(-1).to(hidden.dtype)
    if pooling == "max":
        return hidden.masked_fill(kept == 0, torch.finfo(hidden.dtype).min).amax(dim=1)
    return (hidden * kept).sum(dim=1) / kept.sum(dim=1).clamp_min(1)


def _max_tokens(order: EmbedOrder, config: Any, tokenizer: Any) -> int:
    positions = getattr(config, "max_position_embeddings", None)
    limits = (order.max_tokens, positions, getattr(tokenizer, "model_max_length", None))
    return min((int(limit) for limit in limits if limit and limit < _UNBOUNDED), default=512)


def _device(asked: str) -> str:
    import torch

    if asked not in ("auto", "cpu", "cuda"):
        raise UsageError("CERT-E010", f"there is no device called {asked!r}", "", "choose auto, cpu or cuda")
    if asked == "cuda" and not torch.cuda.is_available():
        raise UsageError("CERT-E010", "this machine has no GPU that torch can use", "", "use the device cpu")
    return "cuda" if asked != "cpu" and torch.cuda.is_available() else "cpu"


def _build() -> str:
    import torch
    import transformers

    return f"transformers {transformers.__version__}; torch {torch.__version__}"
