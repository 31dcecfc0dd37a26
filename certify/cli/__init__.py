"""The command line: one file a verb, nothing but parsing and printing."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Runs ``certify``; ends the process with the exit code of docs/exit-codes.md."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from certify import __version__

        print(f"certify {__version__}")
        raise SystemExit(0)
    from certify.cli.app import run

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a request to stop ends as Ctrl-C does
    raise SystemExit(run(sys.argv[1:]))
