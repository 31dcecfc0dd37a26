"""Checks that the counts of a corpus scan fit together: what was left out cannot be made to look like nothing."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.results import CorpusScanResult, ScannedBenchmark


def check_scan_result(result: CorpusScanResult) -> None:
    """Returns if the scan names as left out what its coverage lacks, and its classes add up to the items found.

    Counts that an earlier version of certify did not write are absent and compared with nothing.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    said = (result.coverage, result.unscanned, result.unscanned_bytes)
    if said != (None, None, None):
        if None in said:
            raise _wrong("names only some of coverage, parts left out and their bytes")
        if (result.coverage == 1) != (result.unscanned == 0) or (result.unscanned_bytes and not result.unscanned):
            raise _wrong("claims another coverage than the parts that it left out")
        if (result.unscanned_bytes or 0) > result.bytes:
            raise _wrong("left out more bytes than the data has")
    for benchmark in result.benchmarks:
        _check_classes(benchmark)


def _check_classes(found: ScannedBenchmark) -> None:
    if found.reordered is not None and found.full + found.partial + found.reordered != found.contaminated:
        raise _wrong("counts other copies than items found")
    answered = (found.question_only, found.question_and_answer)
    if None not in answered and sum(count or 0 for count in answered) != found.contaminated:
        raise _wrong("counts other answers than items found")
    near = (found.answer_only, found.template_twins, found.common_passages)
    published = (found.gpt3_thirteen_gram, found.llama2_dirty, found.tulu3_eight_gram)
    judged = [rule.judged for rule in published if rule is not None]
    if any((count or 0) > found.items for count in (*near, *judged)):
        raise _wrong("counts more items than there are")
    if any(rule.flagged > rule.judged for rule in published if rule is not None):
        raise _wrong("flags more items by a published rule than that rule judged")


def _wrong(what: str) -> HostileInput:
    return HostileInput("CERT-E090", f"the result of corpus-scan {what}")
