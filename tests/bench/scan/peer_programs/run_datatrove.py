"""datatrove's n-gram decontamination: its filter and its hashes, 12-grams of the question; one is enough to flag.

Its index builder asks for lighteval, which loads benchmarks from a hub; the hashes are made by the same functions here.
"""

import tempfile
from pathlib import Path

import numpy as np
from common import documents, items, run
from datatrove.data import Document
from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
from datatrove.utils.hashing import create_hash_func
from datatrove.utils.text import ngrams, simplify_text


def work(folder: Path, benchmark: Path) -> list[str]:
    config = NGramsDecontConfig(find_query_ngrams=True)
    with tempfile.TemporaryDirectory() as index:
        judge = NGramsDecontFilter(index, config)
        code = create_hash_func(config.hash_config)
        hashes = {
            code(" ".join(gram))
            for _, question in items(benchmark)
            for gram in ngrams(
                judge.tokenizer.word_tokenize(simplify_text(question, config.norm_config)), config.n_grams
            )
        }
        np.array(list(hashes), dtype=config.hash_config.np_descr).tofile(Path(index) / "bench.index.hashes")
        return [name for name, text in documents(folder) if judge.filter(Document(text=text, id=name)) is not True]


run(work)
