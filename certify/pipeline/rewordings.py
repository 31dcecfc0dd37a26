"""The semantic pass beside an exact scan: made ready before it, run after it, and never in its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from certify.engines.embedding import require_embedder
from certify.engines.installed import require_engine
from certify.errors import CertifyError
from certify.identify import read_model
from certify.pipeline.reporter import Reporter
from certify.pipeline.scanning import ScanRequest
from certify.pipeline.semantic_scanning import semantic_scan
from certify.pipeline.semantic_words import semantic_document, semantic_lines
from certify.scan.semantic_report import LABEL, SemanticReport

JUDGE_ENGINE = "hf"


class Rewordings(NamedTuple):
    """What the pass came to."""

    reports: Sequence[SemanticReport]
    """One for each benchmark; none where it stopped."""
    stopped: CertifyError | None = None
    """Why it stopped."""

    def document(self) -> dict[str, Any]:
        """The value under ``semantic`` in the JSON of a scan."""
        said = semantic_document(self.reports)
        if self.stopped is not None:
            said["stopped"] = {"code": self.stopped.code, "what": self.stopped.what}
        return said

    def lines(self) -> list[list[str]]:
        """What a terminal shows, benchmark by benchmark: a heading, then its lines."""
        if self.stopped is None:
            return [semantic_lines(report) for report in self.reports]
        head = f"No rewordings were looked for ({LABEL}): {self.stopped.what}"
        return [[head, *(part for part in (self.stopped.why, self.stopped.hint) if part)]]


def require_models(embedder: Path, judge: Path | None) -> None:
    """Makes sure, before hours are spent on the scan, that the models can be run afterwards.

    Raises:
        UsageError: CERT-E010, no engine for them; CERT-E020, no model folder.
        HostileInput: CERT-E021 to E028, a model that is not run.
    """
    require_embedder()
    read_model(embedder)
    if judge is not None:
        require_engine(JUDGE_ENGINE)
        read_model(judge)


def find_rewordings(
    request: ScanRequest, benchmarks: Sequence[str], embedder: Path, judge: Path | None, reporter: Reporter
) -> Rewordings:
    """Passages that may be benchmark problems in other words.

    Whatever stops the pass is part of the answer, because the exact scan before it stands by itself.

    Args:
        request: what was scanned.
        benchmarks: as they were named.
        embedder: folder of an embedding model.
        judge: folder of a language model that is asked about each passage listed; none is when absent.
        reporter: told of the progress.
    """
    try:
        found = semantic_scan(
            request.data,
            benchmarks,
            embedder,
            judge=judge,
            text_field=request.text_field,
            judge_engine=JUDGE_ENGINE,
            reporter=reporter,
        )
    except CertifyError as error:
        return Rewordings((), error)
    return Rewordings(found)
