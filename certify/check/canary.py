"""Check ``canary``: does the model know what only whoever trained on planted items can know?"""

from __future__ import annotations

from typing import Any, ClassVar

from certify.check.base import Answers, Size, Sources
from certify.check.canary_files import CanaryFile, canary_source
from certify.check.canary_making import CANARY
from certify.check.detections import detection_fields
from certify.evidence.answers import Question
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import CanaryParameters
from certify.evidence.results.canaries import GUESS, CanaryKind, CanaryResult
from certify.statistics import canaries_needed, guessing_p_value, guessing_power

_TOKENS = {CanaryKind.CANARY: 16, CanaryKind.DYE: 1024}


class Canary:
    """Asks every item of a key file once; exact binomial test of guessing."""

    id: ClassVar[str] = "canary"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Planted items recalled"

    def size(self, parameters: CanaryParameters, sources: Sources) -> Size:
        """Every item of the file, or none where so many could not tell."""
        file = _file(parameters, sources)
        enough = _power(parameters, sources, len(file.items))["power"] >= parameters.least_power
        return Size(len(file.items) if enough else 0, 1, parameters.max_tokens or _TOKENS[file.kind])

    def questions(self, parameters: CanaryParameters, sources: Sources, seed: bytes) -> tuple[Question, ...]:
        """The items in their order: sentences to go on with as they stand, dyes as any question."""
        file = _file(parameters, sources)
        size = self.size(parameters, sources)
        return tuple(
            Question(
                check=self.id,
                item=f"{parameters.name}-{number:04d}",
                group=parameters.name,
                text=item.question,
                gold=item.gold,
                verifier=item.verifier,
                max_tokens=size.max_tokens,
                raw=True if item.verifier == CANARY else None,
            )
            for number, item in enumerate(file.items[: size.items], 1)
        )

    def score(self, parameters: CanaryParameters, answers: Answers, sources: Sources) -> CanaryResult | NotRun:
        """Hits among the answers that came to an end, with the chance of so many by guessing."""
        file = _file(parameters, sources)
        told: dict[str, Any] = {
            "name": parameters.name,
            "sha256": file.sha256,
            "kind": file.kind,
            "guess": GUESS[file.kind],
            "planted": len(file.items),
        }
        if not self.size(parameters, sources).items:
            fields = _power(parameters, sources, len(file.items))
            return CanaryResult(**told, **detection_fields(parameters, sources.tests, None, **fields))
        outcomes = answers.outcomes(self.id)
        trials = outcomes.correct + outcomes.wrong
        if not trials:
            return NotRun(check=self.id, reason="no answer to a planted item came to an end")
        fields = _power(parameters, sources, trials)
        p_value = guessing_p_value(outcomes.correct, trials, GUESS[file.kind])
        found = detection_fields(parameters, sources.tests, p_value, **fields)
        return CanaryResult(**told, trials=trials, hits=outcomes.correct, outcomes=outcomes, **found)


def _file(parameters: CanaryParameters, sources: Sources) -> CanaryFile:
    file = sources.benchmarks[canary_source(parameters.name)]
    assert isinstance(file, CanaryFile)  # noqa: S101 - the name's ending decides how a source is read
    return file


def _power(parameters: CanaryParameters, sources: Sources, trials: int) -> dict[str, Any]:
    """The power of so many items, and how many would do where these do not."""
    chance, level = GUESS[_file(parameters, sources).kind], parameters.alpha / sources.tests
    share, least = parameters.power_against, parameters.least_power
    power = guessing_power(trials, chance, share, level)
    needed = None if power >= least else canaries_needed(chance, share, level, least, trials)
    return {"power": power, "needed": needed}
