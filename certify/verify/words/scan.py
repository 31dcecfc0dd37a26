"""Words of page one for the scan of the training data."""

from __future__ import annotations

from certify.counting import counted
from certify.evidence.certificate import Headline
from certify.evidence.results import CorpusScanResult
from certify.verify.words.printed import percent


def scan_headline(name: str, result: CorpusScanResult) -> Headline:
    """Contaminated items, what was read, and how sure the scan is to find a copy."""
    detail = (
        f"{counted(result.documents, 'document')} in {counted(result.shards, 'file')} read; of planted unchanged "
        f"copies, at least {percent(result.verbatim_recall_lower)} are found"
    )
    left_out = unscanned_words(result)
    detail = f"{left_out}; {detail}" if left_out else detail
    return Headline(name=name, value=f"{result.contaminated} of {result.items}", detail=detail)


def scan_caveats(scan: CorpusScanResult) -> tuple[str, ...]:
    """What a clean scan could be mistaken to exclude: bytes that nobody searched, and matches that do not count."""
    left_out = unscanned_words(scan)
    share = f", {scan.unscanned_bytes:,} of its {scan.bytes:,} bytes" if scan.unscanned_bytes else ""
    near = (
        ("answer_only", "a worked answer without the question"),
        ("template_twins", "the same words with other numbers or names"),
        ("common_passages", "a passage that many documents share"),
    )
    counts = [(sum(getattr(one, name) or 0 for one in scan.benchmarks), words) for name, words in near]
    found = [f"of {counted(count, 'item')} {words}" for count, words in counts if count]
    told = [f"{left_out}{share}: a published item could stand there unnoticed."] if left_out else []
    told += [f"The training data also holds, not counted as copies: {'; '.join(found)}."] if found else []
    return tuple(told)


def unscanned_words(result: CorpusScanResult) -> str:
    """What the scan left out, in a line; empty where it searched every byte."""
    if not result.unscanned:
        return ""
    return f"{counted(result.unscanned, 'part')} of the data could not be read"
