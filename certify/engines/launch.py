"""Becomes a server that does not outlive who started it: ``python -m certify.engines.launch PARENT PROGRAM ARG...``."""

from __future__ import annotations

import os
import sys

from certify.engines.processes import die_with

if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    try:
        os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the user's own command, without a shell
    except OSError as error:
        print(f"{sys.argv[2]} cannot be started: {error.strerror}", file=sys.stderr)
        os._exit(127)
