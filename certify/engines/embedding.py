"""The parent's half of the encoder: a worker that holds no key embeds texts; this process imports no engine."""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from certify.engines.encoder_settings import EncoderSettings
from certify.engines.order import DEFAULT_THREADS, EmbedOrder
from certify.engines.process import MAX_LINE, Message, raised, read_message, stopped, worker_process
from certify.engines.sandbox import scrubbed_environment, with_threads
from certify.errors import EvidenceMissing, UsageError

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

NEEDS = ("torch", "transformers", "numpy")
MAX_DIMENSIONS = 4096
MAX_BATCH = 64
"""Texts sent at once."""

_BYTES_EACH = 6
"""Of a number in a message: four, in base64, rounded up."""
_HINT = "give a smaller embedding model, or leave the semantic pass away"


class EncoderFacts(NamedTuple):
    """What an encoder says of itself once it is loaded."""

    dimensions: int
    """Numbers in a vector."""
    max_tokens: int
    """Tokens of a text that count."""
    build: str
    """Versions of the software that runs it."""


class Embedder:
    """A running encoder; :func:`open_embedder` gives one."""

    def __init__(self, process: subprocess.Popen[bytes], talk: IO[bytes]) -> None:
        self._process, self._talk = process, talk
        said = self._listen("encoder")
        self.facts = EncoderFacts(int(said["dimensions"]), int(said["maxTokens"]), str(said["build"])[:200])
        if not 1 <= self.facts.dimensions <= MAX_DIMENSIONS:
            raise _wrong(f"its vectors have {self.facts.dimensions} numbers; certify takes up to {MAX_DIMENSIONS}")
        self._batch = max(1, min(MAX_BATCH, (MAX_LINE - 1024) // (_BYTES_EACH * self.facts.dimensions)))

    def embed(self, texts: Sequence[str]) -> NDArray[float32]:
        """One row of length 1 for each text, in their order.

        Texts of like length are encoded together, which spares the encoder padding.

        Raises:
            EvidenceMissing: CERT-E060, the encoder stopped; CERT-E486, it gave something that is no such vector.
        """
        import numpy as np

        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors = np.zeros((len(texts), self.facts.dimensions), dtype=np.float32)
        for start in range(0, len(order), self._batch):
            places = order[start : start + self._batch]
            vectors[places] = self._vectors([texts[place] for place in places])
        return vectors

    def _vectors(self, texts: Sequence[str]) -> NDArray[float32]:
        import numpy as np

        line = json.dumps([_sendable(text) for text in texts]).encode() + b"\n"
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the worker has ended; listening tells why
        said = self._listen("vectors")
        try:
            data = base64.b64decode(str(said.get("data")), validate=True)
            rows = np.frombuffer(data, dtype="<f4").reshape(len(texts), self.facts.dimensions)
        except (binascii.Error, ValueError) as error:
            raise _wrong("an answer does not hold one vector for each text") from error
        if not bool(np.all(np.abs(np.linalg.norm(rows, axis=1) - 1) < 1e-3)):
            raise _wrong("a vector is not of length 1")
        return rows

    def _listen(self, event: str) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        line = self._process.stdout.readline(MAX_LINE)
        if not line:
            raise stopped(self._process.wait(), self._talk, "the semantic pass is given up", _HINT)
        message: Message = read_message(line)
        if message["event"] == "error":
            raise raised(message, "the semantic pass is given up", _HINT)
        if message["event"] != event:
            raise _wrong(f"it said {message['event'][:40]!r} where {event!r} was expected")
        return message


def require_embedder() -> None:
    """Makes sure that an embedding model can be run here.

    Raises:
        UsageError: CERT-E010, torch or transformers is not installed.
    """
    absent = [name for name in NEEDS if find_spec(name) is None]
    if absent:
        raise UsageError(
            "CERT-E010",
            "the semantic pass needs an engine for embedding models, which is not installed",
            f"{', '.join(absent)} cannot be found",
            "pip install 'certify-models[hf]'",
        )


@contextmanager
def open_embedder(
    model: Path, settings: EncoderSettings, *, device: str = "auto", threads: int = DEFAULT_THREADS
) -> Iterator[Embedder]:
    """An encoder in a worker without keys and without a network, for as long as the block lasts.

    Args:
        model: staged folder of the encoder's runtime files.
        settings: how texts are encoded.
        device: auto, cpu or cuda.
        threads: processor threads.

    Raises:
        UsageError: CERT-E010, torch or transformers is not installed, or there is no such device.
        EvidenceMissing: CERT-E060, the encoder cannot be loaded; CERT-E486, it is none.
    """
    require_embedder()
    order = EmbedOrder(
        model=str(model.absolute()),
        pooling=settings.pooling,
        prefix=settings.prefix,
        max_tokens=settings.max_tokens,
        device=device,
        threads=threads,
    )
    with tempfile.TemporaryDirectory(prefix="certify-encoder-") as home, (Path(home) / "stderr").open("w+b") as talk:
        order_file = Path(home) / "order.json"
        order_file.write_bytes(order.to_bytes())
        with worker_process(order_file, with_threads(scrubbed_environment(home, device), threads), talk) as process:
            yield Embedder(process, talk)


def _sendable(text: str) -> str:
    """Without lone surrogates and U+0000, which a tokenizer cannot read."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def _wrong(why: str) -> EvidenceMissing:
    return EvidenceMissing(
        "CERT-E486",
        "the embedding model does not give vectors that can be compared",
        why,
        "choose a text embedding model of the sentence-transformers kind",
    )
