"""A scan that found something of every class, with the data and benchmark it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from certify.export.scan_cards import Texts, place_of
from certify.scan import Benchmark, Finding, ScanReport, Span
from certify.scan.report import (
    Coverage,
    Lookalike,
    PlantedResult,
    Resemblance,
    RuleCount,
    ShardSummary,
    ThirteenGram,
    UnscannedPart,
)
from certify.scan.semantic_report import (
    Background,
    Candidate,
    EmbedderIdentity,
    Judged,
    JudgeIdentity,
    SemanticReport,
)

QUESTION = (
    "A farmer sells twelve brown eggs for nine euros each Monday. She feeds the hens at dawn. What does she earn?"
)
SHUFFLED = "She feeds the hens at dawn. A farmer sells twelve brown eggs for nine euros each Monday."
HOSTILE = "A farmer sells twelve <script>alert(1)</script> brown eggs for \u202enine euros each Monday & more"
TWIN = "A farmer sells forty brown eggs for two euros each Friday. She feeds the hens at dawn. What does she earn?"
ANSWER = "Twelve eggs at nine euros make one hundred and eight euros, and so she earns 108 each Monday."
CHINESE = "小明有四百一十七颗弹珠，又买了六十五颗，请问他现在一共有多少颗弹珠？"

BENCHMARK = Benchmark.from_items(
    "eggs",
    [
        ("q1", QUESTION, ANSWER), ("q2", f"{QUESTION} And Tuesday?", ""), ("q3", f"Again: {QUESTION}", ANSWER),
        ("q4", f"{QUESTION} Why?", ""), ("q5", f"{QUESTION} Where?", ""), ("q6", CHINESE, "482"), ("q7", "2 + 2?", "4"),
    ],
)  # fmt: skip


class Corpus:
    """Places texts one after the other, each in a document of its own."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, int, int, int], str | None] = {}

    def span(self, text: str, coverage: Coverage = "full", *, changed: bool = False) -> Span:
        data = text.encode()
        span = Span(
            shard="web/part-00017.jsonl.zst", document=len(self.texts) * 1041, start=5, end=5 + len(data),
            coverage=coverage, excerpt_sha256=hashlib.sha256(data).hexdigest(),
        )  # fmt: skip
        self.texts[place_of(span)] = None if changed else text
        return span


def finding(item: str, spans: Sequence[Span], *, answered: bool = False) -> Finding:
    """A finding at these places."""
    return Finding(
        item=item, coverage=spans[0].coverage, coverage_share=0.9167, answer_found=answered,
        occurrences=len(spans), spans=tuple(spans),
    )  # fmt: skip


def sample() -> tuple[ScanReport, Benchmark, Texts]:
    """The report, the benchmark, and the texts of its spans."""
    corpus = Corpus()
    findings = (
        finding("q1", [*(corpus.span(QUESTION) for _ in range(7)), corpus.span(HOSTILE)], answered=True),
        finding("q2", [corpus.span(SHUFFLED, "reordered")]),
        finding("q3", [corpus.span(QUESTION[:60], "partial", changed=True)]),
        finding("q6", [corpus.span(CHINESE[:24], "partial")]),
    )
    report = ScanReport(
        benchmark="eggs", benchmark_digest=BENCHMARK.digest, items=7, contaminated=4, findings=findings,
        too_short=("q7",), lookalikes=(Lookalike(item="q5", documents=3),),
        thirteen_gram=ThirteenGram(judged=5, shared=5),
        shards=(ShardSummary(name="web/part-00017.jsonl.zst", sha256="0" * 64, bytes=71_305_112, documents=48_211),),
        skipped=("notes.docx", "web/logo.png"), documents=48_211, bytes=71_305_112,
        selftest={
            "verbatim": PlantedResult(planted=300, found=300, recall_lower=0.99),
            "truncated": PlantedResult(planted=300, found=288, recall_lower=0.9361),
        },
        answer_only=(finding("q1", [corpus.span(ANSWER)]),),
        twins=(Resemblance(item="q4", documents=12, spans=(corpus.span(TWIN),)),),
        common_passages=(Resemblance(item="q5", documents=5_120, spans=(corpus.span(QUESTION[:60], "partial"),)),),
        rules=(
            RuleCount(rule="gpt3-13gram", judged=6, flagged=5), RuleCount(rule="llama2-dirty", judged=6, flagged=4),
            RuleCount(rule="tulu3-8gram", judged=6, flagged=3),
        ),
        unscanned=(
            UnscannedPart(shard="web/part-00003.jsonl.zst", row=None, bytes=1_204_224, reason="damaged: it ends early"),
            UnscannedPart(shard="web/part-00017.jsonl.zst", row=91, bytes=70_000_000, reason="larger than 64 MiB"),
        ),
        coverage=0.983112, learned=4000,
    )  # fmt: skip
    return report, BENCHMARK, corpus.texts


def candidate(item: str, document: int, judged: Judged, chance: float | None = 0.003) -> Candidate:
    """A passage that may be an item in other words."""
    return Candidate(
        item=item, shard="web/part-00017.jsonl.zst", document=document, start=120, end=371, similarity=0.8123,
        margin=0.31, chance=chance, passage_sha256="0" * 64, judged=judged,
    )  # fmt: skip


def semantic_sample() -> SemanticReport:
    """A report of the semantic pass, judged."""
    verdicts: list[Judged] = ["no", "yes", "unclear", "no", "yes", "no"]
    return SemanticReport(
        benchmark="eggs", benchmark_digest=BENCHMARK.digest, items=7, documents=48_211, unread=2, passages=130_977,
        passage_length=128, top=3,
        candidates=tuple(candidate(f"q{n + 1}", 1041 * n, said) for n, said in enumerate(verdicts)),
        background=Background(sampled=8192, middle=0.02, high=0.05, scale=0.03),
        embedder=EmbedderIdentity(
            name="all-MiniLM-L6-v2", identity="a" * 64, pooling="mean", dimensions=384, max_tokens=256, build="torch"
        ),
        judge=JudgeIdentity(name="judge", identity="b" * 64, configuration_sha256="0" * 64, wording_sha256="1" * 64),
    )  # fmt: skip
