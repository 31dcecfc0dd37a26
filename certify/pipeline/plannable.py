"""Why a plan of a policy could not be made on this machine, told to its author before anybody tries."""

from __future__ import annotations

from certify.check.sources import source_faults
from certify.decide import LoadedPolicy
from certify.decide.findings import Finding, warning
from certify.errors import CertifyError
from certify.evidence.instances import entry_for
from certify.evidence.parameters import PARAMETER_TYPES
from certify.pipeline.outlook import preview

_NOT_HERE = frozenset({"CERT-E035", "CERT-E475", "CERT-E476"})
"""A package or a file is missing that another machine may have."""


def plan_findings(policy: LoadedPolicy) -> list[Finding]:
    """What a plan would stop at; nothing at all where one could be made.

    Benchmarks are read, each by itself; the data of lm-eval's tasks is not asked for, because that may take a network.
    """
    given = {
        request.id: form.model_validate(request.with_)
        for request in policy.policy.checks
        if (form := entry_for(request.id, PARAMETER_TYPES)) is not None
    }
    faults = source_faults(given)
    if faults or any(getattr(one, "task", None) is not None for one in given.values()):
        return [_finding(fault) for fault in faults]
    try:
        preview(policy)
    except CertifyError as error:
        return [Finding("no-plan", "", _told(error), error.hint or "change the parameters of the check")]
    return []


def _finding(fault: CertifyError) -> Finding:
    hint = fault.hint or "correct the file, or name another"
    if fault.code in _NOT_HERE or isinstance(fault.__cause__, FileNotFoundError):
        return warning("benchmark-not-here", "", _told(fault, ", and a run needs it"), hint)
    return Finding("benchmark", "", _told(fault), hint)


def _told(error: CertifyError, more: str = "") -> str:
    return f"{error.what}{more}{f': {error.why}' if error.why else ''}"
