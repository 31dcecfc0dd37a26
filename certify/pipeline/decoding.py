"""How the next token is drawn in a run, where its checks or the command line name it; else the model's files do."""

from __future__ import annotations

from collections.abc import Sequence

from certify.decide.form import CheckRequest
from certify.errors import UsageError
from certify.evidence.model import Sampling
from certify.evidence.parameters.decoding import PRESETS


def sampling_of(checks: Sequence[CheckRequest], named: str | None = None) -> Sampling | None:
    """The sampling of a run, which every check of it shares: a certificate speaks of one configuration.

    None where nobody names any: then the model's own files do, and where they ask for none it is greedy.

    Args:
        checks: of the policy; each may name its decoding.
        named: decoding of the command line.

    Raises:
        UsageError: CERT-E011, nobody knows a decoding of that name; CERT-E102, two different ones are named.
    """
    wanted = {request.id: str(request.with_["decoding"]) for request in checks if request.with_.get("decoding")}
    if named is not None:
        wanted["--decoding"] = _known(named)
    if len({PRESETS[_known(name)].sampling for name in wanted.values()}) > 1:
        raise UsageError(
            "CERT-E102",
            "one run cannot decode in two ways",
            "; ".join(f"{where} names {name}" for where, name in wanted.items()),
            "name one decoding, or test the two in two runs",
        )
    return PRESETS[next(iter(wanted.values()))].sampling if wanted else None


def _known(name: str) -> str:
    if name not in PRESETS:
        raise UsageError("CERT-E011", f"no decoding is called {name!r}", hint=f"known: {', '.join(PRESETS)}")
    return name
