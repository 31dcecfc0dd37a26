"""llama.cpp's own server out of the wheel ``xllamacpp``, under the options that ``llama-server`` has.

    python llama_server.py --model FILE --host 127.0.0.1 --port 8080 [--parallel 1]

Where no ``llama-server`` can be had: the wheel holds the same C++ server, and this file is the ``main`` it lacks.
"""

from __future__ import annotations

import argparse
import threading


def main() -> None:
    """Serves until it is ended."""
    import xllamacpp

    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--parallel", type=int, default=1)
    asked = parser.parse_args()
    settings = xllamacpp.CommonParams()
    settings.model.path = asked.model
    settings.hostnames = [asked.host]
    settings.port = asked.port
    settings.n_parallel = asked.parallel
    settings.endpoint_props = True
    server = xllamacpp.Server(settings)
    print(f"{server.listening_address}, xllamacpp {xllamacpp.__version__}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
