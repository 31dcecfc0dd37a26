"""The command line: one file a verb, nothing but parsing and printing."""

from __future__ import annotations

import gc
import os
import signal
import sys

COLLECTED_AFTER = 100_000
"""Objects made before Python looks for garbage: starting makes many and leaves none behind."""

PLUGINS = "PYDANTIC_DISABLE_PLUGINS"
"""Looking through every installed package for plugins takes time, and none of them is to see or change evidence."""
NO_PLUGINS = "__all__"
"""Its value for none of them."""


def main() -> None:
    """Runs ``certify``; ends the process with the exit code of docs/exit-codes.md."""
    gc.set_threshold(COLLECTED_AFTER)
    os.environ.setdefault(PLUGINS, NO_PLUGINS)
    if sys.argv[1:] in (["--version"], ["-V"]):
        from certify import __version__

        print(f"certify {__version__}")
        raise SystemExit(0)
    from certify.cli.app import run

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a request to stop ends as Ctrl-C does
    code = run(sys.argv[1:])
    gc.freeze()  # or Python would look through everything again on its way out, for a tenth of a second
    raise SystemExit(code)
