"""lm-eval's Janitor in Python: 13-grams of words without punctuation; a document with one is flagged."""

from pathlib import Path

from common import documents, items, run
from lm_eval.decontamination.janitor import Janitor


class Spans(Janitor):
    """Gives the dirty places instead of the clean pieces, which are also nothing for a short clean text."""

    def _split_chunks(self, dirty_string, dirty_parts):
        return list(dirty_parts)


def work(folder: Path, benchmark: Path) -> list[str]:
    janitor = Spans()
    for _, question in items(benchmark):
        janitor.register_contaminant_python(question)
    return [name for name, text in documents(folder) if janitor.clean_python(text)]


run(work)
