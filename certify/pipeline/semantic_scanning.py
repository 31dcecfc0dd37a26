"""The semantic pass: benchmark problems in other words, by embeddings and perhaps a judge. Advisory throughout."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from certify.engines.embedding import Embedder, open_embedder
from certify.engines.encoder_settings import EncoderSettings, encoder_settings
from certify.errors import UsageError
from certify.evidence.canonical import sha256_hex
from certify.identify import ModelFolder, read_model, stage
from certify.pipeline.reporter import Reporter
from certify.pipeline.scan_benchmarks import find_benchmarks
from certify.pipeline.semantic_judging import Judgement, Pair, judge_pairs
from certify.scan import Benchmark, Item
from certify.scan.blocks import Totals
from certify.scan.normalise import encode
from certify.scan.reading import attempts, open_shard
from certify.scan.semantic import ONE, YARDSTICKS, Near, Neighbours, chance, stands_out
from certify.scan.semantic_background import Tail
from certify.scan.semantic_passages import Passage, passage_length, passages
from certify.scan.semantic_report import Background, Candidate, EmbedderIdentity, SemanticReport
from certify.scan.shards import Shard, find_shards

MAX_DOCUMENTS = 1_000_000
"""Fine-tuning data is smaller; a corpus beyond it would be embedded for days."""

BATCH = 256
"""Passages embedded together."""


class _Search(NamedTuple):
    """One benchmark being looked for."""

    benchmark: Benchmark
    length: int
    """Characters of its passages."""
    neighbours: Neighbours


def semantic_scan(
    data: Sequence[Path | str],
    benchmarks: Sequence[str],
    model_dir: Path,
    *,
    judge: Path | None = None,
    top: int = 3,
    text_field: str | None = None,
    device: str = "auto",
    judge_engine: str = "hf",
    work: Path | None = None,
    reporter: Reporter,
) -> list[SemanticReport]:
    """Passages that may be benchmark problems in other words, a report for each benchmark; no verdict hangs on it.

    What cannot be read is left out and counted.

    Args:
        data: files, folders, patterns and addresses, read as the exact scan reads them.
        benchmarks: shipped ids, files, or ``id=file``.
        model_dir: folder of a text embedding model in safetensors.
        judge: folder of a language model that is asked about each candidate; none is asked when absent.
        top: documents kept for each problem.
        text_field: a dotted column name; None takes all text of every row.
        device: auto, cpu or cuda, for the embedding model.
        judge_engine: hf or vllm.
        work: folder where the judge's answers are kept, to go on after an interruption.
        reporter: told of the progress.

    Raises:
        UsageError: CERT-E010, no engine; CERT-E020, no model folder; CERT-E100 and CERT-E480, a benchmark that is not
            there or named twice; CERT-E487, more than a million documents; CERT-E488, a benchmark of fewer than five
            problems.
        HostileInput: CERT-E021 to E028 and CERT-E485, a model that is not run; CERT-E032, data that is no plain file.
        EvidenceMissing: CERT-E033, no data; CERT-E060, an engine stopped; CERT-E486, a model that is no encoder.
    """
    found = find_benchmarks(benchmarks)
    shards, _ = find_shards(data)
    model = read_model(model_dir)
    read = _read(shards, text_field)
    documents = [totals.documents for totals in read]
    reporter.stage("Comparing meanings (advisory)")
    with tempfile.TemporaryDirectory(prefix="certify-semantic-") as folder:
        staged = stage(model, Path(folder) / "model")
        settings = encoder_settings(staged)
        with open_embedder(staged, settings, device=device) as embedder:
            searches = [_begin(benchmark, embedder, top) for benchmark in found]
            _search(searches, shards, embedder, text_field=text_field, documents=documents, reporter=reporter)
            identity = _identity(model, settings, embedder)
    judged = None
    pairs = [listed.pair for search in searches for listed in _listed(search)]
    if judge is not None and pairs:
        reporter.stage("Asking the judge (advisory)")
        judged = judge_pairs(pairs, judge, engine=judge_engine, work=work, reporter=reporter)
    return [_report(search, read, top, identity, judged) for search in searches]


def _read(shards: Sequence[Shard], text_field: str | None) -> list[Totals]:
    """What is known of each shard, before hours are spent on it."""
    found: list[Totals] = []
    for shard in shards:
        before = sum(totals.documents for totals in found)
        for reader in attempts(shard, text_field=text_field):
            documents = before
            for block in reader.blocks():
                documents += int((block.bases == 0).sum())
                _refuse_many(documents)
        _refuse_many(before + reader.totals().documents)
        found.append(reader.totals())
    return found


def _refuse_many(documents: int) -> None:
    if documents > MAX_DOCUMENTS:
        raise UsageError(
            "CERT-E487",
            f"the data holds more than {MAX_DOCUMENTS:,} documents, too many for the semantic pass",
            "every passage is embedded, which takes hundreds of times as long as the exact scan",
            "name the fine-tuning data alone, or leave the semantic pass away",
        )


def _begin(benchmark: Benchmark, embedder: Embedder, top: int) -> _Search:
    questions = [item.question for item in benchmark.items]
    return _Search(benchmark, passage_length(questions), Neighbours(embedder.embed(questions), top))


def _search(
    searches: Sequence[_Search],
    shards: Sequence[Shard],
    embedder: Embedder,
    *,
    text_field: str | None,
    documents: Sequence[int],
    reporter: Reporter,
) -> None:
    """Embeds the corpus once for each length of passage, and offers it to the benchmarks of that length."""
    lengths = sorted({search.length for search in searches})
    total, before = sum(documents) * len(lengths), 0
    for length in lengths:
        interested = [search.neighbours for search in searches if search.length == length]
        for shard, rows in zip(shards, documents, strict=True):
            blocks = open_shard(shard, text_field=text_field).blocks()
            for batch in _batches(passages(shard.name, blocks, length)):
                vectors = embedder.embed([passage.text for passage in batch])
                for neighbours in interested:
                    neighbours.offer(batch, vectors)
                reporter.advance(before + min(batch[-1].document + 1, rows), total, "documents")
            before += rows


def _batches(found: Iterator[Passage]) -> Iterator[list[Passage]]:
    while batch := list(islice(found, BATCH)):
        yield batch


class _Listed(NamedTuple):
    """A passage that is worth a look."""

    item: Item
    near: Near
    chance: float | None

    @property
    def pair(self) -> Pair:
        """The two texts, as a judge sees them."""
        return Pair(self.item.question, self.near.passage.text)


def _listed(search: _Search) -> list[_Listed]:
    """Passages nearer to their problem than coincidence explains."""
    tail, found = search.neighbours.tail(), list[_Listed]()
    for item, nearest in zip(search.benchmark.items, search.neighbours.nearest(), strict=True):
        for near in nearest:
            if stands_out(search.neighbours, tail, near):
                expected = None if tail is None else chance(search.neighbours, tail, near)
                found.append(_Listed(item, near, expected))
    return found


def _report(
    search: _Search, read: Sequence[Totals], top: int, embedder: EmbedderIdentity, judged: Judgement | None
) -> SemanticReport:
    tail = search.neighbours.tail()
    return SemanticReport(
        benchmark=search.benchmark.name,
        benchmark_digest=search.benchmark.digest,
        items=len(search.benchmark.items),
        documents=sum(totals.documents for totals in read),
        unread=sum(len(totals.unscanned) for totals in read),
        passages=search.neighbours.passages,
        passage_length=search.length,
        top=top,
        candidates=tuple(_candidate(listed, judged) for listed in _listed(search)),
        background=None if tail is None else _background(tail, search.neighbours.sampled()),
        embedder=embedder,
        judge=None if judged is None else judged.identity,
    )


def _candidate(listed: _Listed, judged: Judgement | None) -> Candidate:
    near, passage = listed.near, listed.near.passage
    return Candidate(
        item=listed.item.id,
        shard=passage.shard,
        document=passage.document,
        start=passage.start,
        end=passage.end,
        similarity=round(near.similarity / ONE, 4),
        margin=_margin(near.margin),
        chance=None if listed.chance is None else float(f"{listed.chance:.3g}"),
        passage_sha256=sha256_hex(encode(passage.text)),
        judged="not run" if judged is None else judged.verdicts.get(listed.pair.key, "not run"),
    )


def _background(tail: Tail, sampled: int) -> Background:
    return Background(sampled=sampled, middle=_margin(tail.middle), high=_margin(tail.high), scale=_margin(tail.scale))


def _margin(value: float) -> float:
    return round(value / (YARDSTICKS * ONE), 4)


def _identity(model: ModelFolder, settings: EncoderSettings, embedder: Embedder) -> EmbedderIdentity:
    return EmbedderIdentity(
        name=model.identity.name,
        identity=model.identity.identity,
        pooling=settings.pooling,
        dimensions=embedder.facts.dimensions,
        max_tokens=embedder.facts.max_tokens,
        build=embedder.facts.build,
    )
