"""The peer: threads that post JSON and read it, nothing more. ``python -m tests.bench.overhead.bare_client JOB.json``.

The job names a server, the bodies of all requests and how many are in flight; what is printed is one JSON object with
seconds and the texts that came back.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from pathlib import Path


def main() -> None:
    """Asks a job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    waiting = iter(list(enumerate(job["bodies"])))
    texts: list[str] = [""] * len(job["bodies"])
    lock = threading.Lock()

    def work() -> None:
        line = http.client.HTTPConnection(job["host"], job["port"])
        while True:
            with lock:
                place, body = next(waiting, (-1, None))
            if body is None:
                return line.close()
            line.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
            texts[place] = json.loads(line.getresponse().read())["choices"][0]["text"]

    crew = [threading.Thread(target=work) for _ in range(job["at_once"])]
    started = time.perf_counter()
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(json.dumps({"seconds": time.perf_counter() - started, "answers": texts}))


if __name__ == "__main__":
    main()
