"""What a run's answering took, kept beside its evidence: one entry for each session that came to its end."""

from __future__ import annotations

from certify.engines.order import Telemetry
from certify.evidence.telemetry import AnsweringSession, MeasuredRun
from certify.files import write_whole
from certify.pipeline.files import RunFolder

TELEMETRY = "telemetry.json"


def keep_session(folder: RunFolder, told: Telemetry, batch_size: int) -> None:
    """Adds a session to the run's measurements; one that answered nothing leaves them as they are."""
    if not told.answered:
        return
    kept = measured_run(folder)
    session = AnsweringSession(
        answered=told.answered,
        tokens=told.tokens,
        seconds=told.seconds,
        peak_memory=told.peak_memory,
        joules=told.joules,
        gpu_memory=told.gpu_memory,
        driver=told.driver,
        attention=told.attention,
    )
    sessions = (*(kept.sessions if kept else ()), session)
    write_whole(folder.file(TELEMETRY), MeasuredRun(batch_size=batch_size, sessions=sessions).to_bytes())


def measured_run(folder: RunFolder) -> MeasuredRun | None:
    """The measurements of a run; None where there are none."""
    if not folder.has(TELEMETRY):
        return None
    return MeasuredRun.from_bytes(folder.file(TELEMETRY).read_bytes(), name=TELEMETRY)
