"""Codes 485 to 489: the semantic pass of the corpus scan."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E485": Explanation(
        "The embedding model asks for something certify does not carry out",
        "A folder of this kind lists the steps from text to vector. certify carries out the encoder, the common ways "
        "of pooling and nothing else, because further layers and code that come with a model are not run. Choose "
        "another embedding model.",
    ),
    "CERT-E486": Explanation(
        "The embedding model gives no usable vectors",
        "Each text must become one vector of finite numbers, at most 4096 of them. The folder holds another kind of "
        "model, or the model is broken. Choose a text embedding model.",
    ),
    "CERT-E487": Explanation(
        "The data is too large for the semantic pass",
        "It embeds every passage, which takes about a thousand times as long as the exact scan, and is meant for "
        "fine-tuning data of at most a million documents. Name only that part of the data, or leave the semantic pass "
        "away; the exact scan has no such limit.",
    ),
    "CERT-E488": Explanation(
        "The benchmark is too small for the semantic pass",
        "How near a passage comes to a problem is judged against how near it comes to the other problems of the "
        "benchmark, and there are too few different ones. The exact scan judges each problem by itself; use that.",
    ),
}
