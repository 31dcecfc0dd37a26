"""Which engines this install can run; looks, but imports none of them."""

from __future__ import annotations

from importlib.util import find_spec

from certify.errors import UsageError

NEEDS: dict[str, tuple[str, ...]] = {
    "hf": ("torch", "transformers", "lm_eval"),
    "vllm": ("vllm", "transformers", "lm_eval"),
    "openai": ("transformers", "lm_eval"),
    "llamacpp": ("lm_eval", "jinja2"),
    "replay": ("lm_eval",),
}
"""Import names each engine needs."""

EXTRAS = {"hf": "hf", "vllm": "vllm", "openai": "openai", "llamacpp": "eval", "replay": "eval"}
"""The extra of certify-models that brings an engine."""


def require_known(engine: str) -> None:
    """Returns where ``engine`` is the name of an engine.

    Raises:
        UsageError: CERT-E010, it is not.
    """
    if engine not in NEEDS:
        raise UsageError(
            "CERT-E010",
            f"there is no engine called {engine!r}",
            "",
            f"choose one of {', '.join(NEEDS)}",
        )


def require_engine(engine: str) -> None:
    """Returns where ``engine`` can run here.

    Raises:
        UsageError: CERT-E010, no such engine, or its packages are not installed.
    """
    require_known(engine)
    absent = [name for name in NEEDS[engine] if find_spec(name) is None]
    if absent:
        raise UsageError(
            "CERT-E010",
            f"the {engine} engine is not installed",
            f"{', '.join(absent)} cannot be found",
            f"pip install 'certify-models[{EXTRAS[engine]}]'",
        )
